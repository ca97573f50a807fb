"""What an answer rests on, and what is not known: events, seeds, tests, data, floors, lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.metrics.floors import NO_FLOOR
from bench.report.blocks import Item
from bench.report.event_sets import BETWEEN
from bench.report.learning import at_floor
from bench.report.published import common_protocol
from bench.report.samples import EDITIONS, edition_in_words
from bench.report.sections.everything import FEW_SIGNAL
from bench.report.tested import Tested
from bench.storage.store import Run

NAMED = 2
"""Things that are named in a line; more are counted."""


def believe(runs: Sequence[Run], tests: Sequence[Tested]) -> list[Item]:
    """A line for each thing to know before an answer is believed."""
    lines = {
        "Quick": _quick(runs),
        "All models": _shared(tests),
        "Protocol": _protocol(tests),
        "Events": _events(runs, tests),
        "Seeds": _seeds(tests),
        "Tests": _tests(tests),
        "Data": _data(runs),
        "Few events": _few(tests),
        "Floor": _floor(tests),
        "Not known": _lacks(runs),
    }
    return [Item(about, text) for about, text in lines.items() if text]


def _events(runs: Sequence[Run], tests: Sequence[Tested]) -> str:
    bare = sum(run.record.bare for run in runs)
    parts = []
    if any(len(one.settings) > 1 for one in tests):
        parts.append("the same for every model of a sample, so that differences are paired")
    elif tests:
        parts.append("a sample for each model: nothing is paired")
    if bare:
        parts.append(f"of {bare} runs counts alone are known, not which events; these are unpaired")
    return "; ".join(parts)


def _protocol(tests: Sequence[Tested]) -> str:
    """Under what the runs were done, where figures of others stand beside them."""
    known = {p.name: p.source for one in tests if (p := common_protocol(one.events))}
    beside = "what was published under it stands beside, of other events, and is never ranked"
    return "; ".join(f"{name}, of {source}: {beside}" for name, source in known.items())


def _shared(tests: Sequence[Tested]) -> str:
    parts = (setting.shared for one in tests for setting in one.settings)
    return BETWEEN.join(sorted(frozenset().union(*parts)))


def _quick(runs: Sequence[Run]) -> str:
    count = sum(run.record.quick for run in runs)
    if not count:
        return ""
    which = "all runs" if count == len(runs) else f"{count} of {len(runs)} runs"
    return f"{which}, which are on few events and only to try things: not to be quoted as results"


def _seeds(tests: Sequence[Tested]) -> str:
    settings = [setting for one in tests for setting in one.settings]
    if not settings:
        return ""
    counts = sorted({len(setting.runs) for setting in settings})
    single = [setting for setting in settings if len(setting.runs) == 1]
    cost = _seconds(setting.runs[0] for setting in single)
    more = f"; two more would take about {duration(2 * cost)}" if cost else ""
    if counts == [1]:
        return f"one each: another seed may turn an order round{more}"
    most = f"{counts[-1] if len(counts) == 1 else f'up to {counts[-1]}'} a model"
    if not single:
        return most
    names = list(dict.fromkeys(setting.name for setting in single))
    return f"{most}; one alone of {_some(names)}, which another may move{more}"


def _seconds(runs: Iterable[Run]) -> float | None:
    """What the runs took, fits of theirs that others reuse once; None where one did not say."""
    fits: dict[str | None, float] = {}
    total = 0.0
    for run in runs:
        spent = run.record.seconds
        if "score evaluated" not in spent:
            return None
        total += sum(seconds for stage, seconds in spent.items() if stage != "fit")
        fits[run.record.fit] = max(fits.get(run.record.fit, 0.0), spent.get("fit", 0.0))
    return total + sum(fits.values()) if all(fits.values()) else None


def _tests(tests: Sequence[Tested]) -> str:
    if not any(len(one.settings) > 1 for one in tests):
        return ""
    seeds = any(len(setting.runs) > 1 for one in tests for setting in one.settings)
    text = "95 %, DeLong on AUC, Holm over all pairs of a sample"
    return f"{text}; models whose seeds overlap are not told apart" if seeds else text


def _data(runs: Sequence[Run]) -> str:
    samples = [run.record.sample for run in runs if run.record.sample]
    editions = dict.fromkeys(sample.kind for sample in samples)
    if list(editions) == ["twin"]:
        return "simulated by the bench itself (twin), not the published files"
    if list(editions) == ["official"]:
        return "the official files, as they were published"
    names = dict.fromkeys(edition_in_words(sample) for sample in samples)
    simulated = f"; {EDITIONS['twin']} is by the bench itself" if "twin" in editions else ""
    return f"{', '.join(names)}{simulated}"


def _few(tests: Sequence[Tested]) -> str:
    samples = [one.events for one in tests if one.events.sample.signal < FEW_SIGNAL]
    counts = [f"{events.sample.signal} of signal in {events.brief}" for events in samples]
    return f"{'; '.join(counts)}: hardly anything can be told from them" if counts else ""


def _floor(tests: Sequence[Tested]) -> str:
    """Where the largest SIC hangs on as little background as is let through."""
    some = [
        f"{one.events.brief} {count} of {len(one.settings)}"
        for one in tests
        if (count := sum(map(at_floor, one.settings)))
    ]
    if not some:
        return ""
    floor, where = tests[0].events.floor, f"in: {'; '.join(some)} models"
    if floor.rate:
        return f"max SIC stands at {floor.brief}, and a tighter cut may show more, {where}"
    least = f"{floor.events} background event{'' if floor == NO_FLOOR else 's'}"
    return f"max SIC leaves no more than {least}, and may rise with more of them, {where}"


def _lacks(runs: Sequence[Run]) -> str:
    outside = [run.record for run in runs if run.record.outside]
    lacks = dict.fromkeys(
        lack for record in outside if record.outside for lack in record.outside.lacks
    )
    parts = []
    if lacks:
        count = f"{len(outside)} imported result{'' if len(outside) == 1 else 's'}"
        parts.append(f"of {count} {_some(list(lacks))}")
    unguarded = sum(not run.record.verdicts for run in runs)
    if unguarded:
        parts.append(f"what guards would say of {unguarded} of {len(runs)} runs")
    return "; ".join(parts)


def _some(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return " and ".join(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"


def duration(seconds: float) -> str:
    """`3 min`."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1):.0f} s"
