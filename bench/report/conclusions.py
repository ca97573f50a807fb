"""What may be concluded of runs on the same events: which of them can be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from bench.comparison.groups import Pair, letters, pairs
from bench.errors import DamagedError
from bench.report.cells import escaped, figure
from bench.report.tables import FEW_SIGNAL
from bench.store import Run


def conclusions(runs: Sequence[Run]) -> str:
    """A section of markdown for each set of events that several runs were scored on."""
    sound = sorted(_sound(runs), key=_events)
    sections = [_section(list(same)) for _, same in groupby(sound, _events)]
    return "\n".join(section for section in sections if section)


def _sound(runs: Sequence[Run]) -> Iterator[Run]:
    """Runs with scores of both classes that can be read."""
    for run in runs:
        if run.record.status != "ok" or run.record.sample is None:
            continue
        try:
            if run.scored().two_classes and run.metrics().estimates["auc"].value is not None:
                yield run
        except (DamagedError, KeyError):
            continue


def _events(run: Run) -> tuple[str, ...]:
    sample = run.record.sample
    assert sample is not None
    return (sample.label, sample.split, sample.size, sample.fingerprint)


def _section(runs: list[Run]) -> str:
    from tabulate import tabulate

    if len(runs) < 2:
        return ""
    runs.sort(key=lambda run: -(run.metrics().estimates["auc"].value or 0.0))
    tested = pairs(runs)
    marks = letters(len(runs), [(pair.first, pair.second) for pair in tested if pair.separable])
    rows = [
        [escaped(run.record.title), figure(run.metrics().estimates["auc"]), mark]
        for run, mark in zip(runs, marks, strict=True)
    ]
    sample = runs[0].record.sample
    assert sample is not None
    table = tabulate(rows, ["model", "AUC", "group"], tablefmt="pipe", disable_numparse=True)
    told = [
        f"## {escaped(sample.label)}, {sample.split} {sample.size}\n",
        f"{table}\n",
        f"Runs that share a letter cannot be told apart by AUC on these {sample.signal} signal and "
        f"{sample.background} background events (DeLong's paired test, Holm over {len(tested)} "
        f"pairs). {_best(runs, marks, tested)}",
    ]
    if sample.signal < FEW_SIGNAL:
        told.append(f"\nWith {sample.signal} signal events hardly anything can be told apart.")
    return "\n".join(told) + "\n"


def _best(runs: Sequence[Run], marks: Sequence[str], tested: Sequence[Pair]) -> str:
    """The first in words, and what it would take to tell the second apart from it."""
    equal = [run for run, mark in zip(runs, marks, strict=True) if set(mark) & set(marks[0])]
    if len(equal) == 1:
        return f"Best: {escaped(runs[0].record.title)}."
    closest = next(pair for pair in tested if (pair.first, pair.second) == (0, 1))
    needed = closest.difference.needed
    told = f"No winner: {len(equal)} runs share the first place."
    if needed is None or closest.separable:
        return told
    return f"{told} About {needed} signal events would tell the first two apart."
