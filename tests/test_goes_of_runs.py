"""What goes on after an interruption, and why a fit that was expected is not reused."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from toys import Cut, FittedCut, Workplace

import bench
from bench.data.score import score
from bench.data.score_pieces import ScorePieces
from bench.running.failures import RunFailedError
from bench.running.goes import Goes
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run

PAUSE = 0.15
SCORED: list[int] = []
"""Events of each call of a `Halting` that scores a sample."""


@dataclass(frozen=True)
class Halting(Cut):
    """A cut that is interrupted as often as a class variable says, in its fit or its scoring."""

    name = "halting"
    fits: ClassVar[list[str]] = []
    """What ends the next fits: `interrupt`, `break` or nothing."""
    most: ClassVar[int | None] = None
    """Events that it scores before it is interrupted."""

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        """As a cut; the fit proper takes its time, and may be cut short."""
        fitted = super().fit(train, valid, context)
        if context.checkpoints.is_relative_to(context.data.parent / "fits"):
            time.sleep(PAUSE)
            end = self.fits.pop(0) if self.fits else ""
            if end == "interrupt":
                signal.raise_signal(signal.SIGINT)
            if end == "break":
                raise ZeroDivisionError("on purpose")
        return fitted

    def load(self, folder: Path, context: bench.Context) -> FittedCut:
        """What counts the events that it scores."""
        return FittedHalting(**vars(super().load(folder, context)))


@dataclass(frozen=True)
class FittedHalting(FittedCut):
    """A cut that counts, and is interrupted."""

    def score(self, inputs: bench.Inputs) -> np.ndarray:
        if len(inputs) > 64:  # not those of guards
            if Halting.most is not None and sum(SCORED) + len(inputs) > Halting.most:
                signal.raise_signal(signal.SIGINT)
            SCORED.append(len(inputs))
        return super().score(inputs)


REQUEST = RunRequest(plugin="halting", dataset="toy", events=800)


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    made = Workplace.at(tmp_path)
    made.add(Halting)
    Halting.fits.clear()
    Halting.most = None
    SCORED.clear()
    return made


def do(place: Workplace, request: RunRequest = REQUEST) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


def test_seconds_of_an_interrupted_fit_are_those_of_all_its_goes(place: Workplace) -> None:
    Halting.fits.extend(["interrupt", "break"])
    for end in (KeyboardInterrupt, RunFailedError):
        with pytest.raises(end):
            do(place)
    done = do(place)
    assert 3 * PAUSE <= done.record.seconds["fit"] < 3 * PAUSE + 3
    (seconds,) = place.home.fits.glob("*/seconds")
    assert 3 * PAUSE <= float(seconds.read_text()) <= done.record.seconds["fit"]
    again = do(place, replace(REQUEST, ratio="1:2"))  # a fit that is reused takes no time
    assert again.record.fit_reused
    assert again.record.seconds["fit"] < PAUSE


def test_a_go_that_is_killed_has_left_its_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("bench.running.goes.time.monotonic", lambda: clock[0])
    notices: list[str] = []
    for go in range(3):  # each ends without a word, 2 s after its last beat
        goes = Goes(tmp_path, notices.append)
        assert goes.earlier == 7.0 * go
        goes.idle = lambda: 1.0
        for seconds in (3, 5, 2):
            clock[0] += seconds
            goes.beat()
    assert notices == []
    (tmp_path / "seconds").write_bytes(b"nan")
    assert Goes(tmp_path, notices.append).earlier == 0
    assert notices == [
        f"{tmp_path}/seconds cannot be read: the seconds of earlier goes are not counted"
    ]


@pytest.mark.parametrize("most", [300, 900])  # in the valid events, and in the test events
def test_scoring_goes_on_where_it_was_interrupted(place: Workplace, most: int) -> None:
    do(place)  # the fit, whose guards score too
    SCORED.clear()
    whole = do(place, replace(REQUEST, options={"offset": "0.0001"}))
    events, once = sum(SCORED), list(SCORED)
    assert len(once) > 4  # pieces
    SCORED.clear()
    other = replace(REQUEST, options={"offset": "0.0002"})
    Halting.most = most
    with pytest.raises(KeyboardInterrupt):
        do(place, other)
    assert 0 < sum(SCORED) <= most
    Halting.most = None
    (pieces,) = place.home.scratch.glob("scores-*")
    with np.load(next(pieces.glob("valid-*"))) as arrays:
        earlier = round(float(arrays["seconds"]), 3)
    done = do(place, other)
    assert (sum(SCORED), SCORED) == (events, once)  # none twice
    assert not pieces.exists()
    assert done.record.seconds["score valid"] >= earlier
    scores, others = (one.scored("evaluated").score for one in (done, whole))
    assert scores == pytest.approx(others, abs=1e-3)


def test_scores_in_goes_are_the_very_same(place: Workplace) -> None:
    Halting.most = 900
    with pytest.raises(KeyboardInterrupt):
        do(place)
    Halting.most = None
    pieced = do(place).scored("evaluated").score
    place.store.root.rename(place.store.root.with_name("earlier"))
    assert (do(place).scored("evaluated").score == pieced).all()


class _Fitted:
    def __init__(self) -> None:
        self.scored = 0

    def score(self, inputs: bench.Inputs) -> np.ndarray:
        self.scored += len(inputs)
        return np.full(len(inputs), 0.25)

    def save(self, folder: Path) -> None:
        """Nothing."""


def inputs(first: int = 0) -> bench.Inputs:
    ids = np.arange(first, first + 500, dtype=np.uint64)
    return bench.Inputs({}, np.zeros(500, np.int8), ids, np.ones(500))


@pytest.mark.parametrize("harm", ["flip", "cut", "other events", "longer"])
def test_a_piece_that_is_not_what_was_written_is_scored_again(
    place: Workplace, tmp_path: Path, harm: str
) -> None:
    notices: list[str] = []
    pieces = ScorePieces(tmp_path / "pieces" / "x.npz", notices.append)
    pieces.write(np.full(200, 0.25), inputs().ids, at_once=True)
    fitted = _Fitted()
    score(fitted, inputs(), "scoring", place.context, pieces)
    assert (fitted.scored, notices) == (300, [])
    again = ScorePieces(pieces.file, notices.append)
    assert len(again.read(inputs().ids)) == 500
    assert again.earlier > pieces.earlier > 0
    content = pieces.file.read_bytes()
    if harm == "longer":
        pieces.write(np.full(501, 0.25), np.arange(501, dtype=np.uint64), at_once=True)
    elif harm != "other events":
        half = len(content) // 2
        changed = content[:half] if harm == "cut" else content.replace(b"\xd0?", b"\xd1?", 1)
        assert changed != content
        pieces.file.write_bytes(changed)
    events = inputs(first=harm == "other events")
    fitted = _Fitted()
    assert (score(fitted, events, "scoring", place.context, pieces) == 0.25).all()
    assert (fitted.scored, len(notices)) == (500, 1)
    assert notices[0].startswith(str(pieces.file))
    assert notices[0].endswith("; its events are scored again")


def test_a_disk_that_takes_no_pieces_does_not_end_the_scoring(
    place: Workplace, tmp_path: Path
) -> None:
    notices: list[str] = []
    (tmp_path / "file").write_text("")
    pieces = ScorePieces(tmp_path / "file" / "x.npz", notices.append)
    assert (score(_Fitted(), inputs(), "scoring", place.context, pieces) == 0.25).all()
    assert [line.partition("; ")[2] for line in notices] == ["the scores so far are not kept"]


@pytest.mark.parametrize("change", ["code", "core", "data", "default", "versions", "checkpoints"])
def test_a_fit_that_is_not_reused_says_why(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    if change == "checkpoints":
        Halting.fits.append("interrupt")
        with pytest.raises(KeyboardInterrupt):
            do(place)
    else:
        do(place)
    place.notices.clear()
    what = "reused"
    if change in ("code", "checkpoints"):
        for module in ("fit_request", "fit_differences"):
            monkeypatch.setattr(f"bench.running.{module}.code_digest", lambda *_: "another")
        why = "the code of halting changed; the code of numbers changed"
        what = "gone on with" if change == "checkpoints" else what
    elif change == "core":
        for module in ("fit_request", "fit_differences"):
            monkeypatch.setattr(f"bench.running.{module}.core_digest", lambda _: "another")
        why = "the code of the bench changed that fits"
    elif change == "data":
        (place.home.data / "toy.txt").write_text("4000 2")
        why = "the data changed, of the train and the valid split"
    elif change == "default":
        monkeypatch.setattr(Halting, "__init__", _defaults(scale=2.0))
        why = "the option scale of halting was 1.0 and is 2.0"
    else:
        monkeypatch.setattr("bench.storage.distributions._version", lambda name: f"{name} 99")
        do(place)
        assert sum("what was made with that is not reused" in n for n in place.notices) >= 1
        assert not any("an earlier fit" in line for line in place.notices)
        return
    do(place)
    said = [line for line in place.notices if "an earlier fit" in line]
    assert said == [f"an earlier fit of this request is not {what}: {why}"]


def _defaults(**changed: float) -> object:
    before = Halting.__init__

    def init(self: Halting, **options: object) -> None:
        before(self, **{**changed, **options})

    return init


def test_another_request_is_not_told_of_earlier_fits(place: Workplace) -> None:
    do(place)
    place.notices.clear()
    others = {"options": {"scale": "2"}}, {"train_events": 300}, {"ratio": "1:3"}
    for other in others:
        do(place, replace(REQUEST, seed=5, **other))
    assert not [line for line in place.notices if "an earlier fit" in line]
