"""Questions whose answers follow from the numbers that a text says of an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench_llm.pretraining.facts import Facts, thing
from bench_llm.prompts.figures import Precision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ROUGH = Precision(2)
"""Digits of a threshold."""
TEV = 1000.0
"""GeV."""


@dataclass(frozen=True, eq=False)
class Asker:
    """Asks about events; what is usual among `events` gives the thresholds and the ranks."""

    events: NDArray[np.float64]  # (n, d)
    rng: np.random.Generator

    def ask(self, facts: Facts) -> tuple[str, str, str]:
        """A question, its answer and the question's kind."""
        while True:
            kind = NAMES[int(self.rng.choice(len(NAMES), p=SHARES))]
            asked = KINDS[kind][0](self, facts)
            if asked is not None:
                return asked[0], " " + asked[1], kind

    def one(self, facts: Facts) -> int:
        """Some column of the event."""
        return facts.present[int(self.rng.integers(len(facts.present)))]

    def pair(self, facts: Facts, *, same_quantity: bool = False) -> tuple[int, int] | None:
        """Two columns that may be compared and are not said alike, in any order."""
        pairs = facts.pairs(same_quantity=same_quantity)
        if not pairs:
            return None
        i, j = pairs[int(self.rng.integers(len(pairs)))]
        if self.rng.integers(2):
            i, j = j, i
        return None if facts.value(i) == facts.value(j) else (i, j)

    def usual(self, i: int) -> float:
        """The column's value in another event, to the digits of a threshold."""
        return float(ROUGH.say(self.events[int(self.rng.integers(len(self.events))), i]))

    def threshold(self, facts: Facts, i: int) -> tuple[float, str] | None:
        """A threshold for a column and how it is said; None for the very value of this event."""
        value = self.usual(i)
        if value == facts.value(i):
            return None
        if facts.columns[i].unit == "GeV" and value >= TEV and self.rng.integers(3) == 0:
            return value, f"{ROUGH.say(value / TEV)} TeV"
        return value, ROUGH.say(value)

    def rank(self, facts: Facts, i: int, j: int | None) -> int:
        """In which tenth of all events this one is by a column, or by the ratio of two."""
        row, events = facts.row, self.events
        value = row[i] if j is None else row[i] / row[j]
        usual = events[:, i] if j is None else events[:, i] / events[:, j].clip(min=1e-9)
        return min(9, int(10 * (usual < value).mean()))


Question = tuple[str, str] | None


def _value(asker: Asker, facts: Facts) -> Question:
    i = asker.one(facts)
    return f"What is {facts.word(i)}?", facts.precision.say(facts.row[i])


def _larger(asker: Asker, facts: Facts) -> Question:
    pair = asker.pair(facts)
    if pair is None:
        return None
    i, j = pair
    more = bool(asker.rng.integers(2))
    answer = i if (facts.value(i) > facts.value(j)) == more else j
    word = "larger" if more else "smaller"
    return f"Which is {word}, {facts.word(i)} or {facts.word(j)}?", facts.word(answer)


def _object(asker: Asker, facts: Facts) -> Question:
    pair = asker.pair(facts, same_quantity=True)
    if pair is None:
        return None
    i, j = pair
    a, b = facts.columns[i], facts.columns[j]
    more = bool(asker.rng.integers(2))
    answer = a if (facts.value(i) > facts.value(j)) == more else b
    word = "larger" if more else "smaller"
    return f"Which has the {word} {a.quantity}, {thing(a)} or {thing(b)}?", thing(answer)


def _above(asker: Asker, facts: Facts) -> Question:
    i = asker.one(facts)
    limit = asker.threshold(facts, i)
    if limit is None:
        return None
    return f"Is {facts.word(i)} above {limit[1]}?", _yes(facts.value(i) > limit[0])


def _between(asker: Asker, facts: Facts) -> Question:
    i = asker.one(facts)
    low, high = sorted((asker.usual(i), asker.usual(i)))
    value = facts.value(i)
    if low == high or value in (low, high):
        return None
    said = f"Is {facts.word(i)} between {ROUGH.say(low)} and {ROUGH.say(high)}?"
    return said, _yes(low < value < high)


def _conditions(asker: Asker, facts: Facts, n: int) -> tuple[list[str], list[bool]] | None:
    if len(facts.present) < n:
        return None
    said, hold = [], []
    for i in asker.rng.choice(facts.present, n, replace=False).tolist():
        limit = asker.threshold(facts, i)
        if limit is None:
            return None
        above = bool(asker.rng.integers(2))
        said.append(f"{facts.word(i)} {'>' if above else '<'} {limit[1]}")
        hold.append((facts.value(i) > limit[0]) == above)
    return said, hold


def _both(asker: Asker, facts: Facts) -> Question:
    conditions = _conditions(asker, facts, 2)
    if conditions is None:
        return None
    return f"Is {' and '.join(conditions[0])}?", _yes(all(conditions[1]))


def _count(asker: Asker, facts: Facts) -> Question:
    conditions = _conditions(asker, facts, 3)
    if conditions is None:
        return None
    return f"How many hold: {', '.join(conditions[0])}?", COUNTS[sum(conditions[1])]


def _passed(asker: Asker, facts: Facts) -> Question:
    i = asker.one(facts)
    limits = sorted({asker.usual(i) for _ in range(3)})
    value = facts.value(i)
    if value in limits:
        return None
    below = [ROUGH.say(limit) for limit in limits if limit < value]
    said = ", ".join(ROUGH.say(limit) for limit in limits)
    return f"Which of {said} does {facts.word(i)} pass last?", below[-1] if below else COUNTS[0]


def _rank(asker: Asker, facts: Facts) -> Question:
    i = asker.one(facts)
    return f"Of ten events, how many have a smaller {facts.word(i)}?", COUNTS[
        asker.rank(facts, i, None)
    ]


def _rank_of_ratio(asker: Asker, facts: Facts) -> Question:
    pair = asker.pair(facts)
    if pair is None or min(facts.value(pair[0]), facts.value(pair[1])) <= 0:
        return None
    i, j = pair
    said = f"Of ten events, how many have a smaller {facts.word(i)} / {facts.word(j)}?"
    return said, COUNTS[asker.rank(facts, i, j)]


def _arithmetic(asker: Asker, facts: Facts) -> Question:
    pair = asker.pair(facts)
    if pair is None:
        return None
    i, j = pair
    a, b = facts.value(i), facts.value(j)
    signs = ["+", "-", *(["/"] if b else [])]
    sign = signs[int(asker.rng.integers(len(signs)))]
    result = {"+": a + b, "-": a - b, "/": a / b if b else 0.0}[sign]
    precision = Precision(2 if sign == "/" else int(asker.rng.integers(2, 4)))
    return f"What is {facts.word(i)} {sign} {facts.word(j)}?", precision.say(result)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


KINDS: dict[str, tuple[Callable[[Asker, Facts], Question], int]] = {
    "value": (_value, 1),
    "larger of two": (_larger, 2),
    "which object": (_object, 2),
    "above": (_above, 3),
    "between": (_between, 3),
    "both": (_both, 2),
    "count": (_count, 2),
    "last passed": (_passed, 1),
    "rank": (_rank, 3),
    "rank of a ratio": (_rank_of_ratio, 3),
    "arithmetic": (_arithmetic, 2),
}
"""Each kind of question, and how often it is asked."""
NAMES = list(KINDS)
SHARES = [often / sum(often for _, often in KINDS.values()) for _, often in KINDS.values()]
