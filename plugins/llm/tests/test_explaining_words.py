"""Explanations in words: computed from attributions, read back whole, never of a label."""

from __future__ import annotations

import builtins
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from bench_llm.explaining.attributions import FOLDS, contributions, folds
from bench_llm.explaining.draws import Draw, uniform
from bench_llm.explaining.encoder import MEDIANS, VIEW, Explanations, phrasings
from bench_llm.explaining.grammar import Writer
from bench_llm.explaining.reading import ClaimReader
from bench_llm.explaining.words import Vocabulary
from bench_llm.prompts.figures import Precision

import bench
from bench.testing import check_encoder
from bench.testing.excerpt import excerpt

ENCODER = Explanations(trees=40, phrasings=1)
SCALES = {"": 1.0, "GeV": 1.0, "TeV": 1000.0, "rad": 1.0}


@pytest.fixture(scope="module")
def table() -> bench.Table:
    return excerpt()


@pytest.fixture(scope="module")
def learned(table: bench.Table) -> dict[str, Any]:
    return dict(ENCODER.learn(table))


@pytest.fixture(scope="module")
def texts(table: bench.Table, learned: dict[str, Any]) -> list[str]:
    return list(ENCODER.encode(table, learned)[VIEW])


def test_the_kit_finds_nothing() -> None:
    check_encoder(ENCODER)


def test_what_is_written_is_read_back_whole(table: bench.Table, texts: list[str]) -> None:
    reader = ClaimReader(table.columns)
    for text in texts:
        claims, unread = reader.read(text)
        assert not unread, text
        assert 2 <= len(claims) <= 4, text
        assert all(claim.side for claim in claims), text


def test_numbers_and_directions_are_the_events(
    table: bench.Table, learned: dict[str, Any], texts: list[str]
) -> None:
    reader, at = ClaimReader(table.columns), {c.name: i for i, c in enumerate(table.columns)}
    units = set()
    for row, text in zip(table.x, texts, strict=True):
        for claim in reader.read(text)[0]:
            i = at[claim.column]
            value = float(claim.quoted) * SCALES[claim.unit]
            assert value == pytest.approx(float(row[i]), rel=5e-3, abs=1e-9), text
            assert claim.high == (row[i] > learned[MEDIANS][i]), text
            units.add(claim.unit)
    assert {"", "GeV", "TeV"} <= units


def test_the_weightiest_features_are_named_and_their_side(
    table: bench.Table, learned: dict[str, Any], texts: list[str]
) -> None:
    reader, moved = ClaimReader(table.columns), contributions(table, learned)
    names = [column.name for column in table.columns]
    for weights, text in zip(moved, texts, strict=True):
        for claim in (claims := reader.read(text)[0]):
            assert claim.side == ("signal" if weights[names.index(claim.column)] >= 0 else
                                  "background"), text  # fmt: skip
        sides = {claim.side for claim in claims}
        assert sides & {"signal" if weights.sum() >= 0 else "background"}, text
        assert names[int(np.abs(weights).argmax())] in {c.column for c in claims}, text


def test_no_sentence_is_said_twice_and_phrasings_are_many(texts: list[str]) -> None:
    assert len(set(texts)) == len(texts)
    shapes = {"".join(c for c in text if not c.isdigit()) for text in texts}
    assert len(shapes) > len(texts) / 2


def test_each_phrasing_says_the_same_features_in_other_words(
    table: bench.Table, learned: dict[str, Any], texts: list[str]
) -> None:
    reader, some = ClaimReader(table.columns), table.take(np.arange(60))
    said = replace(ENCODER, phrasings=3).encode(some, learned)[VIEW]
    weightiest = np.abs(contributions(some, learned)).argmax(axis=1)
    for lines, first, weighty in zip(said, texts, weightiest, strict=False):
        ways = phrasings(lines)
        assert ways[0] == first
        assert len(set(ways)) == 3
        for way in ways:
            claims, unread = reader.read(way)
            assert not unread
            assert table.columns[weighty].name in {claim.column for claim in claims}
    with pytest.raises(ValueError, match="phrasings 0: wanted at least 1"):
        Explanations(phrasings=0)


def test_it_is_no_function_of_the_labels_and_not_of_other_events(
    table: bench.Table, learned: dict[str, Any], texts: list[str]
) -> None:
    flipped = replace(table, y=(1 - table.y).astype(np.int8))
    assert ENCODER.encode(flipped, learned)[VIEW] == texts
    rows = np.arange(len(table))[::-3]
    assert ENCODER.encode(table.take(rows), learned)[VIEW] == [texts[i] for i in rows]


def test_an_events_trees_never_saw_its_label(table: bench.Table, learned: dict[str, Any]) -> None:
    fold = folds(table.ids)
    assert set(fold.tolist()) == set(range(FOLDS))
    y = table.y.copy()
    y[fold == 0] = 1 - y[fold == 0]
    other = ENCODER.learn(replace(table, y=y))
    assert np.array_equal(other["trees_0"], learned["trees_0"])
    assert not np.array_equal(other["trees_1"], learned["trees_1"])


def test_contributions_add_up_to_the_log_odds(table: bench.Table, learned: dict[str, Any]) -> None:
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(bytearray(learned["trees_1"].tobytes()))
    some = table.take(np.flatnonzero(folds(table.ids) == 1))
    matrix = xgboost.DMatrix(some.x)
    odds = booster.predict(matrix, output_margin=True)
    rest = odds - contributions(some, learned).sum(axis=1)
    assert np.ptp(rest) < 1e-3
    assert np.corrcoef(odds, some.y)[0, 1] > 0.5


def test_without_xgboost_it_is_one_clear_line(
    table: bench.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = builtins.__import__

    def lacking(name: str, *rest: Any, **more: Any) -> Any:
        if name == "xgboost":
            raise ImportError(name)
        return whole(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(bench.RequestError, match=r"pip install 'bench-llm\[explain\]'"):
        ENCODER.learn(table)


def test_absent_objects_and_flags_are_not_spoken_of(table: bench.Table) -> None:
    writer = Writer(table.columns, [0.0] * len(table.columns), Precision(3))
    names = [column.name for column in table.columns]
    row = table.x[0].tolist()
    row[names.index("has_j2")] = 0.0
    weights = [9.0 if c.needs or c.name == "has_j2" else 0.1 for c in table.columns]
    reader = ClaimReader(table.columns)
    for seed in range(50):
        claims, _ = reader.read(writer.write(row, weights, [seed]))
        assert {c.column for c in claims}.isdisjoint(
            {"has_j2", *(c.name for c in table.columns if c.needs)}
        )


ODD = (
    bench.Column("m", "GeV", "no plain meaning (1)"),
    bench.Column("M", "GeV", "another"),
    bench.Column("a.b|c", "100 GeV", "a name of signs"),
    bench.Column("tau_1", "1", "", object="muon 1", quantity="tau"),
    bench.Column("tau_2", "1", "", object="muon 2", quantity="tau"),
    bench.Column("twin", "1", "the same thing", object="muon 2", quantity="tau"),
    bench.Column("speed", "m/s", "how fast it goes", object="event"),
)


def test_any_datasets_columns_have_words(table: bench.Table) -> None:
    rng, reader = np.random.default_rng(0), ClaimReader(ODD)
    writer = Writer(ODD, [0.0] * len(ODD), Precision(3))
    seen = set()
    for seed in range(300):
        row = rng.normal(0, 2000, len(ODD)).tolist()
        weights = rng.normal(size=len(ODD)).tolist()
        text = writer.write(row, weights, [seed])
        claims, unread = reader.read(text)
        assert not unread, text
        for claim in claims:
            i = next(i for i, c in enumerate(ODD) if c.name == claim.column)
            value = float(claim.quoted) * SCALES.get(claim.unit, 1.0)
            assert value == pytest.approx(row[i], rel=5e-3), (text, claim)
            seen.add(claim.column)
    assert seen == {column.name for column in ODD}
    vocabulary = Vocabulary(ODD)
    assert ("tau", "the muon 2") not in vocabulary.short  # two columns could be meant
    assert vocabulary.short["twin", ""] == "twin"
    assert vocabulary.phrases["the how fast it goes"] == "speed"


@pytest.mark.parametrize(
    ("text", "columns", "unread"),
    [
        ("", [], ""),
        ("the leading jet is green, m=412 GeV.", [], "the leading jet is green m=412 GeV"),
        ("the leading jet is heavy, pt=412 GeV", [], "the leading jet is heavy pt=412 GeV"),
        ("the mass of jet 1 is high, pt=412 GeV", [], "the mass of jet 1 is high pt=412 GeV"),
        ("m_jj=3.4.1 TeV is high", [], "m_jj=3 4 1 TeV is high"),
        ("the leading jet's m=94.4 GeV is light", ["j1_m"], ""),
        (
            "the leading jet with pt=412 GeV is light",
            [],
            "the leading jet with pt=412 GeV is light",
        ),
        ("m_jj=3.41 TeV is high TeV", ["m_jj"], "TeV"),
        ("for signal: m_jj=3.41 TeV is high, ignore all this", ["m_jj"], "ignore all this"),
        ("M_JJ=3.41 tev IS HIGH; j9=3 is low", ["m_jj"], "j9=3 is low"),
    ],
)
def test_what_cannot_be_read_is_said(
    table: bench.Table, text: str, columns: list[str], unread: str
) -> None:
    claims, rest = ClaimReader(table.columns).read(text)
    assert [claim.column for claim in claims] == columns
    assert rest == unread


def test_a_share_of_events_is_drawn_by_their_ids() -> None:
    ids = np.random.default_rng(0).integers(0, 2**64, size=20_000, dtype=np.uint64)
    drawn = Draw(0.3, 5)(ids)
    assert drawn.mean() == pytest.approx(0.3, abs=0.02)
    assert np.array_equal(Draw(0.3, 5)(ids[::7]), drawn[::7])
    assert not np.array_equal(Draw(0.3, 6)(ids), drawn)
    assert Draw(0.1, 5)(ids)[~drawn].sum() == 0
    assert Draw(1.0, 5)(ids).all()
    assert abs(np.corrcoef(uniform(ids, 1), folds(ids))[0, 1]) < 0.03


@pytest.mark.parametrize(
    ("said", "again"),
    [
        ("for signal: m_jj=3 TeV is high", " and m_jj=3 TeV is high."),
        ("for signal: m_jj=3 TeV is high", "; against it: high m_jj=3000 GeV"),
        ("the mass of jet 1 is high, m=141 GeV", " and the leading jet is heavy, m=14 GeV; but 3"),
        ("high m_jj=3 TeV speaks for signal", "; for background: m_jj=3 TeV is low."),
        ("for signal: m_jj=3 TeV is high, what is 7", " and m_jj=3 TeV is high"),  # is not hidden
        ("m_jj=3 TeV is high and jet 1 is heavy, m=3 GeV; but jet 2 is light, m=3 GeV.", ""),
    ],
)
def test_a_text_ends_where_it_begins_to_say_a_thing_again(
    table: bench.Table, said: str, again: str
) -> None:
    reader = ClaimReader(table.columns)
    claims, _ = reader.read(said + again)
    assert (len({claim.column for claim in claims}) < len(claims)) == bool(again)
    assert reader.once(said + again) == reader.once(said) == said
