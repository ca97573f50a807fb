"""What guards say of events and encoders before a fit, and how they say it, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import bench
from bench.api.parts import Rendered
from bench.guards.encodings import differing
from bench.guards.every import GUARDS

BY_CODE: dict[str, Any] = {guard.code: guard for guard in GUARDS}
NAN = float("nan")
LEARNS: Any = SimpleNamespace(depends_on=frozenset({"numbers"}))
YARDSTICK: Any = SimpleNamespace(depends_on=frozenset())


def events(y: Any = None, first: int = 1, **columns: Any) -> bench.Table:
    """A table of these features; ids and weights count up, labels take turns."""
    x = np.array([*columns.values()], np.float32).reshape(len(columns), -1).T
    place = np.arange(len(x))
    kinds = tuple(bench.Column(name, "1", "by hand") for name in columns)
    labels = np.array(place % 2 if y is None else y, np.int8)
    return bench.Table(kinds, x, labels, (place + first).astype(np.uint64), place + 1.0)


NONE = events(a=[])


def before(
    train: bench.Table = NONE, evaluated: bench.Table = NONE, valid: bench.Table = NONE, **more: Any
) -> bench.InputEvidence:
    given: dict[str, Any] = {"model": LEARNS, "few": events(a=range(7)), "encoders": [], **more}
    rest = {"used": {}, "inputs": None, "context": None}
    learned = {encoder.name: {} for encoder in given["encoders"]}
    tables = {"train": train, "valid": valid, "evaluated": evaluated}
    return bench.InputEvidence(tables=tables, learned=learned, **{**rest, **given})


def findings(code: str, evidence: bench.InputEvidence) -> list[str] | str:
    """What is found, or why it could not look."""
    try:
        return list(BY_CODE[code]().check(evidence))
    except bench.NotApplicableError as reason:
        return str(reason)


def test_events_that_were_used_are_counted() -> None:
    used = {"trained on": np.array([3, 4, 9]), "looked at": np.array([5]), "chosen": np.array([1])}
    evidence = before(evaluated=events(a=range(4)), used=used)
    text = " of the 4 events to evaluate on were "
    assert findings("B001", evidence) == [f"2{text}trained on", f"1{text}chosen"]


def test_copies_are_near_in_every_feature_that_varies() -> None:
    rng = np.random.default_rng(0)
    ranks = np.stack([rng.permutation(9) - 4 for _ in "abcde"], axis=1)
    rows = ranks / np.std(np.arange(9)) * [0.01, 100, 1, 0.1, 0]  # each column's spread
    limit = np.array([0, 1e-4 * 100, 0, 0, 0])

    def of(x: Any, first: int = 1) -> bench.Table:
        return events(first=first, **dict(zip("abcde", x.T, strict=True)))

    fitted, others = of(rows), of(rows + 50, 40)
    level = np.array([0, 0, 0, 0, 5])  # says nothing of an event that is fitted on
    again = of(np.stack([rows[3] + 1.1 * limit, *(rows[[5, 2, 7]] + 0.9 * limit + level)]), 20)
    text = "3 of the 4 events to evaluate on are copies of {} events, such as {:016x} of {:016x}"
    assert findings("B002", before(fitted, again, others)) == [text.format("train", 21, 6)]
    assert findings("B002", before(others, again, fitted)) == [text.format("valid", 21, 6)]
    assert findings("B002", before(fitted, of(rows[:2]), fitted)) == []  # of the same ids
    assert findings("B002", before(fitted, others, fitted)) == []
    three = of(rows * [1, 1, 1, 0, 0])
    assert findings("B002", before(others, three, three)) == "only 3 features vary, wanted 4"


@pytest.mark.parametrize(
    ("train", "valid", "text"),
    [
        ([1, 0], [0, 1], ""),
        ([0, 0], [1, 1, 1], "train 2 signal, valid 3 background"),
        ([0, 1], [0], "valid 1 signal"),
        ([1], [], "train 1 background"),
    ],
)
def test_a_class_is_missing(train: Any, valid: Any, text: str) -> None:
    evidence = before(events(train, a=train), valid=events(valid, a=valid))
    lines = [line.split() for line in text.split(", ") if line]
    assert findings("B003", evidence) == [
        f"the {role} sample has {n} events and no {label} among them" for role, n, label in lines
    ]
    assert findings("B003", replace(evidence, model=YARDSTICK)) == []


def auc_of(signal: Any, background: Any, **more: Any) -> list[str] | str:
    y = [1] * len(signal) + [0] * len(background)
    values = [*signal, *background]
    table = events(y, noise=[i % 2 for i in range(len(y))], a=values, **more)
    return findings("B004", before(table))


def test_a_feature_alone_separates(monkeypatch: pytest.MonkeyPatch) -> None:
    low, high = list(range(-30, 0)), list(range(30))
    line = "the feature {} alone has an AUC of {}"
    for n, m in ((19, 20), (20, 19), (19, 25)):
        text = f"{n} signal and {m} background events, wanted 20 each"
        assert auc_of(high[:n], low[:m]) == text
    assert auc_of(high[:20], low[:20]) == [line.format("a", "1.0000")]
    tied = auc_of(low[:20], [low[19], *high[:24]], b=[*high[:20], *low[:25]])
    assert tied == [line.format("a", "0.9990"), line.format("b", "1.0000")]
    assert auc_of([*high[:19], -1], [*low[:23], -0.5]) == []  # one of 480 pairs, beside one of 550
    assert auc_of([*high[:21], -1], [*low[:24], -0.5]) == [line.format("a", "0.9982")]
    monkeypatch.setattr(f"{BY_CODE['B004'].__module__}.SEPARATES", 1.0)
    assert auc_of(high[:20], low[:20]) == []


def test_a_feature_is_constant_in_one_sample_only() -> None:
    place, level = np.arange(20.0), np.full(20, 2.5)
    train = events(moves=place, left=level, flag=level, second=level, last=level, right=place)
    evaluated = events(
        moves=place,
        left=np.where(place > 17, 7, 8),  # two of twenty; one is no more than 5 %
        flag=level + 1,
        second=place == 1,
        last=place == 19,
        right=level / 10,
    )
    line = "{} is {} in every event of the {} sample only"
    both = [line.format("left", "2.5", "train"), line.format("right", "0.25", "evaluated")]
    assert findings("B005", before(train, evaluated)) == both
    two, one = np.arange(2), np.arange(1)
    assert findings("B005", before(train.take(two), evaluated))[:1] == both[:1]
    assert findings("B005", before(train.take(one), evaluated)) == []
    assert findings("B005", before(train.take(one), evaluated.take(one))) == []
    nothing = evaluated.take(np.arange(0))
    assert findings("B005", before(train, nothing)) == []
    assert findings("B005", before(nothing, train)) == []


def test_views_that_are_no_numbers_are_counted() -> None:
    holes = np.zeros((3, 2, 2))
    holes[1, 0] = NAN, np.inf
    views = {
        "good": np.ones((3, 4)),
        "ints": np.arange(3),
        "words": np.array(["p", "", "q"]),
        "cube": holes,
        "level": np.array([NAN, 0, -np.inf]),
        "pair": np.array([[0, NAN], [0, NAN], [1, 0]], np.float32),
        "texts": [" \n", "x", ""],
        "listed": [0, "", None],
    }
    inputs = bench.Inputs(views, np.zeros(3, np.int8), np.arange(3), np.ones(3))
    counts = {"words": 1, "cube": 1, "level": 2, "pair": 2, "texts": 2, "listed": 1}
    text = [f"{name} of {n} in 3 events is empty or not finite" for name, n in counts.items()]
    assert findings("B009", before(inputs=inputs)) == text


def encoder(name: str, **ways: Any) -> Any:
    """Gives each view by what is done with the table."""

    def encode(table: bench.Table, _: object) -> dict[str, Any]:
        return {view: do(table) for view, do in ways.items()}

    return SimpleNamespace(name=name, encode=encode, produces=frozenset(ways))


def test_encodings_depend_on_labels_or_company() -> None:
    seen: list[tuple[Any, ...]] = []
    whole = encoder(
        "whole", ids=lambda t: seen.append((t.ids, t.y, t.weights)) or t.ids, x=lambda t: t.x
    )
    tells = encoder("tells", x=lambda t: t.x, y=lambda t: list(t.y), w=lambda t: t.weights)
    place = encoder(
        "place",
        few=lambda t: [len(t)] * len(t),
        place=lambda t: np.arange(len(t)),
        x=lambda t: t.x[:, 0].astype(np.float64),
    )
    text = [f"tells gives another {v} where the labels or weights are others" for v in "wy"]
    assert findings("B007", before(encoders=[whole, tells, place])) == text
    ids = list(range(1, 8))
    constant = [([0] * 7, [1.0] * 7), ([1] * 7, [3.0] * 7)]
    assert [tuple(map(np.ndarray.tolist, s)) for s in seen] == [(ids, *one) for one in constant]
    seen.clear()
    assert findings("B008", before(encoders=[whole, tells, place])) == [
        "place gives an event another place in another order",
        "place gives an event another few among fewer events",
        "place gives an event another place among fewer events",
    ]
    assert [ids.tolist() for ids, *_ in seen] == [[*range(1, 8)], [*range(7, 0, -1)], [1, 4, 7]]


GIVEN = bench.Inputs({}, np.zeros(0, np.int8), np.zeros(0), np.zeros(0))
"""What `reader` renders by hand."""


def reader(trained: Any = (), scored: Any = (), read: Any = None) -> Any:
    """A model of texts, each of which `read` makes tokens of."""

    def render(inputs: bench.Inputs, _: object) -> Rendered | None:
        if inputs is GIVEN:
            return Rendered(trained, scored)
        return read and Rendered([], [read(text) for text in inputs.views.get("texts", [])])

    texts = frozenset({"texts"})
    return SimpleNamespace(reads=texts, reads_if_given=frozenset(), target_views={}, render=render)


def test_prompts_are_scored_as_they_are_trained_on() -> None:
    def of(trained: Any, scored: Any) -> list[str] | str:
        return findings("B010", before(model=reader(trained, scored, len), inputs=GIVEN))

    assert of([[1, 2, 3], [1, 2]], [[1, 2], [1]]) == []
    otherwise = "{} of {} prompts are scored otherwise than they are trained on, from token {} on"
    unanswered = "{} of {} prompts have no answer to be trained on"
    trained = [[1, 2], [1, 2, 3, 4], [1, 2, 3], [9, 2, 3], [1, 2, 3]]
    scored = [[1], [1, 2, 4], [1, 3], [1, 2], [4]]
    assert of(trained, scored) == [otherwise.format(4, 5, 2)]
    shorter = ([[1, 2, 3], [1], [1, 2]], [[1, 2, 3], [1, 2], [1]])
    assert of(*shorter) == [otherwise.format(1, 3, 1), unanswered.format(2, 3)]
    with pytest.raises(ValueError, match="shorter"):
        of([[1, 2], [1, 2]], [[1]])
    silent = before(model=SimpleNamespace(render=lambda *_: None))
    assert findings("B010", silent) == "the model reads no tokens, or does not show them"


def test_what_is_in_the_text_is_in_the_tokens() -> None:
    seen: list[Any] = []

    def texts(table: bench.Table) -> list[str]:
        seen.append(table.x.tolist())
        return [" ".join(f"{value:g}" for value in row[:3]) for row in table.x]

    def cut(text: str) -> list[int]:
        _, b, c = map(int, text.split())
        return [b, int(c > 8)]

    few = events(a=[1, 2, 3, 3], b=[4, 5, 6, 6], c=[7, 7, 8, 9], d=[1, 2, 3, 4])
    evidence = before(
        few=few, inputs=GIVEN, model=reader(read=cut), encoders=[encoder("e", texts=texts)]
    )
    line = "{} is in the text and not in the tokens of {} in {}"
    assert findings("B010", evidence) == [line.format("a", 3, 3), line.format("c", 1, 3)]
    x = np.tile(few.x, (5, 1))
    x[4:8, 0], x[8:12, 1] = [3, 1, 2, 3], [6, 4, 5, 6]
    x[12:16, 2], x[16:, 3] = [9, 7, 7, 8], [4, 1, 2, 3]
    assert [row for rows in seen for row in rows] == x.tolist()
    assert findings("B010", replace(evidence, model=reader())) == []
    assert findings("B010", replace(evidence, encoders=[encoder("e", other=texts)])) == []
    many = replace(evidence, few=events(a=range(20), b=range(20), c=[1] * 20))
    assert findings("B010", many) == [line.format("a", 16, 16)]


def test_encodings_are_the_same_but_for_the_order_of_sums() -> None:
    pairs: list[tuple[Any, Any]] = [([100.001, NAN], [100.0, NAN]), ([0.9e-6], [0.0])]
    pairs += [([1, 2], [1, 2]), (["p", "q"], ["p", "q"])]
    others: list[tuple[Any, Any]] = [([0.0, 100.0011], [0.0, 100.0]), ([0.0, 1.2e-6], [0.0, 0.0])]
    others += [([1.0, 1.0], [1.0]), ([1, 100_000], [1, 100_001]), (["p", "q"], ["p", "r"])]
    for one, other in pairs + others:
        names = list(differing({"v": np.array(one)}, {"v": np.array(other)}))
        assert names == (["v"] if (one, other) in others else [])
    assert list(differing({"v": [[1, 2], [3]]}, {"v": [[1, 2], [4]]})) == ["v"]


def test_views_differ_by_name_and_by_row() -> None:
    whole = {"c": [5, 6, 7], "gone": [0], "d": np.array([1, 2, 3]), "e": ["p", "q", "r"]}
    part = {"b": [0], "c": [7, 5], "d": np.array([3, 2]), "e": ["r", "q"]}
    assert list(differing(whole, part, np.array([2, 0]))) == ["b", "d", "e", "gone"]
