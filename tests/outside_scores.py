"""A store with one run, and scores on its events to be imported, with mistakes in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from toys import Workplace, events

from bench.cli.outside import command as bring
from bench.report.page import write_report
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store


def with_a_run(folder: Path) -> Workplace:
    """A workplace with one run of the bench's own."""
    place = Workplace.at(folder)
    request = RunRequest(plugin="cut", dataset="toy")
    run(request, place.registry, place.home, place.store, place.context)
    return place


def in_use(made: Workplace, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """The same with a store of its own, and as the command line finds it."""
    shutil.copytree(made.store.root, folder / "runs")
    place = replace(made, store=Store(folder / "runs"))
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    monkeypatch.setenv("BENCH_RUNS", str(place.store.root))
    return place


def another_models(own: Run) -> pd.DataFrame:
    """The events of a run with its scores, and a little noise that makes them another model's."""
    scored, rng = own.scored(), np.random.default_rng(3)
    noisy = np.clip(scored.score + rng.normal(0, 0.02, len(scored.y)), 0, 1)
    return pd.DataFrame({"event": own.events(), "score": noisy, "label": scored.y})


def import_scores(
    place: Workplace, frame: pd.DataFrame, model: str = "theirs", *words: str
) -> Result:
    file = place.store.root.parent / f"{model}.csv"
    frame.to_csv(file, index=False)
    arguments = [str(file), "--model", model, "--dataset", "toy", *words]
    return CliRunner().invoke(bring, arguments, catch_exceptions=False, standalone_mode=False)


def newest(place: Workplace, model: str = "theirs") -> Run:
    runs = [run for run in place.store.runs() if run.record.plugin == model]
    # their names tell seconds apart, and two may be imported within one
    return max(runs, key=lambda run: run.folder.stat().st_mtime_ns)


def outcomes(done: Run) -> dict[str, str]:
    return {v.code: v.outcome for v in done.record.verdicts if v.findings}


def page(place: Workplace) -> str:
    folder = place.store.root.parent / "report"
    return write_report(list(place.store.runs()), folder, blank=True).read_text()


Change = Callable[[pd.DataFrame], pd.DataFrame]


def turned(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(score=1 - frame.score)


def hard(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(score=(frame.score >= 0.5).astype(float))


def unsure(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(score=frame.score.where(frame.index % 10 > 0))


def with_whole_dataset(frame: pd.DataFrame) -> pd.DataFrame:
    """Every row of an export, those that were trained on among them."""
    rng = np.random.default_rng(4)
    table = events(4000, 1)
    noise = np.clip((table.x[:, 0] + rng.normal(0, 0.1, len(table)) + 4) / 10, 0, 1)
    return pd.DataFrame({"event": table.ids, "score": noise})


def half_of_signal(frame: pd.DataFrame) -> pd.DataFrame:
    signal = frame.index[frame.label == 1]
    return frame.drop(signal[::2])
