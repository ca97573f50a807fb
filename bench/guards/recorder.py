"""Hangs on to an optimizer's steps, and keeps what guards want to know of them."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.api.errors import NotFiniteError
from bench.api.guard import NotApplicableError
from bench.data.real_scores import scores_of_events

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import TrainingHandle
    from bench.api.inputs import Inputs

FIRST_STEPS = 3
SAMPLED = 4096
"""Elements of each tensor's gradients that are kept."""
LOOKS = 2.0
"""Percent of the training's time that looking may take."""


@dataclass
class Record:
    """What was seen of a training."""

    trainable: list[str]
    """What is meant to be trained."""
    missing: list[str]
    """Of those, what is not in the network."""
    optimized: dict[str, int]
    """How often each parameter of the network is in the optimizer, if at all."""
    dtypes: dict[str, str]
    """Of what is meant to be trained."""
    steps: int = 0
    reached: set[str] = field(default_factory=set)
    """What got a gradient other than zero in the first steps."""
    moved: set[str] = field(default_factory=set)
    """What moved in the first steps."""
    strayed: set[str] = field(default_factory=set)
    """What moved without being meant to."""
    gradients: list[list[NDArray[np.float64]]] = field(default_factory=list)
    """Of each of the first steps, samples of each tensor's gradient in the order of `trainable`."""
    updates: list[float] = field(default_factory=list)
    """How far steps moved all that is trained, against its norm."""
    untrained: NDArray[np.float64] | None = None  # (n,), scores of the probe before the first step
    looks: list[tuple[int, NDArray[np.float64]]] = field(default_factory=list)
    """Step, and scores of the probe after it: (n,)."""
    gaps: list[float] = field(default_factory=list)
    """Seconds in which nothing happened, though it should have: a sleep or a suspension."""
    idle: float = 0.0
    """Those of them that a stopwatch counted, which stands still while the machine sleeps."""


def shown(record: Record | None) -> Record:
    """What was seen of a training.

    Raises:
        NotApplicableError: the model shows none.
    """
    if record is None:
        raise NotApplicableError("the model shows no training by gradients")
    return record


class Recorder:
    """`context.watch` of a guarded fit: one for each training."""

    def __init__(self, probe: Inputs) -> None:
        self.probe = probe
        self.record: Record | None = None

    def __call__(self, training: TrainingHandle) -> None:
        """Look at the training before its first step, and at each step from then on."""
        self._training = training
        self._all: dict[str, Any] = dict(training.network.named_parameters())
        names = sorted(training.trainable)
        self._meant = {name: self._all[name] for name in names if name in self._all}
        self._pulse = _Pulse()
        self.record = Record(
            trainable=names,
            missing=[name for name in names if name not in self._all],
            optimized=_memberships(self._all, training.optimizer),
            dtypes={name: str(p.dtype).removeprefix("torch.") for name, p in self._meant.items()},
            untrained=self._scores(),
        )
        self._start = {name: p.detach().clone() for name, p in self._meant.items()}
        others = (item for item in self._all.items() if item[0] not in self._meant)
        self._still = {name: _checksum(p) for name, p in others}
        self._before: dict[str, Any] = {}
        self._looking = 0.0
        self._depth = 0  # an optimizer that calls its parent's step calls the hooks once more
        self._since = time.monotonic()
        training.optimizer.register_step_pre_hook(self._before_step)
        training.optimizer.register_step_post_hook(self._after_step)

    def _scores(self) -> NDArray[np.float64]:
        return scores_of_events(self._training.score(self.probe), len(self.probe))

    def _before_step(self, *_: object) -> None:
        assert self.record
        self._depth += 1
        if self._depth > 1:
            return
        record = self.record
        for name, parameter in self._meant.items():
            if parameter.grad is not None and not bool(parameter.grad.isfinite().all()):
                raise NotFiniteError(f"the gradient of {name} is not finite at step {record.steps}")
        if record.steps < FIRST_STEPS:
            record.reached |= {
                name
                for name, p in self._meant.items()
                if p.grad is not None and bool((p.grad != 0).any())
            }
            record.gradients.append([_sampled(p.grad) for p in self._meant.values()])
        if self._measured:
            self._before = {name: p.detach().clone() for name, p in self._meant.items()}

    def _after_step(self, *_: object) -> None:
        assert self.record
        self._depth -= 1
        if self._depth:
            return
        record = self.record
        if self._measured:
            record.updates.append(_update(self._before, self._meant))
            self._before = {}
        record.steps += 1
        for name, parameter in self._meant.items():
            if not bool(parameter.detach().isfinite().all()):
                raise NotFiniteError(f"the weight {name} is not finite after step {record.steps}")
        if record.steps <= FIRST_STEPS:
            self._look_at_first_step(record)
        if gap := self._pulse.beat():
            record.gaps.append(round(gap.passed, 1))
            record.idle += gap.counted
        self._look_at_probe(record)

    @property
    def _measured(self) -> bool:
        """Whether this step's update is measured: of the first ones, then ever more rarely."""
        steps = self.record.steps if self.record else 0
        return steps < FIRST_STEPS or (steps & (steps - 1)) == 0

    def _look_at_first_step(self, record: Record) -> None:
        record.moved |= {
            name for name, p in self._meant.items() if bool((p.detach() != self._start[name]).any())
        }
        record.strayed |= {
            name for name, sum_ in self._still.items() if _checksum(self._all[name]) != sum_
        }
        if record.steps == FIRST_STEPS:
            self._start, self._still = {}, {}

    def _look_at_probe(self, record: Record) -> None:
        """Score the probe, as often as it costs next to nothing."""
        started = time.monotonic()
        if self._looking > LOOKS / 100 * (started - self._since):
            return
        record.looks.append((record.steps, self._scores()))
        self._looking += time.monotonic() - started


@dataclass(frozen=True)
class _Gap:
    passed: float
    counted: float


class _Pulse:
    """Tells a pause of the machine from a slow step."""

    USUAL, LEAST = 20.0, 30.0
    """A gap is so many times the usual step, and at least so many seconds."""

    def __init__(self) -> None:
        self._last = _now()
        self._usual: float | None = None

    def beat(self) -> _Gap | None:
        """The seconds lost since the last beat, if any."""
        now = _now()
        passed, counted = (new - old for new, old in zip(now, self._last, strict=True))
        self._last = now
        usual = self._usual
        if usual is not None and passed > max(self.LEAST, self.USUAL * usual):
            return _Gap(passed - usual, max(0.0, counted - usual))
        self._usual = passed if usual is None else 0.9 * usual + 0.1 * passed
        return None


def _now() -> tuple[float, float]:
    """Seconds on a clock that goes on while the machine sleeps, and on one that does not."""
    counted = time.monotonic()
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return (counted if clock is None else time.clock_gettime(clock)), counted


def _memberships(parameters: dict[str, Any], optimizer: Any) -> dict[str, int]:
    held = Counter(id(p) for group in optimizer.param_groups for p in group["params"])
    return {name: held[id(p)] for name, p in parameters.items() if id(p) in held}


def _checksum(parameter: Any) -> tuple[float, float]:
    """Two sums that hardly any change of a tensor leaves as they are."""
    flat = parameter.detach().reshape(-1)
    if not flat.is_floating_point():
        flat = flat.float()
    return float(flat.double().sum()), float(flat.double().square().sum())


def _sampled(gradient: Any) -> NDArray[np.float64]:
    """Elements of a gradient, evenly spread: at most `SAMPLED`; none where there is none."""
    import numpy as np

    if gradient is None:
        return np.zeros(0)
    flat = gradient.detach().reshape(-1)
    stride = math.ceil(flat.numel() / SAMPLED)
    return np.asarray(flat[::stride].float().cpu().numpy(), dtype=np.float64)


def _update(before: dict[str, Any], now: dict[str, Any]) -> float:
    moved = list(_squares(now[name].detach() - old for name, old in before.items()))
    size = list(_squares(before.values()))
    return math.sqrt(sum(moved)) / max(math.sqrt(sum(size)), 1e-12)


def _squares(tensors: Any) -> Iterator[float]:
    for tensor in tensors:
        yield float(tensor.detach().float().norm()) ** 2
