"""Names of any length leave figures and tables legible, or are refused where they come in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from outside_scores import another_models, import_scores, in_use, with_a_run
from toys import Workplace

from bench.api.errors import InputError
from bench.report import tested
from bench.report.drawing.curves import roc
from bench.report.drawing.distributions import scores
from bench.report.drawing.draw import Drawing, Paper, draw_first
from bench.report.drawing.sheet import LONGEST, labels, short
from bench.report.drawing.styles import Styles
from bench.report.drawing.subject import Subject
from bench.report.event_sets import event_sets
from bench.storage.store import Run

LONG = "very-long-name-" * 30
ODD = ["a|b `c` <b>d</b>", "line\nfeed", "$x^2$ 🐦 日本", "_under_", "ünïcode" * 60, LONG]
COUNTS = {
    **{"model": "m", "dataset": "rd", "true_signal": 5, "signal": 10},
    **{"true_background": 7, "background": 9},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return with_a_run(tmp_path_factory.mktemp("long"))


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    return in_use(made, tmp_path, monkeypatch)


def test_a_long_model_of_predictions_is_refused(place: Workplace) -> None:
    (own,) = place.store.runs()
    file = place.store.root.parent / "m.csv"
    frame = another_models(own)
    with pytest.raises(InputError, match=r"model 'very-long.* has 450 characters, wanted at most"):
        import_scores(place, frame, "m", "--model", LONG)
    with pytest.raises(InputError, match=r"options 'very-long.* has 450 characters"):
        import_scores(place, frame, "m", "--options", LONG)
    assert file.is_file()
    assert len(list(place.store.runs())) == 1


@pytest.mark.parametrize("name", ["model", "dataset", "edition", "options"])
def test_a_long_name_of_counts_is_refused_by_its_row(name: str, tmp_path: Path) -> None:
    from bench.outside.counts import read_counts

    file = tmp_path / "c.csv"
    pd.DataFrame([COUNTS | {name: "x"}, COUNTS | {name: LONG}]).to_csv(file, index=False)
    with pytest.raises(InputError, match=f"row 2: {name} 'very-long.* has 450 characters"):
        read_counts(file)


def test_labels_of_figures_are_short_and_apart() -> None:
    cut = labels([f"{LONG}{n}{'x' * 20}" for n in range(20)] + ODD)
    assert len(set(cut)) == len(cut)
    assert max(map(len, cut)) <= LONGEST + 6
    assert all("\n" not in one for one in cut)
    assert len(short(LONG, 90)) == 90


def test_figures_of_long_and_odd_names_are_drawn_without_a_warning(
    place: Workplace, tmp_path: Path
) -> None:
    (own,) = place.store.runs()
    # a plugin's own options may be as long as they like
    named = [Run(own.folder, replace(own.record, id=name, plugin=name)) for name in ODD]
    (events,) = event_sets(named)
    assert len(events.settings) == len(ODD)
    styles = Styles.of([events.settings])
    paper, subject = Paper(tmp_path, "figures", styles), Subject.of(events, styles)
    compared = tested.Tested.of(events)
    (tmp_path / "figures").mkdir()
    drawings = [Drawing(f.__name__, LONG, partial(f, subject)) for f in (roc, scores)]
    assert paper.draw(drawings, events)
    assert draw_first([compared], paper)
