"""The options that all language models share, and what they come down to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import bench
from bench_llm.bases.source import NONE, BaseSource
from bench_llm.looks import demand_look

if TYPE_CHECKING:
    from bench_llm.network.adapter import AdapterShape

FULL = "full"
GIVEN, ZEROED = "given", "zeroed"
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class LanguageOptions(bench.Model):
    """A causal language model that is fine-tuned to answer `signal` or `background`."""

    supports_warm_start = True
    uses_device = True
    scoring = frozenset({"decode", "look"})
    reads_if_given = frozenset({"values"})

    base: str = "tiny"
    """The language model: `tiny`, shipped here; `smollm2`, a small real one that `make smollm2`
    brings; the folder of one; a GGUF file; a hub id such as mistralai/Mistral-7B-Instruct-v0.3; or
    `none`, the control of an adapter with a linear head."""
    revision: str = ""
    """The commit of a hub model, 40 hexadecimal digits."""
    init: Literal["pretrained", "random"] = "pretrained"
    """`random` weights of the base's shape are the control of what pre-training brings."""
    tuning: Literal["full", "lora", "qlora", "frozen"] = "full"
    """Train all weights; low-rank additions; the same on a base in 4 bits (NF4, double
    quantisation); or none of the language model's."""
    targets: tuple[str, ...] = ("auto",)
    """Linear layers that LoRA is added to: their names; `all-linear` for all but the head; or
    `auto`, those that peft knows for the architecture, else all."""
    lora_blocks: int = 0
    """LoRA in so many blocks, the last ones; 0 for all."""
    r: int = 16
    """Rank of LoRA's matrices."""
    alpha: float = 32.0
    """LoRA's scale, over r."""
    dropout: float = 0.0
    """LoRA's dropout."""
    precision: Precision = "float32"
    """Of the arithmetic and of weights that are not trained; trained ones are float32 always."""
    recompute: bool = False
    """Compute activations again in the backward pass, for less memory (gradient checkpointing)."""
    lr: float = 3e-4
    """Peak learning rate of the language model, or of its LoRA."""
    optimizer: Literal["adamw", "adamw8bit"] = "adamw"
    """AdamW, or bitsandbytes' with its state in 8 bits."""
    weight_decay: float = 0.01
    """Decoupled weight decay."""
    epochs: int = 2
    """Passes over the train split; the weights with the best AUC on the valid split are kept."""
    batch: int = 32
    """Events computed at once; by each process, where several fit together, so that a step of two
    has twice as many."""
    accumulate: int = 1
    """Batches in a step; the step is the same as with one batch of as many events."""
    warmup: float = 0.1
    """Share of the steps in which the learning rate rises."""
    decay: Literal["cosine", "linear", "constant"] = "cosine"
    """How it falls afterwards."""
    clip: float = 1.0
    """Norm that the gradient is clipped to."""
    gamma: float = 0.0
    """Exponent of the focal loss; 0 for plain cross-entropy."""
    balance: bool = False
    """Let both classes weigh the same, however many events each has."""
    evaluations: int = 2
    """How often the valid split is evaluated in an epoch."""
    patience: int = 0
    """Evaluations without a better AUC before the training stops; 0 for never."""
    looks: Literal["best", "all"] = "best"
    """Keep with the fit the weights of the best evaluation alone, or those of each one."""
    look: str = "best"
    """Score with the weights of that evaluation: `best`, `last` or a number from 1 on; of a fit
    with looks=all."""
    explain: float = 0.0
    """Share of the train events that it learns to explain, after it has learned to answer: what
    trees on the same events and features lean on, in words. `bench explain` has it say why."""
    explain_lr: float = 2e-3
    """Peak learning rate of what explains; the answer's weights stay as they are."""
    decode: Literal["logits", "generate"] = "logits"
    """A score from the answers' probabilities in one pass, or an answer generated as text."""

    def __post_init__(self) -> None:
        """Refuse what no training can have."""
        least = min(self.r, self.epochs, self.batch, self.accumulate, self.evaluations)
        if least < 1:
            raise ValueError("r, epochs, batch, accumulate, evaluations: wanted at least 1 each")
        if not (0 <= self.warmup < 1 and 0 <= self.dropout < 1 and self.clip > 0):
            raise ValueError("wanted 0 <= warmup < 1, 0 <= dropout < 1 and clip > 0")
        if min(self.lr, self.gamma, self.patience, self.weight_decay, self.lora_blocks) < 0:
            raise ValueError("lr, gamma, patience, weight_decay, lora_blocks: wanted none below 0")
        if self.init == "random" and self.tuning == "qlora":
            raise ValueError("random weights cannot be quantised: init=random wants another tuning")
        if not (0 <= self.explain <= 1 and self.explain_lr > 0):
            raise ValueError("wanted 0 <= explain <= 1 and explain_lr > 0")
        if self.recompute and self.explain:
            raise ValueError("recompute=true keeps no states to explain from: wanted explain=0")
        if self.base == NONE and self.explain:
            raise ValueError("base=none has no words to explain with: wanted explain=0")
        if self.base == NONE and "numbers" not in self.reads:
            raise ValueError("base=none leaves a model of text alone nothing to read")
        demand_look(self.look, self.looks, self.most_looks)

    def content(self) -> str:
        """The hash of the base's files."""
        return self.source.digest()

    @property
    def source(self) -> BaseSource:
        """Where the base comes from."""
        return BaseSource(self.base, self.revision)

    @property
    def most_looks(self) -> int:
        """How often the valid split is evaluated in a training of many steps."""
        return self.epochs * self.evaluations

    @property
    def depends_on(self) -> frozenset[str]:
        """Its views, but for those that a control takes away."""
        lost = {"texts", "values"} if self.base == NONE else set()
        lost |= {"numbers"} if self.control == ZEROED else set()
        return (self.reads | self.reads_if_given) - lost

    @property
    def target_views(self) -> Mapping[str, str]:
        """Explanations, where some events have them."""
        return {"explanations": "explanations"} if self.explain else {}

    def adapter(self, d: int, *, has_stem: bool) -> AdapterShape | None:
        """The adapter for d numbers, behind a stem or not; None for a model of text alone."""
        return None

    @property
    def numbers_place(self) -> str:
        """Where in the prompt the numbers are fused, if there are any."""
        return "first"

    @property
    def control(self) -> str:
        """What is done to the numbers, in training and scoring alike."""
        return GIVEN

    @property
    def dropped_share(self) -> float:
        """Share of the events of a step that go without their numbers."""
        return 0.0

    @property
    def adapter_rate(self) -> float:
        """Peak learning rate of the adapter."""
        return self.lr
