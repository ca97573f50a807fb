"""Looks at the valid split: which one a run scores, and what a report shows over a training."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from test_learning import FittedSum, section
from test_report import rows
from toys import Cut, Workplace

import bench
from bench.api.errors import RefusedError, RequestError
from bench.cli.main import main
from bench.metrics.format import figure
from bench.plan.page import page as plan_page
from bench.plan.plan import Planner
from bench.report.drawing.learning import learning
from bench.report.drawing.styles import Styles
from bench.report.event_sets import EventSet, event_sets
from bench.report.page import write_report
from bench.report.training import Trained, over_trainings, without_other_looks
from bench.running.judging import _alike
from bench.running.pipeline import run
from bench.running.study import read_study
from bench.storage.request import RunRequest
from bench.storage.store import Run

NOISE, AUCS, SEEN = (3.0, 0.1, 1.0), (0.6, 0.9, 0.8), (100, 200, 300)
"""At three looks: noise in the scores, AUC on the valid split, events seen."""
SIZE = 4e6


@dataclass(frozen=True)
class FittedLooker(FittedSum):
    """The best of its looks; what each of them was is kept beside it."""

    def save(self, folder: Path) -> None:
        super().save(folder)
        (folder / "looks.json").write_text(json.dumps(NOISE))


@dataclass(frozen=True)
class Looker(Cut):
    """A cut whose noise is another at each of three looks."""

    name = "looker"
    scoring = frozenset({"offset", "look"})
    layers: tuple[str, ...] = ("first",)
    """Nothing; a list once it is in a record."""
    looks: str = "best"
    """Which looks are kept."""
    look: str = "best"
    """Which one scores."""

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedLooker:
        for step, (auc, seen) in enumerate(zip(AUCS, SEEN, strict=True), 1):
            context.log(step, {"valid_auc": auc + context.seed / 100, "events": float(seen)})
        return FittedLooker(super().fit(train, valid, context), NOISE[1])

    def load(self, folder: Path, context: bench.Context) -> FittedLooker:
        looks = json.loads((folder / "looks.json").read_text())
        place = {"best": 1, "last": len(looks) - 1}.get(self.look)
        number = int(self.look) - 1 if place is None else place
        if number >= len(looks):
            raise bench.RequestError(f"look={self.look}: this fit has {len(looks)} looks")
        return FittedLooker(super().load(folder, context), looks[number])

    def fit_size(self, inputs: bench.Inputs, context: bench.Context) -> float | None:
        return SIZE if self.looks == "all" else None


EVERY = RunRequest(
    plugin="looker", dataset="toy", ratio="1:1", train_events=200, options={"looks": "all"}
)
REQUESTS = [
    *(replace(EVERY, look=look, seed=seed) for seed in (0, 1) for look in ("1", "2", "3", "best")),
    replace(EVERY, look="1", permute="numbers"),
    replace(EVERY, plugin="cut", options={}),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("looks") / "place")
    place.add(Looker)
    for request in REQUESTS:
        do(place, request)
    return place


def do(place: Workplace, request: RunRequest) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


@pytest.fixture
def events(place: Workplace) -> EventSet:
    (events,) = event_sets(list(place.store.runs()))
    return events


def trained(events: EventSet, seed: int = 0) -> Trained:
    (one,) = [one for one in over_trainings(events) if one.title.endswith(f"seed {seed}")]
    return one


def test_one_fit_serves_all_looks_and_each_has_scores_of_its_own(place: Workplace) -> None:
    looks = [do(place, replace(EVERY, look=look)) for look in ("1", "2", "3")]
    assert len({one.record.fit for one in looks}) == 1
    assert [one.record.fit_reused for one in looks] == [False, True, True]
    assert len({one.record.values for one in looks}) == 3
    assert [one.record.setting for one in looks] == [
        f"looker, looks=all, train events 200, look {number}" for number in (1, 2, 3)
    ]
    best = do(place, replace(EVERY, look="best"))
    assert best.record.setting == "looker, looks=all, train events 200"
    assert best.name == do(place, EVERY).name


def test_a_look_may_be_said_as_an_option_but_not_twice(place: Workplace) -> None:
    numbered = do(place, replace(EVERY, look="3"))
    for name in ("look", "model.look"):
        said = replace(EVERY, options={"looks": "all", name: "3"})
        assert do(place, said).name == numbered.name
    with pytest.raises(RequestError, match="--look 2 beside --set look=3"):
        do(place, replace(EVERY, look="2", options={"looks": "all", "look": "3"}))


def test_a_look_that_is_not_kept_is_refused_without_a_record(place: Workplace) -> None:
    before = len(list(place.store.runs()))
    with pytest.raises(RequestError, match="--look 1: cut keeps no looks"):
        do(place, replace(EVERY, plugin="cut", options={}, look="1"))
    with pytest.raises(RefusedError, match="looker: look=9: this fit has 3 looks"):
        do(place, replace(EVERY, look="9"))
    assert len(list(place.store.runs())) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gbt", "--look", "1"], "--look 1: gbt keeps no looks"),
        (["llm-nfa", "--look", "3"], "a fit keeps the best look alone without looks=all"),
        (["llm-nfa", "--look", "last"], "a fit keeps the best look alone without looks=all"),
        (["llm-nfa", "--set", "looks=all", "--look", "5"], "has 4 looks at most"),
        (["llm-nfa", "--set", "looks=all", "--look", "worst"], "wanted best, last or a number"),
    ],
)
def test_the_command_line_refuses_a_look_in_one_line(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "run", "--dataset", "rd", "--plugin", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_study_lists_looks(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(
        '[[runs]]\nplugin = "looker"\ndataset = "toy"\nseeds = [0, 1]\nlook = [1, "best"]\n'
    )
    runs = [(request.seed, request.look) for request in read_study(file).runs]
    assert runs == [(0, "1"), (0, "best"), (1, "1"), (1, "best")]
    file.write_text('[[runs]]\nplugin = "looker"\ndataset = "toy"\nlook = [1, 2, 1]\n')
    with pytest.raises(RequestError, match="run 1: look: 1 is there twice"):
        read_study(file)


def test_the_same_weights_by_two_names_are_no_finding_but_two_looks_are(place: Workplace) -> None:
    best = do(place, replace(EVERY, look="best"))
    second = do(place, replace(EVERY, look="2"))
    assert best.record.values == second.record.values
    usual = do(place, replace(EVERY, options={}))
    for one in (best, second, usual):
        assert [v for v in one.record.verdicts if v.code == "B063" and v.findings] == []
    one, other = ({"looker": {"look": look}} for look in ("1", "3"))
    assert _alike(one, one)
    assert not _alike(one, other)


def test_a_plan_says_what_all_looks_take(place: Workplace) -> None:
    planner = Planner(place.registry, place.home, place.store, place.context)
    more = replace(EVERY, train_events=300)
    (plan,) = planner.plan([more])
    assert plan.fit_size == SIZE < plan.costs.disk < 2 * SIZE
    assert "4.0 MB at most for the weights" in plan_page([plan], [])
    (plan,) = planner.plan([replace(more, options={})])
    assert plan.fit_size is None
    assert "looks" not in plan_page([plan], [])


def test_a_training_holds_the_looks_of_one_fit_with_what_was_seen(events: EventSet) -> None:
    assert [one.title for one in over_trainings(events)] == [
        f"looker, looks=all, train events 200, seed {seed}" for seed in (0, 1)
    ]
    for seed in (0, 1):
        looks = trained(events, seed).looks
        assert [(look.number, look.events, look.best) for look in looks] == [
            (1, 100, False), (2, 200, True), (3, 300, False)
        ]  # fmt: skip
        assert {look.run.record.seed for look in looks} == {seed}


def test_the_figure_has_a_line_with_bars_by_events_and_a_star_at_the_best(
    events: EventSet,
) -> None:
    one = trained(events)
    style = Styles.of([[one.setting]])[one.setting]
    styled = [(style, one.curve(by_events=True))]
    panels = learning(styled, events, "events seen", "linear").axes
    for axes, name in zip(panels, ("auc", "max_sic"), strict=True):
        estimates = [look.run.metrics().estimates[name] for look in one.looks]
        assert axes.lines[0].get_xdata() == pytest.approx(SEEN)
        assert axes.lines[0].get_ydata() == pytest.approx([e.value for e in estimates])
        stars = [line for line in axes.lines if line.get_marker() == "*"]
        assert [float(star.get_xdata()[0]) for star in stars] == [200.0]
        bars = [c.get_segments()[0][:, 1] for c in axes.collections if len(c.get_paths()) == 1]
        ends = np.array([bar for bar in bars if not np.isnan(bar).any()])
        assert ends == pytest.approx(np.array([[e.low, e.high] for e in estimates]))
        assert (axes.get_xlabel(), axes.get_xscale()) == ("events seen", "linear")
    assert list(one.curve(by_events=False).points) == [1, 2, 3]


def test_the_report_has_a_row_a_look_and_tells_apart_the_chosen_one_alone(
    place: Workplace, events: EventSet, tmp_path: Path
) -> None:
    page = write_report(list(place.store.runs()), tmp_path, blank=True).read_text()
    lines = rows(section(page, "Over the training: toy (twin), test 1:1"))
    one = [line for line in lines if line["model"].startswith(trained(events).title)]
    assert [line["look"] for line in one] == ["look 1", "look 2 (best)", "look 3"]
    assert [line["events seen"] for line in one] == ["100", "200", "300"]
    assert [line["AUC"] for line in one] == [
        figure(look.run.metrics().estimates["auc"]) for look in trained(events).looks
    ]
    assert "was chosen there; nobody chose one on the events shown here" in page
    (picture,) = (tmp_path / "figures").glob("training-toy-*.png")
    assert f"figures/{picture.name}" in page
    titles = {
        setting.title for setting in without_other_looks(events, over_trainings(events)).settings
    }
    assert titles == {
        "looker, looks=all",
        "looker, looks=all, numbers permuted, look 1, seed 0",
        "cut, seed 0",
        *({"looker, seed 0"} & titles),
    }
    options = [line["options"] for line in rows(section(page, "All runs"))]
    assert options.count("looks=all, look 3") == 2


def test_a_fit_at_one_look_has_no_section(place: Workplace, tmp_path: Path) -> None:
    runs = [one for one in place.store.runs() if one.record.request.get("look") in (None, "1")]
    few = [one for one in runs if one.record.permuted or one.record.plugin == "cut"]
    (events,) = event_sets(few)
    assert over_trainings(events) == []
    assert without_other_looks(events, []) == events
    assert "Over the training" not in write_report(few, tmp_path, blank=True).read_text()
