"""A power cut at any moment takes nothing that was acknowledged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from power import Watched, losses, watched

from bench.api.errors import DamagedError
from bench.api.scores import Counts, Estimate, Scored
from bench.storage.cache import stored, verify
from bench.storage.drafts import drafted
from bench.storage.fingerprint import file_digest
from bench.storage.history import HISTORY, TENSORBOARD, History, write_events
from bench.storage.record import RunRecord
from bench.storage.store import Metrics, Store, copy_history, write_metrics, write_scores

RECORD = RunRecord("a" * 64, "2026-11-26T19:00:00Z", "ok", "cut", "toy", 0, {})
SCORED = Scored(np.array([0, 1], np.int8), np.array([0.1, 0.9]), np.ones(2), 0.5)
DRAWS = 15
"""Random subsets of what was not synced, at each moment."""


def work(root: Path, seen: Watched) -> None:
    """Two runs, a cache entry with folders in it, and a folder of several files, twice."""
    history = History(root)
    for step in range(3):
        history.log(step, {"loss": 1.0 - step})
    store = Store(root / "runs")
    for number in range(2):
        folder = store.claim(RECORD.created, RECORD.id)
        write_scores(folder, {"evaluated": (SCORED, np.arange(2, dtype=np.uint64))})
        estimates = {"auc": Estimate(0.5, 0.4, 0.6, method="")}
        write_metrics(folder, Metrics(estimates, Counts(1, 0, 0, 1, 0, 0)))
        copy_history(folder, history.path)
        write_events(history.path, folder / TENSORBOARD)
        store.seal(folder, replace(RECORD, seed=number))
        seen.acknowledge(f"run {folder.name}")

    def compute(folder: Path) -> None:
        (folder / "model" / "deep").mkdir(parents=True)
        (folder / "model" / "deep" / "weights").write_bytes(b"w" * 1000)
        (folder / "seconds").write_text("1")

    for key in ("0123456789abcdef", "fedcba9876543210"):
        stored(root / "home" / "fits", key, compute, print)
        seen.acknowledge(f"fit {key}")
    for content in ("old", "new"):
        with drafted(root / "report") as draft:
            (draft / "figures").mkdir()
            (draft / "figures" / "a.png").write_text(content)
            (draft / "report.md").write_text(content)
        seen.acknowledge(f"report {content}")


def lost(root: Path, what: str) -> bool:
    """Whether a cut has taken something."""
    kind, _, name = what.partition(" ")
    if kind == "run":
        found_run = Store(root / "runs").named(name)
        return (
            found_run is None
            or HISTORY not in found_run.record.files
            or any(
                not (found_run.folder / file).is_file()
                or file_digest(found_run.folder / file) != sha
                for file, sha in found_run.record.files.items()
            )
        )
    if kind == "fit":
        try:
            verify(root / "home" / "fits" / name)
        except DamagedError:
            return True
        return False
    page = root / "report" / "report.md"
    return not page.is_file() or page.read_text() not in {"new", name}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    root = tmp_path_factory.mktemp("power")
    with watched(root) as made:
        work(root, made)
    return made


def test_no_cut_takes_what_was_acknowledged(seen: Watched, tmp_path: Path) -> None:
    counts = losses(seen, lost, tmp_path / "cut", draws=1, most=90)
    assert counts["cuts"] >= 80
    assert counts["lost"] == 0, counts


@pytest.mark.slow
def test_no_cut_takes_what_was_acknowledged_at_every_prefix(seen: Watched, tmp_path: Path) -> None:
    counts = losses(seen, lost, tmp_path / "cut", draws=DRAWS)
    print(counts)  # noqa: T201
    assert counts["lost"] == 0, counts


@pytest.mark.parametrize("name", ["sync", "sync_all"])
def test_without_syncing_the_model_sees_losses(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model of a disk is as strict as it has to be."""
    for module in ("files", "cache", "store"):
        monkeypatch.setattr(f"bench.storage.{module}.{name}", lambda path: None, raising=False)
    root = tmp_path / "work"
    root.mkdir()
    with watched(root) as made:
        work(root, made)
    assert losses(made, lost, tmp_path / "cut", draws=1, most=90)["lost"] > 0
