"""From what is said to the columns of a run: what follows, what contradicts, what is missing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bench.api.table import EVENT
from bench.asking.said import ROUNDING, Fact, Said

if TYPE_CHECKING:
    from bench.api.parts import Dataset
    from bench.api.table import Column
    from bench.api.vocabulary import Derived, Vocabulary

SLACK = 4 * ROUNDING
"""By how much of its value a derived one may be off for rounding alone."""


@dataclass
class Understood:
    """An event as a run's columns, and what is to be said of it."""

    facts: list[Fact]
    """Of the columns, in their order, then of what else is said."""
    missing: list[Column] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def values(self) -> dict[str, float]:
        """The value of each column that is known."""
        return {fact.name: fact.value for fact in self.facts}

    @property
    def whole(self) -> bool:
        """Whether it can be scored."""
        return not self.missing and not self.contradictions


def conclude(
    said: Said, vocabulary: Vocabulary, columns: Sequence[Column], dataset: Dataset
) -> Understood:
    """What the columns are by what is said of an event."""
    facts = _arranged(said, columns, dataset)
    out = Understood([], contradictions=[*said.contradictions], notices=[*said.notices])
    periods = {q.name: q.period for q in vocabulary.quantities if q.period}
    ways = _ways(facts, columns, dataset)
    for name in dict.fromkeys([*facts, *(name for name, *_ in ways)]):
        routes = [way for way in ways if way[0] == name]
        chosen = _chosen(name, facts.get(name), routes, periods.get(name), out)
        if chosen:
            facts[name] = chosen
        else:
            facts.pop(name, None)
    flags = {column.needs for column in columns if column.needs}
    for column in columns:
        if column.needs in flags and column.needs in facts and not facts[column.needs].value:
            _absent(column, facts, out)
        if column.name not in facts:
            out.missing.append(column)
    _besides(facts, vocabulary, columns, out)
    names = [column.name for column in columns]
    shown = [name for name in facts if name not in names and facts[name].said]
    out.facts = [facts[name] for name in [*names, *shown] if name in facts]
    return out


Way = tuple[str, float, float, str, bool]
"""A name, its value and width, the rule, and whether it is a mistaken one."""


def _arranged(said: Said, columns: Sequence[Column], dataset: Dataset) -> dict[str, Fact]:
    """What is said by the names that the dataset has for it."""
    values = {name: fact.value for name, fact in said.facts.items()}
    names = dataset.arrange(values, columns)
    if names:
        said.notices.append("the objects are in another order than said: renamed by the dataset")
    renamed = {names.get(name, name): fact for name, fact in said.facts.items()}
    return {name: replace(fact, name=name) for name, fact in renamed.items()}


def _ways(facts: Mapping[str, Fact], columns: Sequence[Column], dataset: Dataset) -> list[Way]:
    """All that follows, each with how far it can be off as what is said is rounded."""
    values = {name: fact.value for name, fact in facts.items()}
    derived = list(dataset.derive(values, columns))
    spread = [0.0] * len(derived)
    places = {(one.name, one.rule): i for i, one in enumerate(derived)}
    for name, fact in facts.items():
        if not fact.width:
            continue
        for other in dataset.derive(values | {name: fact.value + fact.width}, columns):
            place = places.get((other.name, other.rule))
            if place is not None and math.isfinite(other.value):
                spread[place] += abs(other.value - derived[place].value)
    return [_way(one, width) for one, width in zip(derived, spread, strict=True)]


def _way(one: Derived, width: float) -> Way:
    width = 0.0 if math.isnan(width) else width
    return one.name, one.value, width + abs(one.value) * SLACK, one.rule, one.mistaken


def _chosen(
    name: str, fact: Fact | None, ways: Sequence[Way], period: float | None, out: Understood
) -> Fact | None:
    """The value that counts: what is said, if what follows agrees with it, else what follows."""
    impossible = [rule for _, value, _, rule, _ in ways if not math.isfinite(value)]
    out.contradictions += [f"{name}: {rule}" for rule in impossible]
    right = [way for way in ways if not way[4] and math.isfinite(way[1])]
    if fact is None:
        if not right:
            return None
        _, value, width, rule, _ = min(right, key=lambda way: way[2])
        return Fact(name, value, width, rule, said=False)
    for _, value, width, rule, _ in right:
        if _apart(fact.value, value, period) <= fact.width + width:
            continue
        if mistake := _mistaken(fact, ways, period):
            out.notices.append(
                f"{name} = {fact.value:.6g} as said ({fact.origin}) is {mistake}, and not {rule}, "
                f"which is {value:.6g} and is taken"
            )
            return Fact(name, value, width, rule, said=False)
        out.contradictions.append(
            f"{name} is said to be {fact.value:.6g} ({fact.origin}), and is {value:.6g} by {rule}"
        )
        return fact
    if not right and (mistake := _mistaken(fact, ways, period)):
        out.notices.append(f"{name} = {fact.value:.6g} as said ({fact.origin}) is {mistake}")
        return None
    return fact


def _apart(one: float, other: float, period: float | None) -> float:
    return abs(math.remainder(one - other, period)) if period else abs(one - other)


def _mistaken(fact: Fact, ways: Sequence[Way], period: float | None) -> str:
    """What a said value is in truth, if it is what some take for the quantity."""
    for _, value, width, rule, mistaken in ways:
        if mistaken and _apart(fact.value, value, period) <= fact.width + width:
            return rule
    return ""


def _absent(column: Column, facts: dict[str, Fact], out: Understood) -> None:
    """A column of something that is not there is 0, as in the dataset's own tables."""
    if column.name in facts and facts[column.name].said:
        out.contradictions.append(_both(column.name, facts[column.name], facts[column.needs]))
    else:
        facts[column.name] = Fact(column.name, 0.0, 0.0, f"{column.needs} is 0", said=False)


def _besides(
    facts: Mapping[str, Fact], vocabulary: Vocabulary, columns: Sequence[Column], out: Understood
) -> None:
    """What is said of an object that is not there contradicts that, if it is no column as well."""
    names = {column.name for column in columns}
    absent = {
        column.object: facts[column.needs]
        for column in columns
        if column.needs and column.needs in facts and not facts[column.needs].value
    }
    for quantity in vocabulary.quantities:
        fact, flag = facts.get(quantity.name), absent.get(quantity.object)
        if fact and flag and fact.said and quantity.name not in names and quantity.object != EVENT:
            out.contradictions.append(_both(quantity.name, fact, flag))


def _both(name: str, fact: Fact, flag: Fact) -> str:
    return f"{name} is said ({fact.origin}) and so is that it is not there ({flag.origin})"
