"""Two studies at once on one home share fits; each fit is made once, by whatever locks."""

from __future__ import annotations

import os
import signal
import traceback
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from claiming import ended, lines, note, until
from toys import Cut, FittedCut, Workplace
from typed import typed

import bench
from bench.storage import owner
from bench.storage.store import Run, Store


def counted_fit(
    self: Cut, train: bench.Inputs, valid: bench.Inputs, context: bench.Context
) -> FittedCut:
    """The fit of a cut; one that is no smoke fit is counted, and ends when it may."""
    if context.checkpoints.is_relative_to(context.data.parent / "fits"):
        note(context.data / "begun", f"{context.seed}")
        until((context.data / "go").exists)
        context.log(1, {"loss": 0.4})
    return real_fit(self, train, valid, context)


real_fit = Cut.fit


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setattr(Cut, "fit", counted_fit)
    return Workplace.at(tmp_path)


def write_study(place: Workplace, fits: int) -> None:
    runs = "".join(f"[[runs]]\nseed = {seed}\n" for seed in range(fits))
    (place.home.root.parent / "study.toml").write_text(
        f'[defaults]\nplugin = "cut"\ndataset = "toy"\n{runs}'
    )


def studied(place: Workplace, name: str, host: str = "") -> int:
    """A process that does the study, its runs in a folder of their own; gives its id."""
    if child := os.fork():
        return child
    code, folder = 1, place.home.root.parent
    mine = owner.machine()
    mine = replace(mine, host=host, boot=f"boot of {host}") if host else mine
    try:
        own = replace(place, store=Store(folder / name))
        words = ("study", str(folder / "study.toml"), "-o", str(folder / f"{name} report"))
        with (
            mock.patch("bench.storage.owner.machine", return_value=mine),
            mock.patch("bench.report.page.write_report"),
        ):
            done = typed(own, *words)
        (folder / f"{name}.said").write_text(done.err)
        code = done.code
    except BaseException:
        traceback.print_exc()
    os._exit(code)


def of(place: Workplace, name: str) -> list[Run]:
    return list(Store(place.home.root.parent / name).runs())


def test_two_studies_at_once_share_a_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_LOCKS", "claims")
    place = Workplace.at(tmp_path)
    demand_shared(place, 1)


def demand_shared(place: Workplace, fits: int) -> None:
    """Two studies at once, of which each makes or finds every fit."""
    write_study(place, fits)
    assert ended([studied(place, name) for name in ("one", "two")]) == [0, 0]
    both = [*of(place, "one"), *of(place, "two")]
    assert [run.record.status for run in both] == ["ok"] * 2 * fits
    assert sum(not run.record.fit_reused for run in both) == fits
    assert len({run.record.fit for run in both}) == fits
    assert len({(run.record.seed, run.record.values) for run in both}) == fits


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flock", "claims"])
def test_two_studies_at_once_make_each_fit_once(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("BENCH_LOCKS", kind)
    (place.home.data / "go").touch()
    demand_shared(place, 6)
    assert sorted(lines(place.home.data / "begun")) == [str(seed) for seed in range(6)]


@pytest.mark.slow
def test_a_study_that_stood_still_uses_the_fit_of_who_took_it_over(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One node stops in its first fit, another one takes that over and does the study."""
    fits = 3
    write_study(place, fits)
    monkeypatch.setenv("BENCH_LOCKS", "claims:2")
    first = studied(place, "runs", "node1")
    until(lambda: bool(lines(place.home.data / "begun")))
    os.kill(first, signal.SIGSTOP)
    second = studied(place, "runs", "node2")
    until(lambda: len(lines(place.home.data / "begun")) > 1)
    os.kill(first, signal.SIGCONT)
    (place.home.data / "go").touch()
    assert ended([first, second]) == [0, 0]
    said = (place.home.root.parent / "runs.said").read_text()
    assert lines(place.home.data / "begun")[:2] == ["0", "0"], said
    assert sorted(lines(place.home.data / "begun")) == ["0", *map(str, range(fits))]
    assert [run.record.status for run in of(place, "runs")] == ["ok"] * fits
    assert sorted(run.record.seed for run in of(place, "runs")) == list(range(fits))
    assert len([one for one in place.home.fits.iterdir() if one.name.endswith("checkpoints")]) == 0
    unsealed = [one for one in (place.home.root.parent / "runs").iterdir() if one.name[0] != "."]
    assert len(unsealed) == fits
