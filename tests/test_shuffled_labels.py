"""`--labels shuffled`: a fit from which nothing can be learned, by the same events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from toys import Workplace, events

from bench.api.errors import RequestError
from bench.data.sampling import labelled
from bench.running.pipeline import run
from bench.storage.named_runs import on_one_sample
from bench.storage.repeating import command_of
from bench.storage.request import RunRequest
from bench.storage.store import Run

REQUEST = RunRequest(plugin="cut", dataset="toy")
SHUFFLED = replace(REQUEST, labels="shuffled")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace.at(tmp_path_factory.mktemp("shuffled"))


def do(place: Workplace, request: RunRequest) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


def test_a_fit_by_shuffled_labels_is_another_one_on_the_same_events(place: Workplace) -> None:
    plain, shuffled = do(place, REQUEST).record, do(place, SHUFFLED).record
    assert plain.fit != shuffled.fit
    for role in ("train", "valid", "sample"):
        assert getattr(plain, role) == getattr(shuffled, role)
    for role in ("valid", "evaluated"):  # judged by the truth, as every run is
        one, other = (do(place, request).scored(role).y for request in (REQUEST, SHUFFLED))
        assert np.array_equal(one, other)
    assert do(place, replace(SHUFFLED, seed=1)).record.fit != shuffled.fit


def test_it_is_a_control_wherever_it_is_named(place: Workplace) -> None:
    done = do(place, SHUFFLED)
    assert done.record.status == "ok"
    assert done.record.setting == "cut, labels shuffled"
    assert command_of(done.record).endswith("--dataset toy --edition twin --labels shuffled")
    assert "labels" not in command_of(do(place, REQUEST).record)
    chance = next(v for v in done.record.verdicts if v.code == "B062")
    assert "a control: labels shuffled" in chance.skipped
    (plain,) = on_one_sample(place.store, ["cut"])
    assert {run.record.labels for run in plain.runs} == {"truth"}


def test_it_is_no_fit_to_go_on_with() -> None:
    with pytest.raises(RequestError, match="for fits by the truth alone"):
        replace(SHUFFLED, start="20261127T00").demand_sound()


def test_each_event_takes_the_weight_of_its_new_label() -> None:
    table = events(500, 3)
    table = replace(table, weights=np.where(table.y == 1, 1.0, 7.0))
    made = labelled(table, "shuffled", 5)
    assert np.array_equal(made.ids, table.ids)
    assert made.y.sum() == table.y.sum()
    assert 100 < (made.y != table.y).sum() < 400
    assert np.array_equal(made.weights, np.where(made.y == 1, 1.0, 7.0))
    assert np.array_equal(made.y, labelled(table, "shuffled", 5).y)
    assert not np.array_equal(made.y, labelled(table, "shuffled", 6).y)
