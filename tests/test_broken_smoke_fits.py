"""A smoke fit that broke is a finding, is not remembered, and a refusal is the part's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import (
    breaking_at,
    do,
    failing_once,
    outcomes,
    raising,
)
from click.testing import CliRunner
from toys import Workplace

import bench
from bench.guards import fresh
from bench.guards.b027_labels import Labels
from bench.running.failures import RunFailedError


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return breaking_at(tmp_path)


@pytest.mark.parametrize(
    "where",
    [
        pytest.param("bench.running.guarded.smoke_fit", id="the smoke fit"),
        pytest.param("bench.guards.b027_labels.Labels.look", id="a guard that looks at it"),
    ],
)
@pytest.mark.parametrize("seed", [0, 1], ids=["the same seed", "the next seed"])
def test_a_smoke_fit_that_broke_is_not_remembered(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, where: str, seed: int
) -> None:
    if where.endswith("look"):
        with monkeypatch.context() as patch:
            patch.setattr(Labels, "check", raising(MemoryError()))
            first = do(place)
    else:
        failing_once(monkeypatch, where, MemoryError())
        first = do(place)
    assert first.record.status == "void"
    assert list(outcomes(first).values()) == ["void"]
    assert "MemoryError" in (first.folder / "traceback.txt").read_text()
    place.notices.clear()
    second = do(place, seed=seed)
    assert (second.record.status, outcomes(second)) == ("ok", {})
    assert "a smoke fit of cut, on 96 events" in place.notices
    place.notices.clear()
    do(place, seed=7)
    assert "reused the smoke fit of these parts" in place.notices


def test_what_cannot_be_told_from_a_full_disk_is_not_remembered(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_once(
        monkeypatch, "bench.guards.smoke_fit.reread", fresh.NotRereadError("OSError: [Errno 28]")
    )
    assert do(place).record.status == "void"
    assert do(place).record.status == "ok"


def test_a_smoke_fit_of_a_yardstick_that_broke_is_a_warning(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_once(monkeypatch, "bench.running.guarded.smoke_fit", MemoryError())
    done = do(place, plugin="yardstick")
    assert (done.record.status, outcomes(done)) == ("ok", {"B033": "warn"})
    assert "MemoryError" in (done.folder / "traceback.txt").read_text()


def test_a_smoke_fit_that_broke_can_be_let_through_and_is_seen(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_once(monkeypatch, "bench.running.guarded.smoke_fit", MemoryError())
    let = do(place, allow=("B033",))
    assert (let.record.status, outcomes(let)) == ("ok", {"B033": "allowed"})
    assert "MemoryError" in (let.folder / "traceback.txt").read_text()
    # another run on the same scores does not take over that nobody has looked
    other = do(place, threshold="0.9")
    assert (other.record.status, outcomes(other), other.record.fit_reused) == ("ok", {}, True)


def test_doctor_points_to_the_traceback(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.cli.doctor import command

    failing_once(monkeypatch, "bench.running.guarded.smoke_fit", MemoryError())
    done = do(place)
    ran = CliRunner().invoke(
        command, [done.name, "--runs", str(place.store.root)], standalone_mode=False
    )
    assert ran.return_value == 3
    assert "found: MemoryError" in ran.output
    assert str(done.folder / "traceback.txt") in ran.output


@pytest.mark.parametrize(
    ("plugin", "code", "line"),
    [
        pytest.param("picky", "B033", "targets=c_attn: not in this base", id="in the smoke fit"),
        pytest.param("unreadable", "B010", "without a chat template", id="before it"),
    ],
)
def test_a_models_own_refusal_is_a_bad_request_and_no_run(
    place: Workplace, plugin: str, code: str, line: str
) -> None:
    with pytest.raises(bench.BenchError, match=line):
        do(place, plugin=plugin)
    assert [f for f in place.store.root.iterdir() if not f.name.startswith(".")] == []
    let = do(place, plugin=plugin, allow=(code,))
    assert (let.record.status, outcomes(let)) == ("ok", {code: "allowed"})


def test_a_model_that_ends_the_process_has_failed(place: Workplace) -> None:
    with pytest.raises(RunFailedError, match="SystemExit: 0"):
        do(place, plugin="leaving")
    assert [done.record.status for done in place.store.runs()] == ["failed"]
