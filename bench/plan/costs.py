"""What past runs have cost, and what another one would by them: seconds and bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.api.errors import DamagedError
from bench.plugins.options import options_in

if TYPE_CHECKING:
    from bench.running.prepared import PreparedRun
    from bench.storage.record import RunRecord, SampleRecord
    from bench.storage.store import Run

    Measure = Callable[[Run], float | None]
    """A figure of a past run, if it shows it."""

EPOCHS, VALID = "epochs", "valid_"
"""The option of models that go through their train events several times, and what the names of
scalars begin with that a model logs when it has looked at the valid split."""
NEWEST = 5
"""Past runs that are asked, the newest first: code and machines change."""


@dataclass(frozen=True)
class Need:
    """What is left to do, in events, and to write."""

    train: int
    """To train on; none where the fit is there."""
    valid: int
    """To score of the valid split; none where the scores are there."""
    evaluated: int
    """To score of the sample; none where the scores are there."""
    written: int
    """Whose scores are written; none where the run is there."""

    @property
    def scored(self) -> int:
        """To score in all."""
        return self.valid + self.evaluated


@dataclass(frozen=True)
class Costs:
    """What it comes to; None where no past run tells."""

    seconds: float | None
    disk: float | None
    """Bytes that stay."""
    basis: str
    """Where the estimate comes from."""


@dataclass(frozen=True)
class Past:
    """The past runs of a plugin on a kind of device, the newest first."""

    plugin: str
    runs: Sequence[Run]
    others: Mapping[str, int]
    """How many options each has otherwise, by its name."""
    epochs: int | None = None
    """Passes over the train events that the model is to make, if it has an option of that name."""

    @classmethod
    def of(cls, prepared: PreparedRun, runs: Iterable[Run]) -> Past:
        """Those that tell something of a run."""
        request = prepared.request
        comparable = [
            run
            for run in runs
            if run.record.status == "ok"
            and run.record.outside is None
            and run.record.plugin == request.plugin
            and _kind(run.record.request.get("device", "cpu")) == _kind(request.device)
        ]
        comparable.sort(key=lambda run: run.name, reverse=True)
        others = {run.name: other_options(run.record, prepared) for run in comparable}
        return cls(request.plugin, comparable, others, _epochs(options_in(prepared.parts.model)))

    def typical(self, measure: Measure) -> tuple[float, str] | None:
        """The median over the newest of the runs likest to it that show it, and which those are."""
        for others in sorted({*self.others.values()}):
            candidates = [run for run in self.runs if self.others[run.name] == others]
            seen: list[float] = []
            for run in candidates:
                if len(seen) < NEWEST and (value := measure(run)) is not None:
                    seen.append(value)
            if seen:
                number = f"{len(seen)} runs" if len(seen) > 1 else "a run"
                return median(seen), f"{number} with {'other' if others else 'these'} options"
        return None


def costs_of(past: Past, need: Need, fits: Path, size: float | None = None) -> Costs:
    """What is left to do, at the rates of past runs; what is there costs nothing.

    A run's folder grows with the events that it scored; a fit's weights do not grow.

    Args:
        past: runs of the plugin.
        need: what is left to do.
        fits: where past fits are.
        size: bytes of the fit, where the model knows them.
    """
    if not need.written:
        return Costs(0.0, 0.0, "it is there")
    stages: list[tuple[str, int, Measure, bool]] = [
        ("fit", min(need.train, 1), partial(_fit_seconds, past, need), False),
        ("scores", need.scored, _score_rate, False),
        ("events and judging", 1, _rest, False),
        ("", need.written, _folder_rate, True),
        ("", min(need.train, 1) * (size is None), lambda run: _fit_size(run, fits), True),
    ]
    totals: dict[bool, float | None] = {False: 0.0, True: size or 0.0}
    sources: dict[str, list[str]] = {}
    for what, events, measure, is_disk in stages:
        if not events:
            continue
        typical, total = past.typical(measure), totals[is_disk]
        totals[is_disk] = None if typical is None or total is None else total + events * typical[0]
        if what:
            sources.setdefault(typical[1] if typical else "", []).append(what)
    return Costs(totals[False], totals[True], _basis(past, sources))


def same_options(record: RunRecord, prepared: PreparedRun) -> bool:
    """Whether a run had the same model and encoders with the same options."""
    return not other_options(record, prepared)


def other_options(record: RunRecord, prepared: PreparedRun) -> int:
    """How many options of model and encoders a run had otherwise, with those of other parts."""
    import msgspec

    parts = (prepared.parts.model, *prepared.parts.encoders)
    now = {part.name: {"": part.name, **options_in(part)} for part in parts}
    then = {p.name: {"": p.name, **p.options} for p in (record.model, *record.encoders) if p}
    then_and_now = [
        {
            (name, option): msgspec.json.encode(value, order="deterministic")
            for name, options in of.items()
            for option, value in options.items()
        }
        for of in (then, now)
    ]
    return len({key for key, _ in then_and_now[0].items() ^ then_and_now[1].items()})


def _basis(past: Past, stages: dict[str, list[str]]) -> str:
    if not past.runs:
        return f"no past run of {past.plugin}"
    unknown = stages.pop("", [])
    parts = [f"no past run of {past.plugin} shows: {', '.join(unknown)}"] if unknown else []
    if len(stages) == 1 and not unknown:
        return f"as in {next(iter(stages))}"
    return "; ".join([*parts, *(f"{', '.join(s)} as in {runs}" for runs, s in stages.items())])


def _fit_seconds(past: Past, need: Need, run: Run) -> float | None:
    """What the fit would take at a run's rates: of train events, and of valid events looked at."""
    record, train = run.record, _events(run.record.train)
    if record.fit_reused or "fit" not in record.seconds or not train:
        return None
    whole, looking = record.seconds["fit"], _looking(run)
    seconds = (whole - looking) / train * need.train
    if looking:
        seconds += looking / _events(record.valid) * need.valid
    return seconds * _passes(past, record)


def _looking(run: Run) -> float:
    """Seconds of a fit that went into scoring the valid split, by what scoring it once took.

    0 where that is not known: a model that logs nothing of the valid split, or whose looks are
    cheaper than scores, so that they would come to more than the fit.
    """
    seconds = run.record.seconds
    try:
        rows = run.history()
    except DamagedError:
        return 0.0
    looks = sum(any(name.startswith(VALID) for name in row) for row in rows)
    looking = looks * seconds.get("score valid", 0.0)
    return looking if _events(run.record.valid) and looking < seconds["fit"] else 0.0


def _passes(past: Past, record: RunRecord) -> float:
    """How many times as many passes over the train events there would be as in a run."""
    before = _epochs(record.model.options if record.model else {})
    return past.epochs / before if past.epochs and before else 1.0


def _epochs(options: Mapping[str, Any]) -> int | None:
    """The passes that a model with these options makes at most; None where it has no such one."""
    epochs = options.get(EPOCHS)
    return epochs if isinstance(epochs, int) else None


def _score_rate(run: Run) -> float | None:
    seconds, events = run.record.seconds, _written(run)
    if "score evaluated" not in seconds or not events:
        return None
    return (seconds.get("score valid", 0.0) + seconds["score evaluated"]) / events


def _rest(run: Run) -> float | None:
    """Seconds of a run, whatever its size: opening events, and the figures' replicas."""
    seconds = run.record.seconds
    return seconds.get("events", 0.0) + seconds["judge"] if "judge" in seconds else None


def _folder_rate(run: Run) -> float | None:
    events = _written(run)
    return _size(run.folder) / events if events else None


def _fit_size(run: Run, fits: Path) -> float | None:
    folder = fits / run.record.fit if run.record.fit else None
    return float(_size(folder)) if folder and folder.is_dir() else None


def _written(run: Run) -> int:
    return _events(run.record.valid) + _events(run.record.sample)


def _events(sample: SampleRecord | None) -> int:
    return sample.signal + sample.background if sample else 0


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _kind(device: object) -> str:
    return str(device).partition(":")[0]
