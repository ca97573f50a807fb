"""A plan: what is there, what it costs by past runs, how wide intervals will be, which sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from test_cli import bench, refused
from test_report import rows
from toys import Cut, FittedCut, Workplace

from bench import Context, Inputs
from bench.api.errors import RequestError
from bench.cli.plan import command
from bench.plan.page import page
from bench.plan.plan import Plan, Planner
from bench.running.pipeline import run
from bench.storage.archive import pack
from bench.storage.report_contents import PLAIN
from bench.storage.request import RunRequest
from bench.storage.store import RECORD, Run, Store

REQUEST = RunRequest(plugin="cut", dataset="toy")
FRESH = replace(REQUEST, seed=1)


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace.at(tmp_path)


def planned(place: Workplace, *requests: RunRequest, packed: Store | None = None) -> list[Plan]:
    planner = Planner(place.registry, place.home, place.store, place.context, packed)
    return planner.plan(requests)


def one(place: Workplace, request: RunRequest = REQUEST) -> Plan:
    return planned(place, request)[0]


def do(place: Workplace, request: RunRequest = REQUEST) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


def rewrite(done: Run, **changes: object) -> None:
    """Change what a run's record says, as if it had been another run."""
    record = replace(done.record, **changes)
    (done.folder / RECORD).write_bytes(msgspec.json.encode(record))


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_there_is_said_and_costs_nothing(place: Workplace) -> None:
    assert one(place).cached == "nothing"
    do(place)
    again = one(place)
    assert (again.cached, again.costs.seconds, again.costs.disk) == ("run", 0.0, 0.0)
    fit = one(place, replace(REQUEST, ratio="1:10", events=220))
    assert (fit.cached, fit.need.train, fit.need.evaluated) == ("fit", 0, 220)
    judged = one(place, replace(REQUEST, threshold="0.6"))
    assert (judged.cached, judged.need.scored, judged.need.written > 0) == ("scores", 0, True)
    fresh = one(place, FRESH)
    assert (fresh.cached, fresh.need.train > 1000, fresh.tokens) == ("nothing", True, None)


def test_a_damaged_fit_is_not_there(place: Workplace) -> None:
    done = do(place)
    (place.home.fits / str(done.record.fit) / "model" / "cut.json").write_text("{}")
    assert one(place, replace(REQUEST, ratio="1:10")).cached == "nothing"


def test_a_plan_fits_nothing_and_stores_nothing(place: Workplace) -> None:
    one(place)
    assert not place.store.root.exists()
    do(place)
    before = everything(place.store.root), everything(place.home.fits)
    planned(place, REQUEST, FRESH, replace(REQUEST, ratio="1:10"))
    assert (everything(place.store.root), everything(place.home.fits)) == before


def test_what_an_earlier_run_of_a_study_leaves_is_not_counted_twice(place: Workplace) -> None:
    study = [replace(REQUEST, ratio="1:10"), REQUEST, replace(REQUEST, threshold="0.6"), REQUEST]
    plans = planned(place, *study)
    assert [(p.cached, p.by) for p in plans] == [
        *(("nothing", None), ("fit", 1), ("scores", 2), ("run", 2))
    ]
    train = plans[0].need.train
    assert f": {train} events to train on" in page(plans, [place.store.root])


def test_a_mistake_in_the_last_run_is_told_before_any_work(place: Workplace) -> None:
    with pytest.raises(RequestError, match="no plugin 'cutt'"):
        planned(place, REQUEST, replace(REQUEST, plugin="cutt"))
    assert not place.notices


def test_time_and_disk_are_those_of_past_runs_by_their_events(place: Workplace) -> None:
    unknown = one(place).costs
    assert (unknown.seconds, unknown.disk, unknown.basis) == (None, None, "no past run of cut")
    done = do(place)
    train, scored = one(place, FRESH).need.train, one(place, FRESH).need.scored
    seconds = {"events": 1.0, "fit": train * 0.5, "score valid": 0.0, "judge": 2.0}
    rewrite(done, seconds={**seconds, "score evaluated": scored * 0.25})
    for events in (200, 1000):
        plan = one(place, replace(FRESH, train_events=events))
        assert plan.costs.seconds == pytest.approx(3 + 0.5 * events + 0.25 * scored)
        assert plan.costs.basis == "as in a run with these options"
        assert plan.costs.disk is not None
    assert one(place, replace(REQUEST, threshold="0.6")).costs.seconds == pytest.approx(3)
    other = one(place, replace(REQUEST, options={"scale": "2.0"})).costs
    assert other.basis == "as in a run with other options"
    assert one(place, replace(FRESH, device="cuda")).costs.basis == "no past run of cut"
    rewrite(done, fit_reused=True)
    costs = one(place, FRESH).costs
    assert (costs.seconds, "no past run of cut shows: fit" in costs.basis) == (None, True)


def test_time_is_that_of_the_runs_whose_options_are_likest(place: Workplace) -> None:
    for number, options in enumerate(({"scale": "2.0"}, {"scale": "2.0", "breaks": "false"})):
        near = do(place, replace(FRESH, options=options, seed=number))
        rewrite(near, seconds={"events": 1.0, "fit": 10.0, "score evaluated": 0.0, "judge": 0.0})
    far = do(place, replace(FRESH, options={"scale": "2.0", "offset": "0.25"}, seed=2))
    rewrite(far, seconds={"events": 1.0, "fit": 900.0, "score evaluated": 0.0, "judge": 0.0})
    costs = one(place, replace(FRESH, options={"scale": "3.0"}, seed=3)).costs
    assert costs.seconds == pytest.approx(11.0)
    assert costs.basis == "as in 2 runs with other options"


@dataclass(frozen=True)
class Looking(Cut):
    """A cut that looks at the valid split four times."""

    name = "looking"
    epochs: int = 1
    """Passes over the train events."""

    def fit(self, train: Inputs, valid: Inputs, context: Context) -> FittedCut:
        for step in range(1, 5):
            context.log(step, {"valid_auc": 0.9})
        return super().fit(train, valid, context)


def test_looks_at_the_valid_split_are_told_apart_from_the_training(place: Workplace) -> None:
    place.add(Looking)
    request = replace(REQUEST, plugin="looking")
    done = do(place, request)
    need = one(place, replace(request, seed=1)).need
    seconds = {"events": 1.0, "judge": 2.0, "score valid": need.valid * 0.25}
    seconds |= {"score evaluated": need.evaluated * 0.25}
    rewrite(done, seconds={**seconds, "fit": need.train * 0.5 + 4 * seconds["score valid"]})
    small = replace(request, seed=1, train_events=200, valid_events=100)
    rest = 3 + 0.25 * (100 + need.evaluated)
    assert one(place, small).costs.seconds == pytest.approx(rest + 200 * 0.5 + 4 * 100 * 0.25)
    more = one(place, replace(small, options={"epochs": "3"})).costs
    assert more.seconds == pytest.approx(rest + 3 * (200 * 0.5 + 4 * 100 * 0.25))
    assert more.basis == "as in a run with other options"
    rewrite(done, seconds={**seconds, "fit": need.train * 0.01})  # looks that are no whole scoring
    assert one(place, small).costs.seconds == pytest.approx(rest + 200 * 0.01)


def test_tokens_are_counted_of_a_few_and_scaled_to_what_is_read(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    def count(self: Cut, inputs: object, context: object) -> np.ndarray:
        counted.append(len(inputs))  # type: ignore[arg-type]
        return np.full(len(inputs), 7)  # type: ignore[arg-type]

    monkeypatch.setattr(Cut, "count_tokens", count)
    plans = planned(place, FRESH, replace(FRESH, permute="numbers"))
    assert [plan.tokens for plan in plans] == [
        7 * (plan.need.train + plan.need.scored) for plan in plans
    ]
    assert counted == [256, 256]  # of either sample, once
    do(place)
    assert one(place).tokens == 0


@pytest.mark.parametrize("change", [{}, {"scale": "0.2", "offset": "1.0"}])
def test_what_is_proposed_can_be_asked_for(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    monkeypatch.setattr("bench.plan.plan.RARE", 1.0)
    do(place, replace(REQUEST, options=change))
    request = replace(REQUEST, ratio="1:10", events=300, options=change)
    plan = one(place, request)
    for choice in plan.choices:
        again = replace(request, ratio=choice.ratio, events=choice.events)
        sample = one(place, again).sample
        assert (sample.signal, sample.background) == (choice.signal, choice.background)
    text = page([plan], [place.store.root])
    assert f"times narrower than asked for: {plan.choices[0].options}" in text
    assert "is as good as any" in page([one(place, again_best(request, plan))], [place.store.root])
    several = planned(place, again_best(request, plan), replace(FRESH, options=change))
    assert "No sample of as many events as toy (twin)" in page(several, [place.store.root])


def again_best(request: RunRequest, plan: Plan) -> RunRequest:
    return replace(request, ratio=plan.choices[0].ratio, events=plan.choices[0].events)


def test_widths_are_by_the_past_run_that_is_most_alike(place: Workplace) -> None:
    assert one(place).power.basis.startswith("assumed: a binormal classifier of AUC 0.95")
    worse = do(place, replace(REQUEST, options={"scale": "5.0"}))
    assert one(place).power.basis == f"as run {worse.name}, which had other options"
    done = do(place)
    do(place, replace(REQUEST, permute="numbers"))
    expected = one(place, FRESH)
    assert expected.power.basis == f"as run {done.name}"
    assert expected.power.area == pytest.approx(done.metrics().estimates["auc"].value)
    strict = one(place, replace(FRESH, threshold="fpr=0.01")).power
    assert (strict.leaked < 0.03, expected.power.leaked > 0.1) == (True, True)


def test_one_plan_is_a_few_lines_and_many_are_a_table_with_totals(place: Workplace) -> None:
    assert "(no past run of cut)" in page([one(place)], [place.store.root])
    do(place)
    permuted = replace(REQUEST, permute="numbers")
    text = page(planned(place, REQUEST, FRESH, permuted), [place.store.root])
    assert [(row["model"], row["there"]) for row in rows(text)] == [
        ("cut, seed 0", "run"),
        ("cut, seed 1", "nothing"),
        ("cut, numbers permuted, seed 0", "fit"),
    ]
    assert "In all 3 runs, 1 of them there" in text
    assert "free at" in text


@pytest.fixture
def ask(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))

    def printed(*words: str) -> str:
        arguments = [*words, "--runs", str(place.store.root)]
        return CliRunner().invoke(command, arguments, catch_exceptions=False).stdout

    return printed


def test_the_command_takes_options_or_a_study(
    place: Workplace, tmp_path: Path, ask: Callable[..., str]
) -> None:
    study = tmp_path / "study.toml"
    study.write_text('[[runs]]\nplugin = "cut"\ndataset = "toy"\nseeds = [0, 1, 2]\n')
    assert "In all 3 runs, 0 of them there" in ask(str(study))
    assert ask("--plugin", "cut", "--dataset", "toy").startswith("cut, seed 0\n")
    with pytest.raises(RequestError, match="no --plugin"):
        ask()
    with pytest.raises(RequestError, match=r"--seed: .* says itself"):
        ask(str(study), "--seed", "1")


def test_runs_packed_beside_a_study_are_there(
    place: Workplace, tmp_path: Path, ask: Callable[..., str]
) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "study.toml").write_text('[[runs]]\nplugin = "cut"\ndataset = "toy"\nseeds=[0, 1]\n')
    pack([do(place)], PLAIN, folder)
    elsewhere = str(tmp_path / "elsewhere")
    assert "In all 2 runs, 1 of them there" in ask(str(folder / "study.toml"), "--runs", elsewhere)
    assert "1 of them there" in ask(str(folder / "study.toml"))
    assert not Path(elsewhere).exists()


def test_an_unknown_plugin_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    refused(bench("plan", "--plugin", "no-such", "--dataset", "rd", home=tmp_path), "no plugin")
    refused(bench("plan", "nowhere.toml", home=tmp_path), "nowhere.toml: No such file")
    assert not (tmp_path / "runs").exists()
