"""A study of two cuts and of counts, done and packed beside its report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from toys import Workplace

from bench.cli.study import command as study

STUDY = """
title = "Two cuts"
counts = ["points.csv"]
[report]
decisions = true
[defaults]
dataset = "toy"
[[runs]]
plugin = "cut"
seeds = [0, 1]
[[runs]]
plugin = "cut"
set = { breaks = true }
allow = ["B033"]
"""
POINTS = "model,dataset,true_signal,signal,true_background,background\npaper,toy,6,11,70,79\n"


@contextmanager
def desk_at(folder: Path) -> Iterator[Workplace]:
    """A workplace that commands find by themselves."""
    place = Workplace.at(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
        patch.setenv("BENCH_HOME", str(place.home.root))
        yield place


def studied(desk: Workplace) -> Path:
    """The folder of the study, whose runs are done and packed."""
    folder = desk.home.root.parent / "reports" / "cuts"
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY)
    (folder / "points.csv").write_text(POINTS)
    arguments = [str(folder / "study.toml"), "--runs", str(desk.store.root)]
    ran = CliRunner().invoke(study, arguments, standalone_mode=False)
    assert ran.return_value == 1, ran.output  # one of its runs breaks
    return folder
