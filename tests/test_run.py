"""A run from request to sealed record: what is reused, what is done anew, what a failure leaves."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from toys import Cut, Workplace

from bench.api.errors import RequestError
from bench.running.failures import RunFailedError
from bench.running.parts import resolve_parts
from bench.running.pipeline import run
from bench.running.preview import preview
from bench.storage import fingerprint
from bench.storage.request import RunRequest
from bench.storage.store import Run

REQUEST = RunRequest(plugin="cut", dataset="toy")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace.at(tmp_path)


def do(place: Workplace, request: RunRequest = REQUEST) -> tuple[Run, bool]:
    return run(request, place.registry, place.home, place.store, place.context)


def test_a_run_keeps_all_that_it_was_made_of(place: Workplace) -> None:
    done, reused = do(place)
    assert not reused
    record = done.record
    assert (record.status, record.plugin, record.dataset) == ("ok", "cut", "toy")
    assert record.sample.label == "toy (twin)"
    assert record.sample.split == "test"
    assert record.model.options == {
        **{"breaks": False, "interrupted": False},
        **{"scale": 1.0, "offset": 0.0},
    }
    assert record.train.signal == record.train.background
    stages = {"events", "guards", "fit", "score valid", "score evaluated", "judge"}
    assert set(record.seconds) == stages
    assert done.metrics().estimates["auc"].value > 0.85
    assert json.loads((done.folder / "history.jsonl").read_text()) == {"step": 0, "loss": 0.5}


def test_scores_are_kept_event_by_event(place: Workplace) -> None:
    done, _ = do(place)
    frame = pd.read_parquet(done.folder / "scores.parquet")
    assert list(frame.columns) == ["sample", "event", "label", "weight", "score", "mass"]
    test = frame[frame["sample"] == "evaluated"]
    assert len(test) == done.record.sample.signal + done.record.sample.background
    assert fingerprint.events_digest(test["event"].to_numpy()) == done.record.sample.fingerprint
    assert np.isfinite(frame["score"]).all()


def test_the_same_request_is_not_computed_again(place: Workplace) -> None:
    first, _ = do(place)
    second, reused = do(place)
    assert reused
    assert second.folder == first.folder


def test_another_sample_reuses_the_fit(place: Workplace) -> None:
    do(place)
    done, reused = do(place, replace(REQUEST, ratio="1:10"))
    assert not reused
    assert done.record.fit_reused
    assert "reused the fit of cut" in place.notices


@pytest.mark.parametrize(
    "change",
    [
        {"options": {"scale": "2"}},
        {"options": {"shift": "1"}},
        {"seed": 1},
        {"train_ratio": "1:2"},
        {"train_events": 500},
        {"valid_events": 100},
    ],
)
def test_one_changed_option_fits_anew(place: Workplace, change: dict) -> None:
    first, _ = do(place)
    second, reused = do(place, replace(REQUEST, **change))
    assert not reused
    assert not second.record.fit_reused
    assert second.record.fit != first.record.fit


def test_one_changed_byte_of_data_fits_anew(place: Workplace) -> None:
    do(place)
    (place.home.data / "toy.txt").write_text("4000 2")
    done, reused = do(place)
    assert not reused
    assert not done.record.fit_reused


def test_one_changed_line_of_plugin_code_fits_anew(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(place)
    monkeypatch.setattr("bench.running.fit_request.code_digest", lambda *_: "another")
    done, reused = do(place)
    assert not reused
    assert not done.record.fit_reused


def test_a_damaged_fit_is_made_anew(place: Workplace) -> None:
    first, _ = do(place)
    file = place.home.fits / first.record.fit / "model" / "cut.json"
    file.write_text(file.read_text().replace("1.0", "3.0"))
    done, _ = do(place, replace(REQUEST, ratio="1:10"))
    assert not done.record.fit_reused
    assert any("not what was sealed" in line for line in place.notices)
    assert json.loads(file.read_text())["scale"] == 1.0


def test_a_run_with_a_damaged_file_is_not_reused(place: Workplace) -> None:
    first, _ = do(place)
    scores = first.folder / "scores.parquet"
    scores.write_bytes(scores.read_bytes()[:-1])
    second, reused = do(place)
    assert not reused
    assert second.folder != first.folder


def test_a_run_that_breaks_keeps_a_record_with_its_error(place: Workplace) -> None:
    broken = replace(REQUEST, options={"breaks": "true"}, allow=("B033",))
    with pytest.raises(RunFailedError, match="ZeroDivisionError: on purpose") as caught:
        do(place, broken)
    record = caught.value.run.record
    assert (record.status, record.error) == ("failed", "ZeroDivisionError: on purpose")
    assert [r.record.status for r in place.store.runs()] == ["failed"]
    assert "in fit" in (caught.value.run.folder / "traceback.txt").read_text()
    with pytest.raises(RunFailedError):
        do(place, broken)


def test_an_interrupted_run_says_so(place: Workplace) -> None:
    with pytest.raises(KeyboardInterrupt):
        do(place, replace(REQUEST, options={"interrupted": "true"}))
    assert [r.record.status for r in place.store.runs()] == ["interrupted"]


def test_scores_that_are_no_probabilities_break_the_run(place: Workplace) -> None:
    with pytest.raises(RunFailedError, match=r"outside \[0, 1\]"):
        do(place, replace(REQUEST, options={"scale": "-1"}, allow=("B034",)))


def test_permuting_the_numbers_leaves_nothing_and_reuses_the_fit(place: Workplace) -> None:
    do(place)
    done, _ = do(place, replace(REQUEST, permute="numbers"))
    assert done.record.fit_reused
    assert done.record.view("numbers") == "permuted"
    assert abs(done.metrics().estimates["auc"].value - 0.5) < 0.06


def test_permuting_what_the_model_does_not_read_changes_nothing(place: Workplace) -> None:
    plain, _ = do(place)
    done, _ = do(place, replace(REQUEST, permute="texts"))
    assert (done.scored().score == plain.scored().score).all()
    assert (done.record.view("texts"), done.record.view("numbers")) == ("-", "on")


def test_a_run_goes_on_from_the_fit_of_an_earlier_one(place: Workplace) -> None:
    first, _ = do(place)
    done, _ = do(place, replace(REQUEST, start=first.name, train_ratio="1:3"))
    assert not done.record.fit_reused
    assert done.record.options == f"from {first.name}"
    assert done.record.fit != do(place, replace(REQUEST, train_ratio="1:3"))[0].record.fit
    centre = read_fit(place, first)["centre"]
    assert read_fit(place, done)["centre"] > centre


def read_fit(place: Workplace, done: Run) -> dict[str, float]:
    return json.loads((place.home.fits / str(done.record.fit) / "model" / "cut.json").read_text())


def test_what_an_earlier_fit_was_trained_on_is_not_evaluated_on(place: Workplace) -> None:
    first, _ = do(place)
    other = place.home.root / "other.txt"
    other.write_text("4000 1")  # the very same events, now in a file that nothing is fitted on
    (place.home.data / "toy.txt").write_text("4000 2")
    of_another_file = replace(REQUEST, file=other, split="all")
    do(place, of_another_file)
    with pytest.raises(RequestError, match="were trained on"):
        do(place, replace(of_another_file, start=first.name))


def test_a_fit_that_is_gone_is_not_gone_on_from(place: Workplace) -> None:
    first, _ = do(place)
    shutil.rmtree(place.home.fits / str(first.record.fit))
    with pytest.raises(RequestError, match="its fit is gone, run it again"):
        do(place, replace(REQUEST, start=first.name))


def test_an_option_of_scoring_alone_reuses_the_fit(place: Workplace) -> None:
    first, _ = do(place)
    done, reused = do(place, replace(REQUEST, options={"offset": "0.5"}))
    assert not reused
    assert done.record.fit_reused
    assert not np.allclose(done.scored().score, first.scored().score)


def test_scores_are_judged_anew_without_the_model(place: Workplace) -> None:
    first, _ = do(place)
    shutil.rmtree(place.home.fits)
    place.notices.clear()
    done, reused = do(place, replace(REQUEST, threshold="0.9"))
    assert not reused
    assert place.notices[-1] == f"reused the scores of run {first.name}"
    assert not list(place.home.fits.glob("*"))
    assert (done.scored().score == first.scored().score).all()
    assert done.scored().threshold == 0.9
    assert done.metrics().counts != first.metrics().counts
    assert (done.folder / "history.jsonl").exists()


def test_damaged_scores_are_not_judged(place: Workplace) -> None:
    first, _ = do(place)
    with (first.folder / "scores.parquet").open("ab") as stream:
        stream.write(b"x")
    done, _ = do(place, replace(REQUEST, threshold="0.9"))
    assert "judge" in done.record.seconds
    assert "score evaluated" in done.record.seconds


def test_the_scalars_are_there_for_tensorboard_too(place: Workplace) -> None:
    done, _ = do(place)
    (events,) = (done.folder / "tensorboard").iterdir()
    assert b"loss" in events.read_bytes()
    assert f"tensorboard/{events.name}" in done.record.files


def test_a_dry_run_fits_nothing_and_shows_an_event(place: Workplace) -> None:
    parts = resolve_parts(REQUEST, place.registry)
    text = preview(parts, place.home, place.store, place.context).text
    assert "train: toy (twin) 1:1 @" in text
    assert "| mass [GeV]" in text
    assert "guards looked before the fit and found nothing" in text
    assert not place.home.fits.exists()
    assert not place.store.root.exists()


class OnTheCpu(Cut):
    """A cut that has nothing for a GPU."""

    name, uses_device = "on-the-cpu", False


def test_a_model_without_a_use_for_a_device_works_on_the_cpu_and_says_so(place: Workplace) -> None:
    place.add(OnTheCpu)
    runs = [
        do(place, replace(REQUEST, plugin="on-the-cpu", device=device))[0]
        for device in ("cuda", "cpu")
    ]
    assert place.notices.count("on-the-cpu works on the CPU only") == 1
    assert runs[0].record.fit == runs[1].record.fit
