"""Fine-tuning: schedule, batches, loss, optimizer, the loop, checkpoints, and what is watched."""
