"""The training loop: clipped steps on an objective's loss; the best evaluation wins."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

import bench
from bench_llm.looks import FOLDER
from bench_llm.network.tuning import load_state, trained
from bench_llm.ranks import ALONE, Ranks
from bench_llm.training.checkpoint import Checkpoints
from bench_llm.training.looks import Looks
from bench_llm.training.objective import LOSS
from bench_llm.training.optimizer import ADAMW8BIT, Rates, build_optimizer, demand_8bit
from bench_llm.training.watch import Watch

if TYPE_CHECKING:
    from accelerate import Accelerator
    from numpy.typing import NDArray
    from torch import nn

    from bench_llm.training.objective import Objective
    from bench_llm.training.schedule import Schedule

CHECKPOINT_SECONDS = 10.0
LOG_EVERY = 10
"""Steps between two lines of the history; the first step has one of its own."""
SIZES = ("world_size", "pmi_size", "ompi_comm_world_size", "mv2_comm_world_size")
"""Variables in which launchers say how many processes there are."""


@dataclass(frozen=True)
class Hyperparameters:
    """How to train."""

    schedule: Schedule
    rates: Rates
    optimizer: str
    clip: float
    """Norm that the gradient is clipped to."""
    patience: int
    """Evaluations without a better one before it stops; 0 for never."""
    precision: str
    keeps_looks: bool = False
    """Whether the weights of each look at the valid split are kept, or the best ones alone."""


@dataclass(frozen=True, eq=False)
class Training:
    """A training, from its network to what it is trained on and how."""

    network: nn.Module
    objective: Objective
    hyperparameters: Hyperparameters
    score: Callable[[bench.Inputs], NDArray[np.float64]]
    expected_trainable: Sequence[str]
    """Names of what is to be trained."""
    context: bench.Context

    @property
    def looks(self) -> Looks | None:
        """Where the looks at the valid split are kept, if they are."""
        kept = self.hyperparameters.keeps_looks
        return Looks(self.context.checkpoints / FOLDER) if kept else None

    def run(self) -> int:
        """Train in place, from the last checkpoint if there is one; the best weights stay.

        Gives how often it has looked at the valid split.

        Raises:
            NotFiniteError: the loss or the gradient is no longer finite.
        """
        if not trained(self.network):
            self.context.notice("nothing to train: the base is scored as it is")
            return 0
        with torch.random.fork_rng():
            torch.manual_seed(self.context.seed)
            return _Session(self).run()


class _Session:
    """A training under way."""

    def __init__(self, training: Training) -> None:
        hyperparameters, context = training.hyperparameters, training.context
        self.training, self.hyperparameters, self.context = training, hyperparameters, context
        self.network, self.objective = training.network, training.objective
        self.weights, self.lengths = self.objective.weights, self.objective.lengths
        self.n = len(self.lengths)
        self.optimizer = build_optimizer(
            self.network, hyperparameters.optimizer, hyperparameters.rates
        )
        self.ranks = Ranks.of(context)
        self.accelerator = accelerator(context.device, hyperparameters.precision, self.ranks)
        self.checkpoints = Checkpoints(
            context.checkpoints, self.network, self.optimizer, context.notice, training.looks
        )
        with self.ranks.in_turn():
            self.progress = self.checkpoints.restore()
        self.watch = Watch(self.network, self.progress, context.device)
        context.watch(
            bench.TrainingHandle(
                self.network, self.optimizer, training.expected_trainable, training.score
            )
        )

    def run(self) -> int:
        progress, schedule = self.progress, self.hyperparameters.schedule
        saved = time.monotonic()
        self.ranks.demand_same(self.network, progress.step)
        self.network.train()
        total = self.n * schedule.epochs
        with self.context.progress(self.objective.label, total, progress.events) as bar:
            for rows in schedule.remaining(self.lengths, progress.step):
                if self._waited_enough():
                    break
                logged = progress.step == 0 or (progress.step + 1) % LOG_EVERY == 0
                evaluates = schedule.evaluates(progress.step + 1, self.n)
                scalars = self._step(rows, watched=logged or evaluates)
                bar.advance(len(rows))
                if evaluates:
                    scalars |= self._look()
                if logged or evaluates:
                    self.context.log(progress.step, scalars | self.watch.totals(self.n))
                if self.ranks.leads and time.monotonic() - saved >= CHECKPOINT_SECONDS:
                    self.checkpoints.save(progress)
                    saved = time.monotonic()
        load_state(self.network, progress.best)
        self.ranks.demand_same(self.network, progress.step)
        return progress.looks

    def _look(self) -> dict[str, float]:
        """A figure of the network as it stands; what is to be kept of it then is kept."""
        progress = self.progress
        self.ranks.demand_same(self.network, progress.step)
        name, *values = self.objective.look()
        figure, value = self.ranks.of_first(values)
        progress.consider(value, self.network)
        if self.ranks.leads and (looks := self.training.looks):
            about = {"step": progress.step, "events": progress.events, name: figure}
            looks.keep(progress.looks, self.network, about)
        return {name: figure}

    def _waited_enough(self) -> bool:
        patience = self.hyperparameters.patience
        return patience > 0 and self.progress.waited >= patience

    def _step(self, rows: NDArray[np.intp], *, watched: bool) -> dict[str, float]:
        """One step; gives its scalars, in full where it is watched."""
        progress, hyperparameters = self.progress, self.hyperparameters
        factor = hyperparameters.schedule.factor(
            progress.step, hyperparameters.schedule.steps(self.n)
        )
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        before = self.watch.weights() if watched else {}
        self.ranks.seed(self.context.seed, progress.step)
        self.optimizer.zero_grad(set_to_none=True)
        scalars = self._gradient(rows)
        if watched:
            scalars |= self.watch.gradients()
        norm = float(self.accelerator.clip_grad_norm_(list(self._trained()), hyperparameters.clip))
        self._demand_finite(scalars[LOSS], norm)
        self.optimizer.step()
        if hyperparameters.optimizer == ADAMW8BIT and progress.step == 0:
            demand_8bit(self.optimizer, self.context.notice)
        progress.step += 1
        progress.events += len(rows)
        progress.tokens += int(self.lengths[rows].sum())
        progress.clipped += norm > hyperparameters.clip
        if watched:
            scalars |= self.watch.updates(before)
            scalars |= self.watch.rates(
                self.optimizer, min(1.0, hyperparameters.clip / max(norm, 1e-12))
            )
        return scalars

    def _gradient(self, rows: NDArray[np.intp]) -> dict[str, float]:
        """Add up the gradient of a step, batch by batch and process by process.

        The loss is the same however many there are.
        """
        schedule, ranks = self.hyperparameters.schedule, self.ranks
        dropped = schedule.dropped(self.progress.step, len(rows))
        whole = float(self.weights[rows].sum())
        own, counts = ranks.share(len(rows))
        totals: dict[str, float] = {}
        for part in schedule.parts(own):
            batch = rows[own[part]]
            with self.accelerator.autocast():
                losses = self.objective.losses(batch, dropped[own[part]])
            share = torch.from_numpy(counts * self.weights[batch] / whole)
            means = {name: (of * share.to(of)).sum() for name, of in losses.items()}
            self.accelerator.backward(means[LOSS])
            for name, mean in means.items():
                totals[name] = totals.get(name, 0.0) + mean.item()
        ranks.add_gradients(self._trained())
        return dict(zip(totals, ranks.sums(totals.values()), strict=True))

    def _trained(self) -> list[nn.Parameter]:
        return list(trained(self.network).values())

    def _demand_finite(self, loss: float, norm: float) -> None:
        for what, value in (("loss", loss), ("gradient", norm)):
            if not abs(value) < float("inf"):
                step = self.progress.step
                raise bench.NotFiniteError(f"the {what} is {value} at step {step}; lower lr")


def accelerator(device: str, precision: str, ranks: Ranks = ALONE) -> Accelerator:
    """Accelerate for one device, with bfloat16 arithmetic over float32 weights where wanted."""
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState
    from accelerate.utils import patch_environment

    AcceleratorState._reset_state(reset_partial_state=True)  # it keeps one precision a process
    mixed = "bf16" if precision == "bfloat16" else "no"
    # of a process that fits alone, it would wait for those that a launcher has begun beside it
    alone = {} if ranks.count > 1 else dict.fromkeys(SIZES, 1) | {"local_rank": -1}
    with patch_environment(**alone):
        return Accelerator(cpu=device == "cpu", mixed_precision=mixed)
