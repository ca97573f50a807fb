"""Requests that make no sense are refused before any work, by what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from toys import Cut, Workplace

from bench.api.errors import BenchError, RequestError
from bench.data.encode import demand_views
from bench.encoders.numbers import Numbers
from bench.running.pipeline import run
from bench.storage.request import RunRequest

REQUEST = RunRequest(plugin="cut", dataset="toy")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"plugin": "cutt"}, "did you mean cut"),
        ({"dataset": "toys"}, "did you mean toy"),
        ({"encoders": ("number",)}, "did you mean numbers"),
        ({"options": {"scal": "1"}}, "did you mean scale"),
        ({"options": {"dataset.scale": "1"}}, "no option"),
        ({"without": "numbers"}, "cannot score without"),
        ({"permute": "number"}, "did you mean numbers"),
        ({"start": "nothing"}, "no run called"),
        ({"permute": "numbers", "without": "numbers"}, "two controls"),
        ({"ratio": "1:x"}, "class ratio"),
        ({"device": "gpu"}, "wanted cpu, cuda"),
        ({"device": "cuda"}, "--device cuda: it has no such device"),
        ({"split": "train"}, "were trained on"),
        ({"split": "all"}, "were trained on"),
        ({"split": "valid"}, "were used to stop"),
        ({"events": 10**6}, r"the test split has .*; at most \d+ can be had"),
        ({"train_events": 0}, "wanted at least 1, or all"),
        ({"valid_events": 99}, "99 valid events: wanted at least 100, as fewer choose the weights"),
        ({"valid_events": 10**6}, r"the valid split has .*; at most \d+ can be had"),
        ({"events": -1}, "wanted at least 1, or all"),
        ({"train_ratio": "0:1"}, "class ratio"),
        ({"file": Path("nowhere.txt")}, "is not there"),
    ],
)
def test_a_bad_request_is_refused_before_anything_is_stored(
    tmp_path: Path, change: dict, message: str
) -> None:
    place = Workplace.at(tmp_path)
    with pytest.raises(BenchError, match=message):
        run(replace(REQUEST, **change), place.registry, place.home, place.store, place.context)
    assert not list(place.store.runs())


def test_views_that_do_not_fit_are_refused() -> None:
    class Others(Numbers):
        name = "others"
        produces = frozenset({"others"})

    with pytest.raises(RequestError, match="others gives others, which cut does not read"):
        demand_views(Cut(), [Numbers(), Others()])
    with pytest.raises(RequestError, match="cut reads 'numbers', which no encoder gives"):
        demand_views(Cut(), [])
    with pytest.raises(RequestError, match="given by both numbers and numbers"):
        demand_views(Cut(), [Numbers(), Numbers()])


def test_all_events_are_no_other_run_where_the_usual_ones_are_all(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    tools = (place.registry, place.home, place.store, place.context)
    done, _ = run(replace(REQUEST, train_events="all", events="all"), *tools)
    (stored,) = place.store.runs()
    assert (stored.record.request["train_events"], stored.record.request["events"]) == (
        "all",
        "all",
    )
    assert stored.record.setting == "cut, train events all"
    again, reused = run(REQUEST, *tools)
    assert (again.name, reused) == (done.name, True)


def test_fewer_valid_events_are_a_part_of_the_usual_ones_at_their_ratio(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    tools = (place.registry, place.home, place.store, place.context)
    usual, _ = run(replace(REQUEST, train_ratio="1:3"), *tools)
    few, _ = run(replace(REQUEST, train_ratio="1:3", valid_events=120), *tools)
    assert (few.record.valid.signal, few.record.valid.background) == (30, 90)
    assert set(few.events("valid")) < set(usual.events("valid"))
    assert few.record.setting == "cut, train ratio 1:3, valid events 120"
    assert few.record.train == usual.record.train
    every, reused = run(replace(REQUEST, train_ratio="1:3", valid_events="all"), *tools)
    assert (every.name, reused) == (usual.name, True)


def test_a_number_is_one_setting_however_it_is_spelled(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    tools = (place.registry, place.home, place.store, place.context)
    spelled = [replace(REQUEST, options={"offset": word}) for word in ("5e-1", "0.50", ".5")]
    runs = [run(request, *tools) for request in spelled]
    assert {done.record.setting for done, _ in runs} == {"cut, offset=0.5"}
    assert [reused for _, reused in runs] == [False, True, True]
    words = {"name": "v1.2.3", "base": "1e3/model", "far": "1e400"}
    assert dict(replace(REQUEST, options=words).options) == words
