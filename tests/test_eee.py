"""Runs in the layout of Every Eval Ever: every figure and event, and nothing that is not known."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from toys import Workplace

from bench.api.errors import RequestError
from bench.api.parts import Metric
from bench.api.scores import Estimate, Scored
from bench.cli.export import command
from bench.exporting.eee import write_evaluations
from bench.exporting.eee.evaluation import identity
from bench.running.pipeline import run
from bench.storage.archive import read_packed
from bench.storage.request import RunRequest
from bench.storage.store import Run

HOUSE = Path(__file__).parents[1]
Exported = Callable[..., str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace.at(tmp_path_factory.mktemp("place"))


@pytest.fixture(scope="module")
def own(place: Workplace) -> Run:
    return done(place)


def done(place: Workplace, **options: object) -> Run:
    request = RunRequest(plugin="cut", dataset="toy", **options)  # type: ignore[arg-type]
    return run(request, place.registry, place.home, place.store, place.context)[0]


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_bytes())
    return content


def test_every_figure_is_there_with_its_interval_and_what_it_is(own: Run, tmp_path: Path) -> None:
    (file,) = write_evaluations([own], tmp_path)
    given = {
        one["evaluation_result_id"].partition("/")[2]: one
        for one in read(file)["evaluation_results"]
    }
    figures = {n: e for n, e in own.metrics().estimates.items() if e.value is not None}
    assert len(figures) > 10
    assert given.keys() == figures.keys()
    for name, estimate in figures.items():
        details, config = given[name]["score_details"], given[name]["metric_config"]
        assert details["score"] == estimate.value
        interval = details["uncertainty"].get("confidence_interval")
        if estimate.low is not None and estimate.high is not None:
            assert (interval["lower"], interval["upper"]) == (estimate.low, estimate.high)
            assert interval["confidence_level"] == 0.95
        else:
            assert interval is None
        assert details.get("details", {}).get("note", "") == estimate.note
        assert config["lower_is_better"] == (name in LESS)
    accuracy, sic = (given[name]["metric_config"] for name in ("accuracy", "max_sic"))
    assert accuracy["metric_parameters"] == {"threshold": 0.5}
    assert sic["metric_parameters"] == {"floor_background_events": 25}


LESS = {"brier", "log_loss", "calibration_error", "mass_sculpting"}
"""The figures that are the better the smaller they are."""


def test_the_record_says_what_was_evaluated_on_what_and_what_the_guards_said(
    own: Run, tmp_path: Path
) -> None:
    (file,) = write_evaluations([own], tmp_path)
    evaluation, sample = read(file), own.record.sample
    assert sample is not None
    source = evaluation["evaluation_results"][0]["source_data"]["additional_details"]
    assert source["content_hash"] == sample.source
    assert source["event_set_hash"] == sample.fingerprint
    guards = evaluation["eval_library"]["additional_details"]
    assert "guards looked" in guards["guards"]
    outcomes = json.loads(guards["outcomes"])
    assert outcomes == {f"{v.code} {v.guard}": v.outcome for v in own.record.verdicts}
    model = evaluation["model_info"]
    assert model["name"] == "cut"
    assert evaluation["source_metadata"]["source_organization_name"] == "unknown"
    assert file.parts[-4:-1] == ("classifier-bench", *model["id"].split("/"))


def test_events_add_up_to_the_accuracy_and_one_without_an_answer_is_wrong(
    own: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # events whose model gave no answer
    scored, events = own.scored(), own.events()
    gap = replace(scored, score=np.where(np.arange(len(events)) < 3, np.nan, scored.score))
    monkeypatch.setattr(Run, "_evaluated", (gap, events))
    (file,) = write_evaluations([own], tmp_path, events=True)
    detail = read(file)["detailed_evaluation_results"]
    lines = [
        json.loads(line) for line in (tmp_path / detail["file_path"]).read_bytes().splitlines()
    ]
    assert [int(line["sample_id"]) for line in lines] == events.tolist()
    assert [int(line["metadata"]["label"]) for line in lines] == scored.y.tolist()
    answers = [float(line["output"]["raw"][0]) if line["output"]["raw"] else None for line in lines]
    assert answers == [None] * 3 + scored.score[3:].tolist()
    right = sum(line["evaluation"]["score"] for line in lines)
    counts = gap.counts()
    assert right == counts.true_signal + counts.true_background
    assert lines[0]["error"] == "no answer"


def test_a_run_is_written_into_the_same_file_again(own: Run, tmp_path: Path) -> None:
    first = write_evaluations([own], tmp_path)
    assert write_evaluations([own], tmp_path) == first


@pytest.mark.parametrize("status", ["void", "failed", "interrupted"])
def test_a_run_that_is_worth_nothing_is_refused_before_anything_is_written(
    own: Run, tmp_path: Path, status: str
) -> None:
    void = Run(own.folder, replace(own.record, status=status))
    with pytest.raises(RequestError, match=f"is {status}: it has no figures to give"):
        write_evaluations([own, void], tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_allowed_finding_is_marked(own: Run, tmp_path: Path) -> None:
    verdict = replace(own.record.verdicts[0], findings=["wrong"], severity="void", allowed=True)
    let = Run(own.folder, replace(own.record, verdicts=[verdict]))
    (file,) = write_evaluations([let], tmp_path)
    guards = read(file)["eval_library"]["additional_details"]
    assert guards["allowed"] == f"void, but let through on purpose: {verdict.code}"


def test_a_place_on_this_machine_is_not_told(own: Run, tmp_path: Path) -> None:
    request = own.record.request | {"options": {"base": str(tmp_path / "secret" / "base")}}
    (file,) = write_evaluations([Run(own.folder, replace(own.record, request=request))], tmp_path)
    assert "secret" not in file.read_text()
    assert r"\"base\": \"base\"" in file.read_text()


@pytest.mark.parametrize(
    ("plugin", "name"),
    [
        ("particle net / v2", "particle-net-v2"),
        ("../..", "model"),
        ("nul", "model-nul"),
        ("data", "model-data"),
        ("ε" * 3, "model"),
        ("m" * 500, "m" * 120),
    ],
)
def test_a_models_name_makes_a_folder_that_can_be(own: Run, plugin: str, name: str) -> None:
    record = replace(own.record, plugin=plugin, model=None, encoders=[])
    assert identity(record) == f"imported/{name}"


class Odd(Metric):
    """A plugin's own figure."""

    name = "odd"

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        return {"odd": Estimate(1.0)}


def test_a_figure_of_which_nobody_knows_which_way_is_better_is_left_out_aloud(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = Workplace.at(tmp_path)
    place.add(Odd)
    (file,) = write_evaluations([done(place)], tmp_path / "out")
    assert "/odd" not in file.read_text()
    assert "odd is left out: it is not known whether more of it is better" in caplog.text


def test_the_command_writes_all_good_runs_and_names_the_others(
    own: Run, place: Workplace, tmp_path: Path
) -> None:
    folder = place.store.claim("2026-01-01T00:00:00Z", "f" * 64)
    place.store.seal(folder, replace(own.record, status="failed", error="it broke"))
    words = [str(tmp_path), "--as", "eee", "--runs", str(place.store.root)]
    ran = CliRunner().invoke(command, words, catch_exceptions=False)
    assert "1 run in the layout of Every Eval Ever" in ran.output
    assert f"left out: {folder.name} (failed)" in ran.output
    with pytest.raises(RequestError, match="is failed"):
        CliRunner().invoke(command, [folder.name, *words], catch_exceptions=False)


def test_the_layout_may_stand_where_a_run_would(
    place: Workplace, own: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in ([], ["out"], [own.name, "one"]):
        ran = CliRunner().invoke(command, ["eee", *words, "--runs", str(place.store.root)])
        assert ran.exit_code == 0, ran.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["eee", "one", "out"]
    assert all(list(Path(name, "data").rglob("*.json")) for name in ("eee", "one", "out"))


def test_the_command_writes_the_runs_of_a_packed_report(tmp_path: Path) -> None:
    report = HOUSE / "reports" / "rare-signal"
    words = [str(tmp_path), "--as", "eee", "--report", str(report), "--organisation", "us"]
    CliRunner().invoke(command, words, catch_exceptions=False)
    files = list(tmp_path.glob("data/*/*/*/*.json"))
    assert len(files) == len(read_packed(report))
    assert read(files[0])["source_metadata"]["source_organization_name"] == "us"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a", "b", "out"], "2 runs: a model is of one"),
        (["out"], "0 runs: a model is of one"),
        (["a", "out", "--events"], "go with --as eee"),
    ],
)
def test_a_model_is_of_one_run(words: list[str], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        CliRunner().invoke(command, words, catch_exceptions=False)
