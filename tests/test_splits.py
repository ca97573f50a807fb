"""A published division into train, valid and test is the split; hashes divide what it leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from toys import Divided, Workplace, events

import bench
from bench.api.errors import InputError, RequestError
from bench.cli.data.group import command as data
from bench.comparison.table import compare
from bench.data.feature_cache import read_table, write_table
from bench.data.sampling import Sample, draw
from bench.data.splits import division_of, parts_of, rows_in, split_rows
from bench.data.used_events import UsedEvents
from bench.plan.page import page
from bench.plan.plan import Planner
from bench.report.page import write_report
from bench.report.sections.single import run_block
from bench.running.parts import resolve_parts
from bench.running.pipeline import run
from bench.running.preview import preview
from bench.storage.fingerprint import table_digest
from bench.storage.record import SampleRecord
from bench.storage.request import RunRequest
from bench.storage.store import Run

OPEN, TRAIN, VALID, TEST = bench.Split


def divided(*parts: bench.Split, n: int = 4000) -> bench.Table:
    """Events whose parts follow each other, two events of each."""
    splits = np.array(parts, dtype=np.int8)[np.arange(n) // 2 % len(parts)]
    return replace(events(n, seed=1), splits=splits)


def shares(table: bench.Table) -> dict[str, float]:
    return {split: float(rows_in(table, split).mean()) for split in ("train", "valid", "test")}


def test_a_whole_division_is_the_split_whatever_the_hashes_say() -> None:
    table = divided(TRAIN, TRAIN, VALID, TEST)
    for split, code in (("train", TRAIN), ("valid", VALID), ("test", TEST)):
        assert np.array_equal(rows_in(table, split), table.splits == code)
        assert division_of(table, split) == "published"
        assert set(draw(table, Sample(split, "1:1")).splits) == {code}
    assert rows_in(table, "all").all()
    assert division_of(table, "all") == ""
    assert parts_of(table) == "2000 train, 1000 valid, 1000 test"


def test_without_a_valid_part_the_train_part_is_divided_by_hash_and_none_of_it_is_lost() -> None:
    table = divided(TRAIN, TEST)
    train, valid = rows_in(table, "train"), rows_in(table, "valid")
    assert not (train & valid).any()
    assert np.array_equal(train | valid, table.splits == TRAIN)
    assert valid.sum() / (train | valid).sum() == pytest.approx(1 / 6, abs=0.02)
    assert np.array_equal(rows_in(table, "test"), table.splits == TEST)
    assert division_of(table, "train") == "published train part divided by hash"
    assert division_of(table, "test") == "published"
    part = table.take(
        np.arange(0, len(table), 3)
    )  # an event keeps its split whatever else is there
    assert np.array_equal(rows_in(part, "valid"), valid[np.arange(0, len(table), 3)])


def test_events_that_no_part_claims_go_by_their_hash() -> None:
    table = divided(TRAIN, VALID, TEST, OPEN)
    opened = table.splits == OPEN
    for split in ("train", "valid", "test"):
        by_hash = rows_in(table, split) & opened
        assert np.array_equal(by_hash, split_rows(table.ids, split) & opened)
        assert division_of(table, split) == "published and open events by hash"
    assert sum(shares(table).values()) == 1
    only_train = divided(TRAIN, OPEN)
    assert division_of(only_train, "test") == "open events by hash"
    assert sum(shares(only_train).values()) == 1


def test_a_division_of_open_events_alone_divides_as_if_there_were_none() -> None:
    table = divided(OPEN)
    for split in ("train", "valid", "test", "all"):
        assert np.array_equal(rows_in(table, split), split_rows(table.ids, split))


@pytest.mark.parametrize(
    ("parts", "split"),
    [((TRAIN,), "test"), ((TRAIN, VALID), "test"), ((TEST,), "train"), ((VALID, TEST), "train")],
)
def test_a_split_that_the_division_leaves_empty_is_refused_by_name(
    parts: tuple[bench.Split, ...], split: str
) -> None:
    with pytest.raises(
        RequestError, match=f"no event is in the {split} split: .* has {4000 // len(parts)}"
    ):
        draw(divided(*parts), Sample(split, "natural"))


def test_the_natural_rate_is_that_of_the_published_part() -> None:
    table = divided(TRAIN, TEST)
    rare = table.take(
        np.flatnonzero((table.splits == TRAIN) | (table.y == 0) | (table.ids % 10 == 0))
    )
    drawn = draw(rare, Sample("test", "natural"))
    assert len(drawn) == int((rare.splits == TEST).sum())
    none = table.take(np.flatnonzero((table.splits == TRAIN) | (table.y == 0)))
    assert not draw(none, Sample("test", "natural")).y.any()


def test_a_part_of_one_class_has_no_sample_of_both() -> None:
    table = divided(TRAIN, TEST)
    apart = replace(table, splits=np.where(table.y == 1, TRAIN, TEST).astype(np.int8))
    message = (
        "the train split has .* signal and 0 background events, wanted both for 1:1: the dataset"
    )
    with pytest.raises(RequestError, match=message):
        draw(apart, Sample("train", "1:1"))
    assert len(draw(apart, Sample("test", "natural"))) == 2000


def test_three_events_are_a_split_and_more_are_refused() -> None:
    table = divided(TRAIN)
    splits = np.where(np.arange(len(table)) < 3, TEST, TRAIN).astype(np.int8)
    few = replace(table, splits=splits)
    assert len(draw(few, Sample("test", "natural", 3))) == 3
    with pytest.raises(RequestError, match="the test split has 1 signal and 2 background events"):
        draw(few, Sample("test", "natural", 4))


def test_splits_that_are_none_are_refused() -> None:
    for splits in (np.zeros(3, np.int8), np.full(40, 4, np.int8)):
        with pytest.raises(InputError, match="table: splits"):
            replace(events(40, seed=1), splits=splits)


def test_a_division_is_part_of_the_digest_and_none_changes_no_digest(tmp_path: Path) -> None:
    plain, own = events(40, seed=1), divided(TRAIN, TEST, n=40)
    digest = "9003d018edecd037051bb9f3ee3d3f876d528aba550dd596b63ff1c6726c95ea"
    assert table_digest(plain) == digest  # as without divisions
    other = replace(own, splits=own.splits[::-1].copy())
    assert len({table_digest(table) for table in (plain, own, other)}) == 3
    for table in (plain, own):
        folder = tmp_path / table_digest(table)
        folder.mkdir()
        write_table(table, folder)
        assert table_digest(read_table(folder)) == table_digest(table)
    assert not (tmp_path / table_digest(plain) / "splits.npy").exists()


def test_used_events_say_whose_division_it_is(tmp_path: Path) -> None:
    whole = divided(TRAIN, TEST)
    train, valid, test = (draw(whole, Sample(s, "1:1")) for s in ("train", "valid", "test"))
    used_events = UsedEvents.of(train, valid, None, "train published")
    used_events.write(tmp_path)
    again = UsedEvents.read(tmp_path)
    assert again.division == "train published"
    again.refuse(test)
    with pytest.raises(RequestError, match=r"were trained on; .* dataset \(train published\)"):
        again.refuse(train)
    assert UsedEvents.of(test, valid, again, "").division == "train published"
    UsedEvents.of(train, valid, None).write(tmp_path)
    assert UsedEvents.read(tmp_path).division == ""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    return place


def done(place: Workplace, **fields: object) -> Run:
    request = RunRequest(plugin="cut", **{"dataset": "divided"} | fields)
    return run(request, place.registry, place.home, place.store, place.context)[0]


def test_a_run_follows_the_division_and_everything_says_so(
    place: Workplace, tmp_path: Path
) -> None:
    one = done(place)
    record = one.record
    assert record.sample.division == "published and open events by hash"
    assert record.train.division == "published train part divided by hash and open events by hash"
    whole = Divided().table(Divided().open(None, None, place.context), place.context)
    claims = dict(zip(whole.ids.tolist(), whole.splits.tolist(), strict=True))
    assert {claims[i] for i in one.events().tolist()} == {OPEN, TEST}
    assert {claims[i] for i in one.events("valid").tolist()} == {OPEN, TRAIN}
    folder = place.home.fits / record.fit
    assert UsedEvents.read(folder).division.startswith("train and valid: published train")
    assert "test split (published and open events by hash), natural" in run_block(one)
    report = write_report([one], tmp_path / "report", blank=True).read_text()
    assert "## divided (simulated), test (published and open events by hash), " in report
    assert "A split marked published is the dataset's own division" in report
    assert "divided (twin), train (published train part divided by hash and" in report
    request = RunRequest(plugin="cut", dataset="divided")
    parts = resolve_parts(request, place.registry)
    shown = preview(parts, place.home, place.store, place.context).text
    assert "evaluated: divided (twin), test (published and open events by hash)" in shown
    planner = Planner(place.registry, place.home, place.store, place.context)
    planned = page(planner.plan([request]), [tmp_path])
    assert "divided (twin), test (published and open events by hash)" in planned
    words = ["export", "divided", "-o", str(tmp_path / "events.csv")]
    made = CliRunner().invoke(data, words, catch_exceptions=False)
    assert "divided (twin), test (published and open events by hash)" in made.output
    frame = pd.read_csv(tmp_path / "events.csv", dtype={"event": "uint64"})
    assert set(frame.loc[frame["sample"] == "evaluated", "event"]) == set(one.events().tolist())


def test_what_has_no_division_says_nothing_of_one(place: Workplace, tmp_path: Path) -> None:
    one = done(place, dataset="toy")
    assert one.record.sample.division == one.record.train.division == ""
    assert "published" not in run_block(one)
    assert "published is" not in write_report([one], tmp_path / "report", blank=True).read_text()


def test_another_datasets_published_test_part_is_what_is_evaluated(place: Workplace) -> None:
    (place.home.data / "other.txt").write_text("400 2")
    across = done(place, train="toy", file=place.home.data / "other.txt")
    assert across.record.sample.part == "test (published and open events by hash)"
    assert across.record.train.part == "train"
    whole = done(place, train="toy", file=place.home.data / "other.txt", split="all")
    assert whole.record.sample.part == "all"
    assert len(whole.events()) == 400


def test_runs_fitted_on_other_parts_are_told_apart(place: Workplace) -> None:
    one = done(place)
    other = done(place, options={"valid": "true"})
    assert one.record.sample.fingerprint == other.record.sample.fingerprint
    assert "fitted on other parts of a dataset's division: divided (twin), train" in compare(
        one, other
    )


def test_an_old_record_has_no_division() -> None:
    import msgspec

    old = msgspec.json.encode(
        {
            **dict.fromkeys(("dataset", "edition", "source", "split", "ratio", "fingerprint"), "x"),
            **{"options": {}, "signal": 1, "background": 1, "natural": 0.5},
        }
    )
    assert msgspec.json.decode(old, type=SampleRecord).part == "x"
