"""A fitted model is written for others with its card, whole or not at all, and scores equally."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from toys import Workplace

from bench.api.errors import BenchError, DamagedError, InputError, RequestError
from bench.cli.data.group import command as data
from bench.cli.export import command
from bench.exporting.folder import export
from bench.exporting.loading import load_exported
from bench.exporting.record import read_export
from bench.running.pipeline import run
from bench.storage.record import OutsideRecord
from bench.storage.request import RunRequest
from bench.storage.store import Run


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    return place


def done(place: Workplace, plugin: str = "gbt", **options: object) -> Run:
    request = RunRequest(plugin=plugin, dataset="toy", **options)  # type: ignore[arg-type]
    return run(request, place.registry, place.home, place.store, place.context)[0]


def written(place: Workplace, run: Run, folder: Path) -> Path:
    words = [run.name, str(folder), "--runs", str(place.store.root)]
    ran = CliRunner().invoke(command, words, catch_exceptions=False)
    assert f"{folder.name}/README.md is its card" in ran.output
    return folder


def evaluated(folder: Path) -> pd.DataFrame:
    """The evaluated events, in a file beside the exported model."""
    words = ["export", "toy", "-o", str(folder / "all.parquet")]
    CliRunner().invoke(data, words, catch_exceptions=False)
    events = pd.read_parquet(folder / "all.parquet")
    events = events[events["sample"] == "evaluated"]
    events.to_parquet(folder / "events.parquet")
    return events


def snippets(card: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", card.read_text(), flags=re.DOTALL)


def front(card: Path) -> dict[str, object]:
    matter: dict[str, object] = yaml.safe_load(card.read_text().split("---\n")[1])
    return matter


def test_the_code_on_the_card_gives_the_scores_of_the_run_in_a_fresh_process(
    place: Workplace, tmp_path: Path
) -> None:
    own = done(place)
    card = written(place, own, tmp_path / "for the hub") / "README.md"
    evaluated(tmp_path)
    (code,) = snippets(card)
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    scored = pd.read_parquet(tmp_path / "scored.parquet").set_index("event")["score"]
    expected = pd.Series(own.scored().score, own.events())
    assert len(scored) == len(expected) > 100
    assert (scored[expected.index] == expected).all()


def test_the_card_has_figures_with_intervals_edition_samples_and_verdicts(
    place: Workplace, tmp_path: Path
) -> None:
    own = done(place)
    folder = written(place, own, tmp_path / "hub")
    text, matter = (folder / "README.md").read_text(), front(folder / "README.md")
    auc = own.metrics().estimates["auc"]
    assert f"[{auc.low:.3f}, {auc.high:.3f}]" in text
    assert own.record.sample is not None
    assert "toy (twin)" in text
    assert own.record.sample.size in text
    assert re.search(r"\d+ guards looked at this run", text)
    assert "| mass " in text
    ((result,),) = [index["results"] for index in matter["model-index"]]  # type: ignore[attr-defined]
    assert {"type": "auc", "name": "AUC", "value": auc.value} in result["metrics"]
    assert result["dataset"]["name"] == f"toy (twin) {own.record.sample.size}"
    assert "gbt" in matter["tags"]  # type: ignore[operator]
    assert "license" not in matter
    assert (folder / "model.ubj").is_file()


def test_a_finding_that_was_let_through_stands_on_the_card(
    place: Workplace, tmp_path: Path
) -> None:
    own = done(place)
    first = replace(own.record.verdicts[0], severity="void", findings=["on purpose"], allowed=True)
    others = own.record.verdicts[1:]
    marked = Run(own.folder, replace(own.record, verdicts=[first, *others]))
    export(marked, tmp_path / "hub", place.registry, place.home, place.context)
    text = (tmp_path / "hub" / "README.md").read_text()
    assert f"let it through on purpose: `--allow {first.code}`" in text
    assert f"- {first.code} {first.guard} (allowed): on purpose" in text


def test_the_figures_of_a_control_are_marked_as_such(place: Workplace, tmp_path: Path) -> None:
    permuted = done(place, permute="numbers", allow=["B062", "B061", "B064"])
    folder = written(place, permuted, tmp_path / "hub")
    assert (
        "These figures are a control: numbers were shuffled" in (folder / "README.md").read_text()
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "void"}, "is void: nothing of it is worth exporting"),
        ({"status": "failed", "fit": None}, "is failed: nothing"),
        ({"outside": OutsideRecord("scores.csv", "0", None, [])}, "was imported"),
        ({"fit": "0123"}, "its fit is gone; `bench run .* makes it anew"),
    ],
)
def test_what_has_no_sound_model_is_refused(
    place: Workplace, tmp_path: Path, change: dict[str, object], why: str
) -> None:
    own = done(place, "cut")
    other = Run(own.folder, replace(own.record, **change))  # type: ignore[arg-type]
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RequestError, match=why):
        export(other, tmp_path / "hub", place.registry, place.home, place.context)
    assert sorted(tmp_path.iterdir()) == before


def test_a_fit_without_its_features_is_refused(place: Workplace, tmp_path: Path) -> None:
    own = done(place, "cut")
    assert own.record.fit is not None
    fit = place.home.fits / own.record.fit
    (fit / "columns.json").unlink()
    with pytest.raises(RequestError, match="its fit is gone"):
        export(own, tmp_path / "hub", place.registry, place.home, place.context)


def test_a_folder_with_something_in_it_is_left_as_it_is(place: Workplace, tmp_path: Path) -> None:
    own = done(place, "cut")
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(RequestError, match="wanted a folder that is new or empty"):
        export(own, folder, place.registry, place.home, place.context)
    assert [file.name for file in folder.iterdir()] == ["mine.txt"]
    (folder / "mine.txt").unlink()
    assert (written(place, own, folder) / "cut.json").is_file()


def test_nothing_is_left_of_an_export_that_breaks(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = done(place, "cut")
    before = sorted(tmp_path.iterdir())

    def broken(*_: object, **__: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr("bench.exporting.folder.card", broken)
    with pytest.raises(ZeroDivisionError):
        export(own, tmp_path / "hub", place.registry, place.home, place.context)
    assert sorted(tmp_path.iterdir()) == before


def test_a_changed_file_is_not_loaded_and_a_changed_card_is(
    place: Workplace, tmp_path: Path
) -> None:
    folder = written(place, done(place, "cut"), tmp_path / "hub")
    with (folder / "README.md").open("a") as card:
        card.write("and more\n")
    assert load_exported(folder).columns[0].name == "mass"
    (folder / "cut.json").write_text("{}")
    with pytest.raises(DamagedError, match=r"cut\.json is not what was exported"):
        load_exported(folder)


def test_events_without_a_feature_are_refused_by_its_name(place: Workplace, tmp_path: Path) -> None:
    model = load_exported(written(place, done(place, "cut"), tmp_path / "hub"))
    events = pd.DataFrame({"mass": [1.0, np.nan], "noise": [0.0, 0.0]})
    with pytest.raises(InputError, match="no column noise; wanted mass, noise"):
        model.score(events[["mass"]])
    with pytest.raises(InputError, match="not finite"):
        model.score(events)
    assert model.score(events[:1]).shape == (1,)


def test_an_unknown_option_and_an_unknown_form_are_refused(
    place: Workplace, tmp_path: Path
) -> None:
    folder = written(place, done(place, "cut"), tmp_path / "hub")
    with pytest.raises(BenchError, match="no option 'scal'"):
        load_exported(folder, scal=2)
    replace(read_export(folder), form=2).write(folder)
    with pytest.raises(DamagedError, match="has form 2, this bench reads 1"):
        load_exported(folder)
