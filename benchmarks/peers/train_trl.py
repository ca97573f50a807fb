"""Training by trl: `SFTTrainer` on the same tokens in the same order, its loss on the answer."""

from __future__ import annotations

import sys
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer

from datasets import Dataset
from peers.side import now, serve
from peers.task import Task, Variant


class Clock(TrainerCallback):
    """Each epoch's end."""

    def __init__(self) -> None:
        self.begun, self.ends = 0.0, [0.0]

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Here its time begins, as bench's does: optimizer and data are ready."""
        self.begun = now()

    def on_epoch_end(self, *_: Any, **__: Any) -> None:
        """Note the end of an epoch."""
        self.ends.append(now() - self.begun)


def main() -> None:
    """Train anew at each turn; loading the base and preparing the data are not timed."""
    task = Task.read(sys.argv[1])
    assert task.variant
    variant, tokenizer = task.variant, AutoTokenizer.from_pretrained(task.base)

    def run() -> dict[str, Any]:
        clock = Clock()
        torch.manual_seed(0)
        with TemporaryDirectory() as folder:
            trainer = SFTTrainer(
                model=AutoModelForCausalLM.from_pretrained(task.base, dtype=torch.float32),
                args=settings(variant, folder, task.device),
                train_dataset=dataset(task),
                processing_class=tokenizer,
                peft_config=lora(task) if variant.tuning == "lora" else None,
                callbacks=[clock],
            )
            trainer.train()
        first = next(entry for entry in trainer.state.log_history if "loss" in entry)
        return {"epochs": np.diff(clock.ends).tolist(), "loss": first["loss"]}

    serve(run)


def settings(variant: Variant, folder: str, device: str) -> SFTConfig:
    """The same optimizer and schedule; nothing evaluated, saved, reported or recomputed."""
    return SFTConfig(
        output_dir=folder,
        use_cpu=device == "cpu",
        bf16=False,
        gradient_checkpointing=False,
        per_device_train_batch_size=variant.batch,
        num_train_epochs=variant.epochs,
        learning_rate=variant.lr,
        lr_scheduler_type="cosine",
        warmup_steps=variant.warmup,
        optim="adamw_torch",
        adam_beta1=variant.betas[0],
        adam_beta2=variant.betas[1],
        weight_decay=variant.weight_decay,
        max_grad_norm=variant.clip,
        train_sampling_strategy="sequential",  # bench's own order, of like lengths in a step
        completion_only_loss=True,
        packing=False,
        max_length=None,
        pad_to_multiple_of=None,
        logging_strategy="steps",
        logging_first_step=True,
        logging_steps=10,
        save_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )


def lora(task: Task) -> LoraConfig:
    """LoRA in the same layers."""
    variant = task.variant
    assert variant
    last = range(task.layers - variant.lora_blocks, task.layers)
    return LoraConfig(
        r=variant.r,
        lora_alpha=int(variant.alpha),
        lora_dropout=0.0,
        target_modules=list(variant.targets),
        layers_to_transform=list(last) if variant.lora_blocks else None,
        bias="none",
        task_type="CAUSAL_LM",
    )


def dataset(task: Task) -> Dataset:
    """The first epoch's events in bench's order, as tokens with a mask of the answer."""
    rows = [row for step in task.steps[0] for row in step]
    ids, masks = [], []
    for row in rows:
        prompt, answer = task.prompts[row], task.answers[task.labels[row]]
        ids.append(prompt + answer)
        masks.append([0] * len(prompt) + [1] * len(answer))
    return Dataset.from_dict({"input_ids": ids, "completion_mask": masks})


if __name__ == "__main__":
    main()
