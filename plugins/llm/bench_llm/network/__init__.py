"""The network: a causal language model, and the numbers that are fused into it."""
