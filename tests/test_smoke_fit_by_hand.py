"""What smoke fits, fits and fresh processes hand to guards, worked out by hand."""

from __future__ import annotations

import io
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from toys import GUARDS, Cut, FittedCut

import bench
from bench.api.errors import DamagedError
from bench.api.scores import Scored
from bench.data import handed
from bench.guards import fresh_process, smoke_fit, training
from bench.plugins.options import options_in
from bench.running.judging import scores_of_others
from bench.storage.fingerprint import scores_digest

NAN = float("nan")
YARDSTICK: Any = SimpleNamespace(depends_on=False)
ABSENT: Any = SimpleNamespace(model=None)
SAME = Scored(np.array([1, 0], np.int8), np.array([0.5, NAN]), np.ones(2), 0.5)


def read(n: int, **views: Any) -> bench.Inputs:
    return bench.Inputs(views, np.arange(n).astype(np.int8) % 2, np.arange(n), np.ones(n))


def test_a_smoke_fit_fits_on_classes_in_turns(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    y = np.array([1, 1, 1, 0, 0, 1], np.int8)
    turns = [smoke_fit._alternating(y, np.array(r)).tolist() for r in ([0, 1, 2, 3, 4], [1, 2, 4])]
    assert turns == [[3, 0, 4, 1, 2], [4, 1, 2]]
    assert smoke_fit._alternating(1 - y[1:5], np.arange(4)).tolist() == [0, 2, 1, 3]
    logs = [{"loss": 0.7}, {"x": 1, "answer_loss": 0.6}, {"answer_loss": 0.5}]
    assert [smoke_fit._first(logs[n:m]) for n, m in ((0, 3), (0, 1), (2, 3), (3, 3))] == [
        *(0.6, 0.7, 0.5),
        None,
    ]
    fits = []

    def fit(_: Cut, train: Any, valid: Any, context: Any) -> FittedCut:
        fits.append((len(train), len(valid), context.checkpoints.name, int(train.y[0])))
        return FittedCut(0.0, 1.0)

    def lost(*_: object) -> None:
        raise fresh_process.NotRereadError("why")

    monkeypatch.setattr(Cut, "fit", fit)
    monkeypatch.setattr(smoke_fit, "reread", lost)
    some = read(200, numbers=np.zeros((200, 1)))
    evidence = smoke_fit.smoke_fit(Cut(), some, some, bench.Context(tmp_path, tmp_path, tmp_path))
    places = ((1, 0), (2, 1), (3, 0))
    assert fits == [(96, 32, f"checkpoints-{n}", label) for n, label in places]
    assert (evidence.unread, evidence.first_loss, evidence.probed.columns) == ("why", None, {})
    assert np.isnan(evidence.reread).sum() == 32


def test_a_fit_that_cannot_be_probed_breaks_its_guards(tmp_path: Path) -> None:
    record = training._empty()
    record.updates, record.gaps, record.looks = [0.5], [40.0], [(3, np.array([0.1, 0.2]))]
    for shown in (None, record):
        training.Seen(shown, np.array([0.5, NAN])).write(tmp_path)
        seen = training.Seen.read(tmp_path)
        assert np.array_equal(seen.unsaved, [0.5, NAN], equal_nan=True)
        assert (seen.record is None) == (shown is None)
    assert seen.record
    assert (seen.record.updates, seen.record.gaps) == ([0.5], [40.0])
    assert [(step, scores.tolist()) for step, scores in seen.record.looks] == [(3, [0.1, 0.2])]
    broken = training.check_fit(GUARDS, Cut(), FittedCut(0.0, 1.0), seen, read(4))
    assert len(broken) == 8
    assert {*(v.findings[0] for v in broken)} == {"could not look: KeyError: 'numbers'"}


@pytest.mark.parametrize(
    ("code", "printed", "why"),
    [
        (-9, "", "was killed by SIGKILL, as a machine does that is out of memory"),
        (-11, "", "was killed by SIGSEGV"),
        (-1, "", "was killed by SIGHUP"),
        (-99, "", "was killed by signal 99"),
        (71, "x", "ran out of memory"),
        (1, "x\n y \n\n", "y"),
        (2, " \n", "exit code 2"),
    ],
)
def test_a_fresh_process_says_why_it_ended(code: int, printed: str, why: str) -> None:
    fresh_process._demand_done(subprocess.CompletedProcess([], 0, "", "x"))
    cut_off = "a fresh process that loads and scores what was saved "
    with pytest.raises((fresh_process.NotRereadError, fresh_process.FreshProcessError)) as error:
        fresh_process._demand_done(subprocess.CompletedProcess([], code, "", printed))
    reread = code in (1, 2)
    assert type(error.value) is (
        fresh_process.NotRereadError if reread else fresh_process.FreshProcessError
    )
    assert str(error.value) == (why if reread else cut_off + why)


class Within:
    Part = Cut


def test_a_fresh_process_makes_parts_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    part = {"module": __name__, "name": "Within.Part", "options": {"scale": 2.0}}
    assert handed.built(part) == Cut(scale=2.0)
    np.savez(tmp_path / "l.npz", **{"a/x": np.ones(1), "b/y": np.zeros(2), "ab/z": np.ones(3)})
    made = handed.read_view_modules({"a": part, "b": part, "c": part}, tmp_path / "l.npz")
    assert [list(module.learned) for module in made.values()] == [["x"], ["y"], []]
    handed.write_inputs(read(2, texts=["p", "q"], numbers=np.eye(2)), tmp_path / "v.npz")
    views = handed.read_inputs(tmp_path / "v.npz").views
    assert (views["texts"], views["numbers"].tolist()) == (["p", "q"], [[1, 0], [0, 1]])
    np.savez(tmp_path / "o.npz", listed=[""], ids=[1], **{"view.a": np.array([None])})
    with pytest.raises(ValueError, match="allow_pickle"):
        handed.read_inputs(tmp_path / "o.npz")
    monkeypatch.setattr(sys, "executable", "false")
    assert fresh_process._run(tmp_path, "{}").returncode == 1
    tries = []

    def slow(*_: object, timeout: float, **__: object) -> None:
        tries.append(timeout)
        raise subprocess.TimeoutExpired("x", timeout)

    monkeypatch.setattr(subprocess, "run", slow)
    with pytest.raises(
        fresh_process.FreshProcessError, match=r"more than 600 s to load .* saved, 2 times"
    ):
        fresh_process._run(tmp_path, "{}")
    assert tries == [600, 600]


class OutOfMemoryError(RuntimeError):
    """By torch's name."""


def test_a_fresh_process_scores_what_was_saved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def within(work: Path, request: str) -> Any:
        said = SimpleNamespace(buffer=io.BytesIO(request.encode()))
        monkeypatch.setattr(sys, "stdin", said)
        monkeypatch.setattr(sys, "argv", [fresh_process.__name__, str(work)])
        monkeypatch.delitem(sys.modules, fresh_process.__name__, raising=False)
        runpy.run_module(fresh_process.__name__, run_name="__main__")
        return subprocess.CompletedProcess([], 0, "", "")

    monkeypatch.setattr(fresh_process, "_run", within)
    places = [tmp_path / name for name in ("data", "scratch", "model")]
    for place in places:
        place.mkdir()
    FittedCut(1.5, 2.0).save(places[2])
    some = read(4, numbers=np.arange(8.0).reshape(4, 2))
    context = bench.Context(places[0], places[1], tmp_path)
    scores, _ = fresh_process.reread(Cut(offset=0.5), places[2], some, context)
    assert scores.tolist() == FittedCut(2.0, 2.0).score(some).tolist()
    for error in (MemoryError(), OutOfMemoryError(), ValueError("x")):
        monkeypatch.setattr(Cut, "load", lambda *_, error=error: (_ for _ in ()).throw(error))
        with pytest.raises((SystemExit, ValueError)) as stop:
            fresh_process.reread(Cut(), places[2], some, context)
        assert str(stop.value) == ("x" if isinstance(error, ValueError) else "71")


def test_others_scores_are_of_the_same_events_and_other_parts() -> None:
    def run(name: str, sample: str = "s", scale: float = 2.0, **more: Any) -> Any:
        options = {"breaks": False, "interrupted": False, "scale": scale, "offset": 0.0}
        part = SimpleNamespace(name="cut", options=options)
        fields = {
            "status": "ok",
            "bare": False,
            "model": part,
            "encoders": [],
            "values": "",
            **more,
        }
        record = {"sample": SimpleNamespace(fingerprint=sample), "scores": "theirs", **fields}

        def scores() -> Any:
            if name == "damaged":
                raise DamagedError("x")
            return SimpleNamespace(score=name)

        return SimpleNamespace(name=name, record=SimpleNamespace(**record), scored=scores)

    runs = [run("void", status="void"), run("bare", bare=True), run("n", model=None)]
    runs += [run("no", sample="t"), run("same", scale=1.0), run("mine", scores="mine")]
    runs += [run("differs", values="x"), run("equal", values=scores_digest(SAME.score))]
    runs += [run("damaged"), run("old")]
    store: Any = SimpleNamespace(runs=lambda _: runs)
    mine = {"cut": options_in(Cut())}
    others = scores_of_others(store, SAME, "s", mine, "mine")
    assert others == {"equal": SAME.score, "old": "old"}
