"""The options that all language models share, and what they come down to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import bench
from bench_llm.bases.source import NONE, BaseSource
from bench_llm.looks import BEST, demand_look

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench_llm.building import NetworkPlan
    from bench_llm.fitted import FittedLanguageModel
    from bench_llm.network.adapter import AdapterShape

FULL = "full"
GIVEN, ZEROED = "given", "zeroed"
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class LanguageModel(bench.Model):
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
    lr: float = 1e-3
    """Peak learning rate of the language model, or of its LoRA."""
    optimizer: Literal["adamw", "adamw8bit"] = "adamw"
    """AdamW, or bitsandbytes' with its state in 8 bits."""
    weight_decay: float = 0.01
    """Decoupled weight decay."""
    epochs: int = 1
    """Passes over the train split; the weights with the best AUC on the valid split are kept."""
    batch: int = 32
    """Events computed at once."""
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
        if self.base == NONE and "numbers" not in self.reads:
            raise ValueError("base=none leaves a model of text alone nothing to read")
        demand_look(self.look, self.looks, self.most_looks)

    def device_problem(self, device: str) -> str | None:
        """Why torch has no such device."""
        import torch

        count = torch.cuda.device_count()
        if int(device.partition(":")[2] or 0) < count:
            return None
        build = "" if torch.version.cuda else ", and this is a CPU build of torch"
        return f"torch sees {count} CUDA devices{build}"

    def content(self) -> str:
        """The hash of the base's files."""
        return self.source.digest()

    @property
    def source(self) -> BaseSource:
        """Where the base comes from."""
        return BaseSource(self.base, self.revision)

    def fit(
        self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context
    ) -> FittedLanguageModel:
        """Train on the answer alone; the train split gives the scaling of the numbers."""
        from bench_llm.fitted import fit
        from bench_llm.planning import hyperparameters

        plan = self.plan_for(train, context)
        return fit(plan, hyperparameters(self, context.seed), train, valid, context)

    def load(self, folder: Path, context: bench.Context) -> FittedLanguageModel:
        """What was trained, on its base."""
        from bench_llm.fitted import FittedLanguageModel

        make_stem = context.view_modules.get("numbers")
        return FittedLanguageModel.load(folder, context.device, self.decode, make_stem, self.look)

    def preview(self, train: bench.Inputs, context: bench.Context) -> str:
        """One event of the train split as the network reads it, token by token."""
        from bench_llm.preview import preview

        return preview(self.plan_for(train, context), train)

    def count_tokens(self, inputs: bench.Inputs, context: bench.Context) -> NDArray[np.int64]:
        """Tokens of each event's prompt, with those that stand for its numbers: (n,)."""
        from bench_llm.preview import count_tokens

        return count_tokens(self.plan_for(inputs, context), inputs)

    def render(self, inputs: bench.Inputs, context: bench.Context) -> bench.Rendered | None:
        """Each event's tokens as trained on and as scored; None without a language model."""
        from bench_llm.preview import render

        return render(self.plan_for(inputs, context), inputs)

    def fit_size(self, inputs: bench.Inputs, context: bench.Context) -> float | None:
        """What is trained, once as it is best and once for each look; None for one look alone."""
        if self.looks == BEST:
            return None
        from bench_llm.planning import learned_size

        plan, make_stem = self.plan_for(inputs, context), context.view_modules.get("numbers")
        return learned_size(plan, make_stem) * (1 + self.most_looks)

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

    def plan_for(self, inputs: bench.Inputs, context: bench.Context) -> NetworkPlan:
        """What the network that reads these inputs is built from."""
        from bench_llm.planning import network_plan

        numbers, values = inputs.views.get("numbers"), inputs.views.get("values")
        return network_plan(
            self,
            d=0 if numbers is None else numbers.shape[1],
            values=0 if values is None or self.base == NONE else values.shape[1],
            seed=context.seed,
            has_stem="numbers" in context.view_modules,
        )
