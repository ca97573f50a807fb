"""Fits of small language models, exported as a run's would be, and scored in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
from bench_llm.fitted import FittedLanguageModel
from bench_llm.language import LanguageModel
from events import COLUMNS, context, table
from numpy.typing import NDArray

import bench
from bench.data.encode import encode, learn, view_modules, write_learned
from bench.exporting.folder import export
from bench.plugins.options import options_in
from bench.plugins.registry import load_registry
from bench.storage.home import Home
from bench.storage.record import PartRecord, RunRecord, SampleRecord
from bench.storage.store import Metrics, Store, write_metrics, write_scores

HUB = "hub"
EVENTS = table(24, seed=2)


@dataclass(frozen=True)
class Exported:
    """A folder for the hub, and the fit that it is of."""

    folder: Path
    fitted: FittedLanguageModel
    inputs: bench.Inputs
    """Of `EVENTS`."""

    @property
    def scores(self) -> NDArray[np.float64]:
        """Of `EVENTS`, by the fit itself."""
        return self.fitted.score(self.inputs)

    @property
    def card(self) -> str:
        return (self.folder / "README.md").read_text()


def exported(
    place: Path, model: LanguageModel, *encoders: str, without: str | None = None
) -> Exported:
    """Fit a model on few events and export it, with these encoders in place of its own."""
    place.mkdir(parents=True, exist_ok=True)
    registry, train = load_registry(), table(64)
    own = (model.encoder,) if isinstance(model.encoder, str) else model.encoder
    parts = [registry.find(bench.Encoder, name).part() for name in encoders or own]
    learned = learn(parts, train)
    surroundings = replace(
        context(place / "work"), view_modules=view_modules(model, parts, learned)
    )
    seen = encode(model, parts, learned, train, targets=True)
    watched, judged = (encode(model, parts, learned, events) for events in (table(16, 1), EVENTS))
    fitted = model.fit(seen, watched, surroundings)
    home, fit = Home(place / "home"), place / "home" / "fits" / "fit"
    for name in ("model", "encoders"):
        (fit / name).mkdir(parents=True)
    fitted.save(fit / "model")
    fitted = model.load(fit / "model", surroundings)  # at the look that the model scores with
    write_learned(learned, fit / "encoders")
    (fit / "columns.json").write_bytes(msgspec.json.encode(COLUMNS))
    bench.seal(fit)
    store = Store(place / "runs")
    folder = store.claim("2026-11-26T00:00:00Z", "0" * 64)
    scored = bench.Scored(EVENTS.y, fitted.score(judged), EVENTS.weights, 0.5)
    write_scores(folder, {"evaluated": (scored, EVENTS.ids)})
    write_metrics(folder, Metrics({"auc": bench.Estimate(0.75, 0.7, 0.8)}, scored.counts()))
    sample = SampleRecord("rd", "twin", "0", {}, "test", "1:1", 12, 12, 0.5, "f" * 64)
    record = RunRecord(
        id="0",
        created="2026-11-26T00:00:00Z",
        status="ok",
        plugin=model.name,
        dataset="rd",
        seed=0,
        request={"options": {"base": model.base}},
        model=_recorded(model),
        encoders=[_recorded(part) for part in parts],
        without=without,
        train=replace(sample, split="train"),
        sample=sample,
        fit="fit",
    )
    export(store.seal(folder, record), place / HUB, registry, home, surroundings)
    given = judged.without(without) if without else judged
    return Exported(place / HUB, fitted, given)


def _recorded(part: bench.Model | bench.Encoder) -> PartRecord:
    entry = load_registry().find(
        bench.Model if isinstance(part, bench.Model) else bench.Encoder, part.name
    )
    code = bench.code_digest(type(part), entry.distribution)
    return PartRecord(
        part.name, options_in(part), entry.plugin, entry.distribution, version("bench-llm"), code
    )


def in_a_fresh_process(code: str, place: Path) -> None:
    """Run code in a folder, in a process that knows nothing but its files."""
    frame = pd.DataFrame(dict(zip([c.name for c in COLUMNS], EVENTS.x.T, strict=True)))
    frame.to_parquet(place / "events.parquet")
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=place, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
