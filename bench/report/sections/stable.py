"""Whether models keep their order where the simulation is varied: on `twin:recoil` and others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from bench.report.blocks import Block, Cell, Heading, TableBlock, Text, estimated, plain
from bench.report.event_sets import BETWEEN, EventSet, Setting, auc
from bench.report.samples import event_mark
from bench.report.tested import Tested
from bench.storage.record import NOMINAL, VARIED_FIT, SampleRecord

FIGURES = {"auc": "AUC", "max_sic": "max SIC"}
METHOD = (
    "Pairs are told apart by DeLong's paired test on AUC on the events of each edition, with Holm, "
    "where no seeds overlap."
)
THERE = "fitted there"
"""Of a model that was fitted on the variation itself, as the others were on the nominal edition."""

_Order: TypeAlias = tuple[str, str]
"""Two models, the better one first."""


def stable(tests: Sequence[Tested]) -> list[Block]:
    """A section for each dataset that was scored on a variation and on something beside it."""
    groups: dict[tuple[str, ...], list[Tested]] = {}
    for tested in tests:
        groups.setdefault(_alike(tested.events.sample), []).append(tested)
    return [
        block
        for same in groups.values()
        if len(same) > 1 and any(one.events.sample.variation for one in same)
        for block in _section(sorted(same, key=lambda one: bool(one.events.sample.variation)))
    ]


def _alike(sample: SampleRecord) -> tuple[str, ...]:
    """What is the same for an edition and its variations."""
    others = {name: value for name, value in sample.options.items() if name != "variation"}
    same = sample.dataset, sample.kind, sample.split, sample.ratio, sample.region
    return *same, repr(sorted(others.items()))


def _section(same: Sequence[Tested]) -> list[Block]:
    events, called = [one.events for one in same], _called(same)
    columns = list(dict.fromkeys(name for one in events for name in _named(one)))
    sample = events[0].sample
    what = " ".join(filter(None, [sample.dataset, sample.region, sample.ratio]))
    blocks: list[Block] = [Heading(f"Stable under variations: {what}")]
    for figure, title in FIGURES.items():
        rows = [[plain(called[one.slug]), *_cells(one, columns, figure)] for one in events]
        name = f"variations-{events[0].slug}-{figure.replace('_', '-')}"
        blocks.append(TableBlock(name, (f"{title} on", *columns), rows))
    return [*blocks, Text(_conclusion(same))]


def _cells(events: EventSet, columns: Sequence[str], figure: str) -> list[Cell]:
    settings = _named(events)
    return [
        estimated(settings[name].middle.metrics().estimates.get(figure))
        if name in settings
        else plain("-")
        for name in columns
    ]


def _named(events: EventSet) -> dict[str, Setting]:
    """The settings by their names on the nominal edition; those that were fitted there say so."""
    named = {}
    for setting in events.settings:
        plugin, *parts = setting.name.split(BETWEEN)
        others = [part for part in parts if not part.startswith(f"{VARIED_FIT}=")]
        own = [THERE] if len(others) < len(parts) else []
        named[BETWEEN.join([plugin, *others, *own])] = setting
    return named


def _called(same: Sequence[Tested]) -> dict[str, str]:
    """The variation of each set of events, with its size or its hash where two are of one."""
    samples = [one.events.sample for one in same]
    names = [sample.variation or NOMINAL for sample in samples]
    forms = [
        names,
        [f"{name} {one.size.split()[-1]}" for name, one in zip(names, samples, strict=True)],
        [f"{name}{event_mark(one)}" for name, one in zip(names, samples, strict=True)],
    ]
    return {
        one.events.slug: next((f[row] for f in forms if f.count(f[row]) == 1), forms[-1][row])
        for row, one in enumerate(same)
    }


def _conclusion(same: Sequence[Tested]) -> str:
    """Whether the order holds, by the paired tests on each variation."""
    first, others = same[0], [one for one in same[1:] if one.events.sample.variation]
    if first.events.sample.variation:
        return "No run on the nominal edition is here, so no order is compared with it."
    orders = [pair for pair, apart in _told_apart(first, own=False).items() if apart]
    if not orders:
        return "The nominal edition tells no two models apart: there is no order to hold."
    sentences = []
    for own, where in ((False, "Fitted on the nominal edition"), (True, "Fitted there")):
        if any(_told_apart(one, own) for one in others):
            sentences.append(f"{where}: {_held(orders, others, own, _called(same))}")
    ranges = [sentence for name in _named(first.events) if (sentence := _range(same, name))]
    return " ".join([*sentences, METHOD, *ranges])


def _held(
    orders: Sequence[_Order], others: Sequence[Tested], own: bool, called: Mapping[str, str]
) -> str:
    """How often the order of two models is as on the nominal edition, and where it is not."""
    same, alike, turned = 0, 0, []
    for one in others:
        apart = _told_apart(one, own)
        for ahead, behind in orders:
            if apart.get((ahead, behind)):
                same += 1
            elif apart.get((behind, ahead)):
                turned.append(f"on {called[one.events.slug]} {behind} is ahead of {ahead}")
            elif (ahead, behind) in apart or (behind, ahead) in apart:
                alike += 1
    holds = "the order holds" if same else "no variation tells two models apart, in any order"
    answer = f"the order changes: {'; '.join(turned)}" if turned else holds
    pairs = "the pair" if len(orders) == 1 else f"the {len(orders)} pairs"
    return (
        f"{answer}. On {len(others)} variation{'s' * (len(others) != 1)} {pairs} that the nominal "
        f"edition tells apart stood {same + alike + len(turned)} times: {same} in its order, "
        f"{alike} not told apart, {len(turned)} turned."
    )


def _told_apart(tested: Tested, own: bool) -> dict[_Order, bool]:
    """Whether each pair of models can be told apart, the better one first.

    Args:
        tested: of one edition.
        own: of the models that were fitted on it, or of those fitted on the nominal one.
    """
    names = {id(setting): name for name, setting in _named(tested.events).items()}
    apart = {}
    for pair in tested.pairs:
        two = [names[id(tested.settings[place])] for place in (pair.first, pair.second)]
        if all(name.endswith(THERE) == own for name in two):
            ahead, behind = (name.removesuffix(f"{BETWEEN}{THERE}") for name in two)
            apart[ahead, behind] = not tested.share(pair.first, pair.second)
    return apart


def _range(same: Sequence[Tested], name: str) -> str:
    """Between which values the AUC of a model lies that is fitted on the nominal edition."""
    called = _called(same)
    values = [
        (auc(setting.middle), called[one.events.slug])
        for one in same
        if (setting := _named(one.events).get(name))
    ]
    if len(values) < len(same):
        return ""
    (least, worst), (most, best) = min(values), max(values)
    return f"AUC of {name}: {least:.4f} ({worst}) to {most:.4f} ({best})."
