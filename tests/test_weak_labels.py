"""`--labels data`: a fit of data against a reference, which never sees which events are signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toys import Workplace, events

import bench
from bench.api.errors import BenchError, RequestError
from bench.comparison.table import compare
from bench.data.weak import draw_weak
from bench.exporting.card import _purpose
from bench.plan.plan import Planner
from bench.report.event_sets import event_sets
from bench.report.searches import searches
from bench.report.sections.regret import OF_DATA, _above
from bench.running.pipeline import run
from bench.running.study import read_study
from bench.storage.named_runs import on_one_sample
from bench.storage.region import Region
from bench.storage.repeating import command_of
from bench.storage.request import RunRequest
from bench.storage.store import Run
from bench.storage.weak import WeakRequest

WIDE = Region("mass", -10, 10)
WEAK = RunRequest(plugin="cut", dataset="toy", labels="data", inject=240, region=str(WIDE))
ALL: Mapping[str, int | None] = {"train": None, "valid": None}
TRUTH = replace(WEAK, labels="truth", inject=None)
SIDES = replace(WEAK, region="mass=0:2", against="sidebands")


@dataclass(frozen=True)
class HiddenMass(bench.Encoder):
    """The second feature alone, which does not go with the first one."""

    name = "hidden-mass"
    produces = frozenset({"numbers"})

    def encode(self, table: bench.Table, learned: Any) -> dict[str, np.ndarray]:
        return {"numbers": table.x[:, 1:]}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    made = Workplace.at(tmp_path_factory.mktemp("weak"))
    made.add(HiddenMass)
    return made


def do(place: Workplace, request: RunRequest) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


def truth(ids: np.ndarray) -> np.ndarray:
    """The true labels of events of the toy."""
    whole = events(4000, 1)
    place = np.argsort(whole.ids)
    return whole.y[place[np.searchsorted(whole.ids[place], ids)]]


def request(inject: int, against: str = "region", region: Region = WIDE) -> WeakRequest:
    return WeakRequest(region, inject, against, 0)


def test_data_hold_the_injected_signal_and_the_reference_none() -> None:
    table = events(4000, 1)
    drawn = draw_weak(table, request(240), ALL)
    injected = {split: int((one.data & (one.events.y == 1)).sum()) for split, one in drawn.items()}
    assert sum(injected.values()) == 240
    assert injected["train"] == pytest.approx(200, abs=12)  # by the background of the two splits
    for one in drawn.values():
        assert not one.events.y[~one.data].any()
        assert np.array_equal(one.labelled.y, one.data)
        background = one.events.y == 0
        assert 0.4 < one.data[background].mean() < 0.6
    used = [one.events.ids for one in drawn.values()]
    assert not np.intersect1d(*used).size


def test_all_background_of_the_split_is_one_or_the_other_and_stays_so() -> None:
    table = events(4000, 1)
    drawn = draw_weak(table, request(0), ALL)["train"]
    inside = bench.rows_in(table, "train") & (table.y == 0)
    assert np.array_equal(np.sort(table.ids[inside]), drawn.events.ids)
    fewer = draw_weak(table, request(0), {"train": 200, "valid": None})["train"]
    assert len(fewer.events) == 200
    data = set(drawn.events.ids[drawn.data])
    assert set(fewer.events.ids[fewer.data]) < data
    more = draw_weak(events(8000, 1), request(0), ALL)["train"]
    assert len(more.events) > len(drawn.events)


def test_more_signal_holds_less_and_each_seed_draws_its_own() -> None:
    table = events(4000, 1)

    def injected(count: int, seed: int) -> set[int]:
        one = draw_weak(table, replace(request(count), seed=seed), ALL)["train"]
        return set(one.events.ids[one.data & (one.events.y == 1)].tolist())

    assert injected(60, 0) < injected(240, 0)
    assert injected(60, 0) != injected(60, 1)


def test_sidebands_are_half_as_wide_on_both_sides_and_have_signal_at_its_proportion() -> None:
    low, high = request(120, "sidebands", Region("mass", 0, 2)).sidebands
    assert (low.low, low.high, high.low, high.high) == (-1, 0, 2, 3)
    table = events(4000, 1)
    one = draw_weak(table, request(120, "sidebands", Region("mass", 0, 2)), ALL)["train"]
    mass, signal = one.events.column("mass"), one.events.y == 1
    assert ((mass >= 0) & (mass < 2))[one.data].all()
    beside = mass[~one.data]
    assert (((beside >= -1) & (beside < 0)) | ((beside >= 2) & (beside < 3))).all()
    share = signal[~one.data].sum() / signal[one.data].sum()
    train = table.take(np.flatnonzero(bench.rows_in(table, "train") & (table.y == 1)))
    of_signal = train.column("mass")
    natural = ((of_signal >= 2) & (of_signal < 3)).sum() / (
        (of_signal >= 0) & (of_signal < 2)
    ).sum()
    assert share == pytest.approx(natural, rel=0.1)


def test_the_fit_sees_no_truth_and_the_run_is_judged_by_it(place: Workplace) -> None:
    done = do(place, WEAK)
    record = done.record
    assert record.status == "ok"
    assert record.sample == do(place, replace(WEAK, inject=0)).record.sample
    assert np.array_equal(done.scored().y, truth(done.events()))
    weak, true = done.scored("valid").y, truth(done.events("valid"))
    assert weak.sum() == record.valid.data
    assert (weak & true).sum() == record.valid.injected == true.sum()
    assert not np.intersect1d(done.events(), done.events("valid")).size
    assert (record.train.ratio, record.valid.ratio) == ("data:region", "data:region")
    assert record.train.injected + record.valid.injected == 240
    assert record.train.size == f"data:region @{record.train.data}+" + str(
        record.train.signal + record.train.background - record.train.data
    )


def test_the_setting_is_in_every_name(place: Workplace) -> None:
    done = do(place, WEAK)
    assert done.record.setting == "cut, labels data, region mass=-10:10, inject 240"
    assert done.record.search == "cut, labels data, region mass=-10:10"
    assert command_of(done.record).endswith("--region mass=-10:10 --labels data --inject 240")
    none = do(place, replace(WEAK, inject=0))
    assert none.record.setting.endswith("inject 0")
    assert command_of(none.record).endswith("--inject 0")
    supervised = do(place, replace(WEAK, labels="truth", inject=None))
    (sets,) = event_sets([done, none, supervised])
    assert len(sets.settings) == 3
    (plain,) = on_one_sample(place.store, [supervised.name])
    assert {one.record.labels for one in plain.runs} == {"truth"}


def test_a_comparison_says_that_its_decisions_say_nothing(place: Workplace) -> None:
    weak, truth = (do(place, r) for r in (WEAK, replace(WEAK, labels="truth", inject=None)))
    assert "decisions at 0.5" in compare(weak, truth)
    assert "decisions at 0.5" not in compare(
        truth, do(place, replace(WEAK, labels="truth", inject=None, seed=1))
    )


def test_its_score_is_nowhere_called_a_probability_of_signal(place: Workplace) -> None:
    weak, truth = (do(place, r) for r in (WEAK, replace(WEAK, labels="truth", inject=None)))
    assert _purpose(weak.record).startswith("P(data) of a collision event")
    assert "it calls data what scores" in _purpose(weak.record)
    assert _purpose(truth.record).startswith("P(signal) of a collision event")
    assert (_above(weak, weak).value, _above(weak, weak).note) == (None, OF_DATA)
    assert _above(truth, truth).value == 0


def test_it_is_another_fit_for_each_number_and_reference(place: Workplace) -> None:
    requests = [WEAK, replace(WEAK, inject=0), replace(WEAK, labels="truth", inject=None)]
    fits = {do(place, request).record.fit for request in requests}
    assert len(fits) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"region": None}, "--labels data: no --region; say where"),
        ({"inject": None}, "--labels data: no --inject; say how many"),
        ({"inject": -1}, "--inject -1: wanted a number"),
        ({"inject": 5000}, r"--inject 5000: \d+ of them go into the train split, which has \d+"),
        ({"labels": "truth"}, "--inject is of --labels data"),
        ({"labels": "shuffled"}, "--inject is of --labels data"),
        ({"labels": "truth", "inject": None, "against": "sidebands"}, "--against is of --labels"),
        ({"start": "20261127T00"}, "--from is for fits by the truth alone"),
        ({"train_ratio": "1:3"}, "--train-ratio 1:3: --labels data takes what is"),
        ({"region": "mass=-9:-3"}, "background events for data|the test split has 0 signal"),
    ],
)
def test_what_cannot_be_is_refused(place: Workplace, change: dict, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        do(place, replace(WEAK, **change))


def test_sidebands_are_refused_where_the_model_reads_their_column(place: Workplace) -> None:
    with pytest.raises(BenchError, match="encoder numbers gives the model mass, and the sidebands"):
        do(place, replace(SIDES, inject=60))
    done = do(place, replace(SIDES, inject=60, encoders=("hidden-mass",)))
    assert done.record.train.ratio == "data:sidebands"
    assert "against sidebands" in done.record.setting
    only = do(place, replace(SIDES, inject=60, options={"only": "noise"}))
    assert np.array_equal(only.scored().score, done.scored().score)
    with pytest.raises(BenchError, match="no column 'nois'"):
        do(place, replace(SIDES, inject=60, options={"only": "nois"}))


def test_the_width_of_sidebands_is_chosen_and_shown(place: Workplace) -> None:
    usual = replace(SIDES, inject=60, encoders=("hidden-mass",))
    wide = replace(usual, sidebands="-2.0:2.5")
    assert wide.sidebands == "-2:2.5"
    low, high = wide.weak.sidebands
    assert (low.low, low.high, high.low, high.high) == (-2, 0, 2, 2.5)
    drawn = draw_weak(events(4000, 1), wide.weak, ALL)["train"]
    beside = drawn.events.column("mass")[~drawn.data]
    assert (((beside >= -2) & (beside < 0)) | ((beside >= 2) & (beside < 2.5))).all()
    done, other = do(place, wide), do(place, usual)
    assert done.record.fit != other.record.fit
    assert done.record.train.ratio == done.record.valid.ratio == "data:sidebands=-2:2.5"
    assert other.record.train.ratio == "data:sidebands"
    assert done.record.setting.endswith("against sidebands, sidebands -2:2.5")
    assert "sidebands -2" not in other.record.setting
    assert done.record.search != other.record.search
    assert command_of(done.record).endswith("--against sidebands --sidebands -2:2.5")
    truth = replace(TRUTH, region="mass=0:2", encoders=("hidden-mass",))
    (cut,) = searches(event_sets([done, do(place, truth)])[0])
    assert cut.supervised


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"against": "region"}, "--sidebands is of --against sidebands"),
        ({"labels": "truth", "against": "region", "inject": None}, "--sidebands is of --against"),
        ({"sidebands": ""}, "--sidebands is empty"),
        ({"sidebands": "0.5"}, "--sidebands 0.5: wanted LOW:HIGH, the outer edges"),
        ({"sidebands": "nan:3"}, "--sidebands nan:3: LOW and HIGH are no numbers"),
        ({"sidebands": "3:-1"}, "--sidebands 3:-1: LOW is not below HIGH"),
        ({"sidebands": "0:3"}, "--sidebands 0:3: wanted LOW below mass=0:2 and HIGH above it"),
        ({"sidebands": "-1:2"}, "wanted LOW below mass=0:2 and HIGH above it"),
        ({"region": "mass=4:9", "sidebands": "3:99"}, "--sidebands mass=9:99: none of 4000"),
    ],
)
def test_sidebands_that_are_none_are_refused(place: Workplace, change: dict, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        do(place, replace(SIDES, **{"inject": 60, "sidebands": "-1:3", **change}))


@pytest.mark.parametrize("labels", ["data", "shuffled"])
def test_a_fit_by_the_truth_goes_on_from_no_other_labels(place: Workplace, labels: str) -> None:
    inject = 60 if labels == "data" else None
    first = do(place, replace(WEAK, labels=labels, inject=inject))
    with pytest.raises(RequestError, match=f"it was fitted by labels {labels}, which is another"):
        do(place, replace(TRUTH, start=first.name))
    assert do(place, replace(TRUTH, start=do(place, TRUTH).name)).record.status == "ok"


def test_studies_list_numbers_of_signal_events_and_plans_know_them(
    place: Workplace, tmp_path: Path
) -> None:
    file = tmp_path / "study.toml"
    file.write_text(
        '[[runs]]\nplugin = "cut"\ndataset = "toy"\nregion = "mass=-10:10"\n'
        'labels = "data"\ninject = [0, 240]\nseeds = [0, 1]\n'
    )
    requests = read_study(file).runs
    assert [(one.inject, one.seed) for one in requests] == [(0, 0), (0, 1), (240, 0), (240, 1)]
    assert requests[2] == WEAK
    tools = (place.registry, place.home, place.store, place.context)
    done = do(place, WEAK)
    plan = Planner(*tools).plan(requests)[2]
    assert plan.cached == "run"
    assert plan.title == done.record.title
    file.write_text(file.read_text().replace("[0, 240]", '"many"'))
    with pytest.raises(RequestError, match="inject: wanted a whole number"):
        read_study(file)
