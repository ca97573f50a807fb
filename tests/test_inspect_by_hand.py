"""How guards come by what they look at, and what is written down of it, worked out by hand."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from toys import Cut, FittedCut

import bench
from bench.api.errors import NotFiniteError
from bench.api.guard import Guard, NotApplicableError
from bench.api.scores import Scored
from bench.guards import inspect as inspecting
from bench.guards import pages, probing, recorder
from bench.guards.b068_silent import Silent
from bench.guards.every import demand_codes
from bench.guards.evidence import StoppedEvidence
from bench.guards.messages import error_text, first_names

NAN = float("nan")
YARDSTICK: Any = SimpleNamespace(depends_on=False)
ABSENT: Any = SimpleNamespace(model=None)
SAME = Scored(np.array([1, 0], np.int8), np.array([0.5, NAN]), np.ones(2), 0.5)


class Total:
    """Sums all that a model reads, and the place of each event among those scored."""

    def score(self, inputs: bench.Inputs) -> Any:
        flat = [np.reshape(np.asarray(v, float), (len(inputs), -1)) for v in inputs.views.values()]
        return np.hstack(flat).sum(axis=1) + np.arange(len(inputs))


def read(n: int, **views: Any) -> bench.Inputs:
    return bench.Inputs(views, np.arange(n).astype(np.int8) % 2, np.arange(n), np.ones(n))


def test_columns_that_differ_are_shuffled_one_by_one() -> None:
    level, cube, place = np.zeros(20), np.zeros((20, 1, 1)), np.arange(20.0)
    numbers = np.stack([np.ones(20), place * 100, place == 3], axis=1)
    some = read(20, listed=[0.0] * 20, level=level, cube=cube, numbers=numbers)
    total: Any = Total()
    probed = probing.probe(Cut(), total, some, columns=True)
    moved = np.roll(np.arange(20), 6)
    assert list(probed.columns) == ["numbers[1]", "numbers[2]"]
    plain = 1 + 101 * place + (place == 3)
    assert probed.scores.tolist() == plain.tolist()
    assert probed.columns["numbers[1]"].tolist() == (plain + 100 * (moved - place)).tolist()
    assert probed.columns["numbers[2]"].tolist() == (plain - (place == 3) + (place == 9)).tolist()
    assert probed.alone.tolist() == (plain - place)[:16].tolist()
    assert list(probed.shuffled) == ["listed", "level", "cube", "numbers"]
    assert probing.probe(Cut(), total, some, columns=False).columns == {}
    nothing = read(0, numbers=numbers[:0])
    assert len(probing.probe(Cut(), FittedCut(0.0, 1.0), nothing, columns=True).alone) == 0


def guard(grave: str, *lines: Any) -> type[Guard[Any]]:
    """One that finds lines, until an error is raised."""

    class Told(Guard[Any]):
        code, name, severity, remedy = "B999", "told", grave, "nothing"

        def check(self, evidence: Any) -> Iterator[str]:
            for line in lines:
                if isinstance(line, str):
                    yield line
                else:
                    raise line

    return Told


def test_a_look_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=iter([1.0, 2.23456] * 9).__next__)
    monkeypatch.setattr(inspecting, "time", clock)
    no, leaves = NotApplicableError, SystemExit(3)
    kinds = [guard("void", "a", "b"), guard("note", no()), guard("warn", "a", no("x"))]
    kinds += [guard("void", "a", leaves), guard("note", leaves), guard("void", no("y"))]
    verdicts = inspecting.inspect(kinds, StoppedEvidence(Cut(), ""))
    could_not = "could not look: SystemExit: 3"
    assert [(v.severity, v.findings, v.skipped, v.broke, v.seconds) for v in verdicts] == [
        ("void", ["a", "b"], "", False, 1.235),
        ("note", [], "not applicable", False, 1.235),
        ("warn", ["a"], "", False, 1.235),
        ("void", ["a", could_not], "", True, 1.235),
        ("warn", [could_not], "", True, 1.235),
        ("void", [], "y", False, 1.235),
    ]
    assert inspecting.inspect(kinds[3:4], StoppedEvidence(YARDSTICK, ""))[0].severity == "warn"
    assert inspecting.inspect(kinds[3:4], ABSENT)[0].severity == "void"
    with pytest.raises(ZeroDivisionError):
        inspecting.inspect([guard("void", ZeroDivisionError())], ABSENT, (ZeroDivisionError,))
    marked = inspecting.let_through([*verdicts, replace(verdicts[0], code="B998")], ["B999"])
    assert [v.allowed for v in marked] == [True, False, True, True, True, False, False]
    assert inspecting.voiding(marked) == marked[-1:]
    demand_codes(["B999"], kinds)
    with pytest.raises(bench.RequestError, match=r"^--allow B998: no guard has that code"):
        demand_codes(["B999", "B998"], kinds)
    assert str(inspecting.VoidError([verdicts[1], verdicts[0], verdicts[3]])) == (
        f"B999 told: a, b; B999 told: a, {could_not}"
    )


def test_names_and_errors_are_worded() -> None:
    assert [first_names("abcde"[:n]) for n in (0, 2, 3, 4, 5)] == [
        *("", "a, b", "a, b, c", "a, b, c and 1 more", "a, b, c and 2 more")
    ]
    assert [error_text(error) for error in (MemoryError(), KeyError("a"))] == [
        *("MemoryError", "KeyError: 'a'")
    ]


def test_a_page_is_written_of_each_guard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert pages.page(Silent) == (
        "# B068 silent\n\nvoid, at the scores\n\nThe model gives no answer on any event at all.\n"
        "\nAll events rank alike then, so that figures can be computed, and none of them means "
        "anything.\n\n**What to do:** look at the column of scores, and at how answers are read. "
        "To let it through, visibly: `--allow B068`.\n"
    )
    lines = pages.index().split("\n")
    assert lines[:2] == ["# Guards", ""]
    assert lines[3:6] == ["", "| code | name | severity | looks | in one line |", "|---" * 5 + "|"]
    assert lines[-1] == ""
    assert (
        "| [B068](B068.md) | silent | void | at the scores | "
        "The model gives no answer on any event at all. |"
    ) in lines
    monkeypatch.setattr(sys, "argv", ["pages", str(tmp_path)])
    monkeypatch.delitem(sys.modules, pages.__name__)  # or it would be warned of
    runpy.run_module(pages.__name__, run_name="__main__")
    assert {f.name: f.read_text() for f in tmp_path.iterdir()} == pages.pages()


def test_a_pause_is_many_times_the_usual_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def gaps(*beats: float | tuple[float, float]) -> list[tuple[float, float] | None]:
        both = np.array([b if isinstance(b, tuple) else (b, b) for b in [0, *beats]]).cumsum(axis=0)
        monkeypatch.setattr(recorder, "_now", iter(map(tuple, both.tolist())).__next__)
        pulse = recorder._Pulse()
        pauses = [pulse.beat() for _ in beats]
        return [gap and (round(gap.passed, 6), round(gap.counted, 6)) for gap in pauses]

    assert gaps(100, 1) == [None, None]
    assert gaps(1, 30) == [None, None]
    assert gaps(1, 30.5, 30.5) == [None, (29.5, 29.5), (29.5, 29.5)]
    assert gaps(1, (50, 0.5), (50, 3)) == [None, (49, 0), (49, 2)]
    assert gaps(2, 40) == [None, None]
    assert gaps(2, 41) == [None, (39, 39)]
    assert gaps(2, 4, 43.9) == [None] * 3
    assert gaps(2, 4, 44.5) == [None, None, (42.3, 42.3)]


def test_a_gradient_is_sampled_evenly() -> None:
    assert [len(recorder._sampled(torch.ones(n))) for n in (4096, 4097, 9000)] == [4096, 2049, 3000]
    assert recorder._sampled(torch.arange(8194).reshape(2, -1))[:3].tolist() == [0, 3, 6]
    assert recorder._sampled(None).shape == (0,)
    before, now = (
        {"a": torch.tensor([x]), "b": torch.tensor([y])} for x, y in ((3, 4.0), (6, 8.0))
    )
    assert recorder._update(before, now) == 1.0
    assert recorder._update({"a": torch.zeros(1)}, {"a": torch.ones(1)}) == 1e12
    assert recorder._checksum(torch.tensor([[1, 2], [3, -4]])) == (2.0, 30.0)
    double = torch.tensor([1 + 1e-12], dtype=torch.float64)
    assert recorder._checksum(double)[0] == 1 + 1e-12


def test_a_training_is_looked_at_in_its_first_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(recorder, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    network = torch.nn.ParameterDict({name: torch.zeros(1) for name in "abcdef"})
    optimizer = torch.optim.SGD([network[name] for name in "abcde"], lr=1.0)

    def score(_: bench.Inputs) -> Any:
        clock[0] += 1
        return np.full(2, clock[0])

    seen = recorder.Recorder(read(2))
    seen(bench.TrainingHandle(network, optimizer, ["z", "a", "b", "c"], score))
    record: Any = seen.record
    for step, now in enumerate((11, 12.5, 50, 51, 100, 101, 102, 103, 104, 405.04)):
        clock[0] = now
        moving = {"a": 0, "d": 2, "b": 2, "c": 3, "e": 3}
        for name, start in moving.items():
            network[name].grad = torch.full((1,), float(step >= start))
        optimizer.step()
    assert (record.trainable, record.missing) == (["a", "b", "c", "z"], ["z"])
    assert record.optimized == dict.fromkeys("abcde", 1)
    assert record.dtypes == dict.fromkeys("abc", "float32")
    assert (record.reached, record.moved, record.strayed) == ({"a", "b"}, {"a", "b"}, {"d"})
    assert [g.tolist() for g in record.gradients[0]] == [[1], [0], [0]]
    assert (record.steps, record.untrained.tolist()) == (10, [1, 1])
    assert [round(u, 6) for u in record.updates[1:]] == [*(1, 0.707107, 0.377964, 0.154919)]
    assert [step for step, _ in record.looks] == [1, 4, 6, 10]
    assert (record.gaps, round(record.idle, 2)) == ([290.6], 290.62)
    for hook in (seen._before_step, seen._before_step, seen._after_step):
        hook()
    assert record.steps == 10
    seen._after_step()
    assert record.steps == 11
    network["b"].grad = torch.tensor([np.inf])
    with pytest.raises(NotFiniteError, match=r"^the gradient of b is not finite at step 11$"):
        seen._before_step()
    network["c"].data.fill_(NAN)
    with pytest.raises(NotFiniteError, match=r"^the weight c is not finite after step 12$"):
        seen._after_step()
