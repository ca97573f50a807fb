"""Scores are real numbers: what a model or a file gives is that, or refused by its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from click.testing import CliRunner
from outside_scores import another_models, in_use, newest, outcomes, with_a_run
from toys import Cut, FittedCut, Workplace

import bench
from bench.api.errors import InputError, RefusedError
from bench.cli.outside import command as bring
from bench.data.real_scores import real_scores, scores_of_events
from bench.running.failures import VoidedRunError
from bench.running.pipeline import run
from bench.storage.request import RunRequest

PLAIN = [0.25, 0.5, 1.0]
GAP = [0.25, np.nan, 1.0]


def tensor(kind: str) -> Any:
    import torch

    return torch.tensor(PLAIN, dtype=getattr(torch, kind), requires_grad=kind != "int64")


HANDLED: dict[str, tuple[Callable[[], Any], list[float]]] = {
    "list": (lambda: PLAIN, PLAIN),
    "tuple": (lambda: tuple(PLAIN), PLAIN),
    "float16": (lambda: np.array(PLAIN, np.float16), PLAIN),
    "longdouble": (lambda: np.array(PLAIN, np.longdouble), PLAIN),
    "bool": (lambda: np.array([True, False, True]), [1, 0, 1]),
    "integer": (lambda: np.array([1, 0, 1], np.uint8), [1, 0, 1]),
    "big end first": (lambda: np.array(PLAIN, ">f4"), PLAIN),
    "read-only": (lambda: np.broadcast_to(0.5, 3), [0.5] * 3),
    "masked": (lambda: np.ma.masked_array(PLAIN, [False, True, False]), GAP),
    "masked integers": (lambda: np.ma.masked_array([1, 7, 0], [0, 1, 0]), [1, np.nan, 0]),
    "wholly masked": (lambda: np.ma.masked_all(3), [np.nan] * 3),
    "Series": (lambda: pd.Series(PLAIN), PLAIN),
    "Series with NA": (lambda: pd.Series([0.25, pd.NA, 1.0]), GAP),
    "Float64": (lambda: pd.Series([0.25, None, 1.0], dtype="Float64"), GAP),
    "Int64": (lambda: pd.array([1, None, 0], dtype="Int64"), [1, np.nan, 0]),
    "boolean": (lambda: pd.array([True, None, False], dtype="boolean"), [1, np.nan, 0]),
    "Arrow in pandas": (lambda: pd.Series([0.25, None, 1.0], dtype="double[pyarrow]"), GAP),
    "Arrow": (lambda: pa.chunked_array([[0.25, None], [1.0]]), GAP),
    "a list with NA": (lambda: [0.25, pd.NA, 1.0], GAP),
    "float32 tensor": (lambda: tensor("float32"), PLAIN),
    "bfloat16 tensor": (lambda: tensor("bfloat16"), PLAIN),
}
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "complex": (lambda: np.array(PLAIN) + 0j, "complex numbers (complex128)"),
    "complex64": (lambda: np.array(PLAIN, np.complex64), "complex numbers (complex64)"),
    "masked complex": (lambda: np.ma.masked_array(np.array(PLAIN) + 1j), "complex"),
    "complex tensor": (lambda: tensor("complex64"), "complex numbers (complex64)"),
    "text": (lambda: ["0.25", "0.5", "1"], "text (<U4)"),
    "bytes": (lambda: np.array([b"0.25"] * 3), "bytes (|S4)"),
    "numpy's strings": (lambda: np.array(["0.1"] * 3, np.dtypes.StringDType()), "text"),
    "pandas' strings": (lambda: pd.Series(["0.1"] * 3, dtype="string"), "objects (str"),
    "category": (lambda: pd.Series(PLAIN).astype("category"), "objects (category)"),
    "objects": (lambda: np.array(PLAIN, object), "objects (object)"),
    "None": (lambda: [0.25, None, 1.0], "objects (object)"),
    "Decimal": (lambda: [Decimal("0.25")] * 3, "objects (object)"),
    "NA and text": (lambda: [pd.NA, "0.5", 1.0], "text"),
    "datetime": (lambda: np.array([1, 2, 3], "M8[s]"), "times (datetime64[s])"),
    "with a zone": (lambda: pd.Series(pd.to_datetime([1, 2, 3], utc=True)), "times (datetime64[ns"),
    "timedelta": (lambda: np.array([1, 2, 3], "m8[s]"), "spans of time"),
    "record": (lambda: np.zeros(3, [("a", float), ("b", float)]), "records"),
    "a generator": (lambda: (x for x in PLAIN), "objects"),
    "nothing": (lambda: None, "objects"),
    "ragged": (lambda: [[0.1], [0.2, 0.3], [0.4]], "no array"),
    "a dict": (lambda: {0: 0.5}, "objects"),
}
SHAPES = {
    "a column": ((3, 1), r"\(3, 1\) for 3 events.*scores\[:, 0\]"),
    "two classes": ((3, 2), r"\(3, 2\) for 3 events.*scores\[:, 1\]"),
    "a row": ((1, 3), r"\(1, 3\)"),
    "one": ((), r"\(\)"),
    "too few": ((2,), r"\(2,\)"),
    "too many": ((4,), r"\(4,\)"),
    "none": ((0,), r"\(0,\)"),
}


@pytest.mark.parametrize("name", HANDLED)
def test_real_numbers_are_taken_and_what_is_missing_is_no_answer(name: str) -> None:
    make, expected = HANDLED[name]
    taken = scores_of_events(make(), 3)
    assert type(taken) is np.ndarray
    assert taken.dtype == np.float64
    assert np.array_equal(taken, expected, equal_nan=True)


@pytest.mark.parametrize("name", REFUSED)
def test_other_kinds_are_refused_by_name(name: str) -> None:
    make, kind = REFUSED[name]
    with pytest.raises(InputError, match="real numbers") as error:
        real_scores(make())
    assert kind in str(error.value)


@pytest.mark.parametrize("name", SHAPES)
def test_other_shapes_are_refused_with_what_is_likely_meant(name: str) -> None:
    shape, words = SHAPES[name]
    with pytest.raises(InputError, match=words):
        scores_of_events(np.full(shape, 0.5), 3)


@dataclass(frozen=True)
class Odd(Cut):
    """A cut that gives scores of some other kind."""

    name = "odd"
    kind: str = ""
    """What it makes of them."""

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Any:
        fitted = super().fit(train, valid, context)
        return OddFit(fitted.centre, fitted.scale, fitted.rising, self.kind)

    def load(self, folder: Path, context: bench.Context) -> Any:
        fitted = super().load(folder, context)
        return OddFit(fitted.centre, fitted.scale, fitted.rising, self.kind)


@dataclass(frozen=True)
class OddFit(FittedCut):
    kind: str = ""

    def score(self, inputs: bench.Inputs) -> Any:
        scores = super().score(inputs)
        if self.kind == "complex":
            return scores + 0.5j
        if self.kind == "masked":
            return np.ma.masked_array(scores, scores > 0.9)
        return scores.astype(np.float16) if self.kind == "narrow" else scores * np.nan


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("odd"))
    place.add(Odd)
    return place


def done(place: Workplace, kind: str, *allow: str) -> bench.storage.store.Run:
    options = {"kind": kind}
    request = RunRequest(plugin="odd", dataset="toy", events=200, options=options, allow=allow)
    return run(request, place.registry, place.home, place.store, place.context)[0]


def test_a_model_of_complex_scores_is_refused_before_there_is_a_record(place: Workplace) -> None:
    with pytest.raises(RefusedError, match=r"scores are complex numbers \(complex128\)"):
        done(place, "complex")
    assert not list(place.store.runs())


def test_what_a_model_masks_is_no_answer(place: Workplace) -> None:
    narrow = done(place, "narrow", "B031")
    masked = done(place, "masked", "B031", "B060")
    score = narrow.scored().score
    gone = np.isnan(masked.scored().score)
    assert 2 < gone.sum() < len(gone)
    assert (gone == (score > 0.9)).mean() > 0.99
    assert masked.metrics().counts.unjudged == gone.sum()


def test_a_model_without_any_answer_is_void(place: Workplace) -> None:
    through = [f"B0{n}" for n in (21, 22, 25, 26, 27, 29, 30, 31, 33, 34, 40, 41, 42)]
    with pytest.raises(VoidedRunError, match="B068 silent: none of 200 events has an answer"):
        done(place, "silent", *through)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return with_a_run(tmp_path_factory.mktemp("imports"))


def brought(place: Workplace, frame: pd.DataFrame, model: str = "theirs") -> None:
    """Import scores as Parquet, which keeps their kind."""
    file = place.store.root.parent / f"{model}.parquet"
    frame.to_parquet(file, index=False)
    words = [str(file), "--model", model, "--dataset", "toy"]
    CliRunner().invoke(bring, words, catch_exceptions=False, standalone_mode=False)


IMPORTED: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "text": (lambda f: f.assign(score=f.score.map(str)), "scores are objects (str"),
    "decimal": (lambda f: f.assign(score=f.score.map(lambda s: Decimal(f"{s:.6f}"))), "objects"),
    "times": (lambda f: f.assign(score=pd.to_datetime(f.score, unit="s")), "times"),
}


@pytest.mark.parametrize("name", IMPORTED)
def test_a_file_of_other_kinds_is_refused_by_name(
    name: str, made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = in_use(made, tmp_path, monkeypatch)
    (own,) = place.store.runs()
    change, kind = IMPORTED[name]
    with pytest.raises(InputError, match="real numbers") as error:
        brought(place, change(another_models(own)))
    assert kind in str(error.value)


def test_an_import_of_missing_scores_has_no_answers_and_one_of_none_is_void(
    made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = in_use(made, tmp_path, monkeypatch)
    (own,) = place.store.runs()
    frame = another_models(own)
    some = frame.assign(score=frame.score.astype("Float64").mask(frame.score > 0.8))
    brought(place, some, "some")
    assert newest(place, "some").metrics().counts.unjudged == int((frame.score > 0.8).sum())
    brought(place, frame.assign(score=pd.NA).astype({"score": "Float64"}), "none")
    assert newest(place, "none").record.status == "void"
    assert outcomes(newest(place, "none"))["B068"] == "void"
