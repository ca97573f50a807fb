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
