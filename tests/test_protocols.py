"""Runs under a protocol: what it sets, what contradicts it, and published figures beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from toys import Workplace

import bench
from bench.api.errors import InputError, RequestError
from bench.comparison.floored import under
from bench.metrics.floors import Floor
from bench.plugins.protocols import read_protocol
from bench.report import tested
from bench.report.event_sets import event_sets
from bench.report.page import write_report
from bench.report.published import BEGIN, common_protocol, over_the_most, published_rows
from bench.report.sections.answer import answer
from bench.report.up_to_date import out_of_step
from bench.running.pipeline import run
from bench.running.protocols import count_of_seeds, demand_floor, with_protocol
from bench.running.study import read_study
from bench.storage.archive import pack
from bench.storage.protocol import Protocol, PublishedFigure
from bench.storage.repeating import command_of
from bench.storage.report_contents import PLAIN, Contents
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store
from bench.workbench.asking import run_requests

FIGURES = ("auc", "max_sic")
REQUEST = RunRequest(plugin="cut", dataset="toy")
TOYS = Protocol(
    name="toys",
    title="toys within a range",
    dataset="toy",
    source="Maker, Toys",
    date="2020",
    region="mass=-1:3",
    floor="10 events",
    seeds=2,
    published=[
        PublishedFigure("blocks", "max_sic", 1.5, "a shelf of them"),
        PublishedFigure("marbles", "auc", 0.9, "a bag", source="Other, Bags", date="2021"),
        PublishedFigure("dice", "max_sic", 40.0, "a cup", read_off=True),
        PublishedFigure("cards", "max_sic", 3.0, "a pack", background=20, efficiency=0.5),
        PublishedFigure("chess", "balanced accuracy", 0.81, "a board"),
    ],
)
UNDER = replace(REQUEST, protocol="toys")


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.plugins.protocols.protocols_of", lambda registry: {"toys": TOYS})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace.at(tmp_path_factory.mktemp("protocols"))


def do(place: Workplace, request: RunRequest) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


@pytest.fixture
def both(place: Workplace) -> list[Run]:
    return [do(place, UNDER), do(place, replace(UNDER, permute="numbers"))]


def shown(runs: list[Run], folder: Path, contents: Contents = PLAIN) -> str:
    return write_report(runs, folder, contents, blank=True).read_text()


def test_a_protocol_sets_the_region_and_is_recorded(place: Workplace) -> None:
    done, alike = do(place, UNDER), do(place, replace(REQUEST, region="mass=-1:3"))
    assert done.record.protocol == TOYS
    assert done.record.sample == alike.record.sample
    assert done.record.scores == alike.record.scores
    assert done.name != alike.name  # another record, of the same scores
    assert Store(place.store.root).named(done.name).record.protocol == TOYS
    assert do(place, replace(UNDER, region="mass=-1.0:3")).name == done.name
    assert do(place, REQUEST).record.protocol is None


def test_the_command_of_a_run_is_of_its_seed_alone(place: Workplace) -> None:
    assert "--protocol toys" in command_of(do(place, UNDER).record)
    assert "--seed 0" in command_of(do(place, UNDER).record)
    assert "--seed" not in command_of(do(place, REQUEST).record)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"protocol": "toy"}, "no protocol 'toy'; did you mean toys"),
        ({"region": "mass=0:3"}, "sets region mass=-1:3; --region mass=0:3 contradicts it"),
        ({"dataset": "divided"}, "--protocol toys is of toy, not of divided"),
        ({"protocol": ""}, "--protocol is empty"),
    ],
)
def test_what_contradicts_it_is_refused_in_a_line(
    place: Workplace, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(RequestError, match=message) as raised:
        do(place, replace(UNDER, **changes))
    assert "\n" not in str(raised.value)


def test_seeds_and_floor_are_those_of_the_protocol_or_refused() -> None:
    assert count_of_seeds(TOYS, None, one=False) == 2
    assert count_of_seeds(TOYS, None, one=True) == 1  # one seed is named: one of its runs
    assert count_of_seeds(TOYS, 2, one=True) == 2
    assert count_of_seeds(None, None, one=False) == 1
    assert count_of_seeds(None, 3, one=True) == 3
    with pytest.raises(RequestError, match="toys sets 2 seeds; --seeds 3 contradicts it"):
        count_of_seeds(TOYS, 3, one=False)
    demand_floor(TOYS, Floor(10))
    demand_floor(None, Floor(25))
    with pytest.raises(RequestError, match="sets floor 10 events; --floor 25 events contradicts"):
        demand_floor(TOYS, Floor(25))


def test_a_quick_run_takes_as_few_events_as_always(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = replace(TOYS, events=3000, ratio="1:1")
    monkeypatch.setattr("bench.plugins.protocols.protocols_of", lambda registry: {"toys": large})
    filled, _ = with_protocol(UNDER, place.registry)
    assert (filled.events, filled.ratio) == (3000, "1:1")
    assert with_protocol(replace(UNDER, quick=True), place.registry)[0].events is None


def test_a_study_says_it_by_a_key(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    entry = '[[runs]]\nplugin = "cut"\ndataset = "toy"\n'
    file.write_text(f'[defaults]\nprotocol = "toys"\n{entry}{entry}seed = 4\n')
    requests = read_study(file).runs
    assert [request.seed for request in requests] == [0, 1, 4]
    assert {request.region for request in requests} == {"mass=-1:3"}
    for wrong, message in (
        ('protocol = "toys"\nseeds = [1, 2, 3]', "toys sets 2 seeds; --seeds 3 contradicts"),
        ('protocol = "toys"\nregion = "mass=0:1"', "--protocol toys sets region mass=-1:3"),
        ('protocol = "toy"', "no protocol 'toy'"),
    ):
        file.write_text(f"{entry}{wrong}\n")
        with pytest.raises(RequestError, match=f"run 1: .*{message}"):
            read_study(file)


def test_a_committed_report_of_a_protocol_is_in_step(place: Workplace, tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text('[[runs]]\nplugin = "cut"\ndataset = "toy"\nprotocol = "toys"\n')
    study = read_study(file)
    runs = [do(place, request) for request in study.runs]
    write_report(runs, tmp_path, study.contents, blank=True)
    pack(runs, study.contents, tmp_path)
    assert len(runs) == 2
    assert out_of_step(tmp_path) == []
    assert BEGIN in (tmp_path / "report.md").read_text()


def test_published_figures_stand_beside_as_marked_rows(both: list[Run], tmp_path: Path) -> None:
    page = shown(both, tmp_path / "report")
    rows = {r.split("|")[1].strip(): r for r in page.splitlines() if r.startswith(f"| {BEGIN}")}
    assert [name.partition(": ")[2].split(" (")[0] for name in rows] == [
        *("blocks", "marbles", "dice", "cards", "chess")
    ]
    cells = {name.split()[3]: row.split("|")[2:-1] for name, row in rows.items()}
    assert [one.strip() for one in cells["blocks"]] == ["–", "1.50", "–", "–"]  # no letter, no test
    assert [one.strip() for one in cells["marbles"]] == ["0.900", "–", "–", "–"]
    assert [one.strip() for one in cells["chess"]] == ["–"] * 4
    assert "max SIC 1.5: a shelf of them; Maker, Toys (2020); protocol toys" in page
    assert "auc 0.9: a bag; Other, Bags (2021); protocol toys" in page
    assert "a cup; read off a figure; Maker, Toys (2020)" in page
    assert "max SIC, 10 events" in page
    assert "**Protocol**: toys, of Maker, Toys" in page
    assert BEGIN in (tmp_path / "report" / "report.html").read_text()
    assert BEGIN in next((tmp_path / "report" / "tables").glob("groups-*.csv")).read_text()


def test_they_are_in_no_answer_and_no_test(both: list[Run]) -> None:
    (events,) = event_sets(both)
    one = tested.Tested.of(events)
    assert len(one.settings) == 2
    assert "blocks" not in answer(one)


def test_they_stand_beside_runs_of_the_same_protocol_only(
    place: Workplace, both: list[Run], tmp_path: Path
) -> None:
    free = do(place, replace(REQUEST, region="mass=-1:3", options={"scale": "2"}))
    quick = [do(place, replace(one, quick=True)) for one in (UNDER,)]
    for runs in ([*both[:1], free], [free], quick):
        assert common_protocol(event_sets(runs)[0]) is None
        assert BEGIN not in shown(runs, tmp_path / "other")
    page = shown(both, tmp_path / "report", Contents(floor="none"))
    assert BEGIN in page  # AUC has no floor
    assert f"{BEGIN}: blocks" not in page
    assert (
        "3 published maxima of protocol toys are left out: they stand under another floor" in page
    )


def test_a_figure_above_what_its_floor_can_show_is_flagged(both: list[Run]) -> None:
    (events,) = event_sets(under(both, Floor.read("10 events")))
    background = events.sample.background
    notes = {row[0].text.split()[3]: row[2].note for row in published_rows(events, FIGURES, 5)}
    assert 3 < (background / 10) ** 0.5 < 40
    assert notes["blocks"] == ""
    assert notes["dice"].startswith(
        f"out of reach here: the most that 10 events can show of the {background} background events"
    )
    assert notes["cards"] == (
        "cannot be: the most that 10 events can show of 20 background events at ε_S 0.5 is 0.707"
    )
    own = events.settings[0]
    value = own.middle.metrics().estimates["max_sic"].value
    assert value is not None
    assert over_the_most(own, Floor(10)) == ""
    strict = Floor(events=int(background / value**2) + 2)
    assert "cannot be: the most that" in over_the_most(own, strict)


FIGURE = b'[[published]]\nwho = "a"\nfigure = "auc"\nconditions = "c"\n'


def test_a_file_that_says_something_else_is_refused_by_its_name(place: Workplace) -> None:
    good = b'title = "t"\ndataset = "toy"\nsource = "s"\ndate = "2020"\n'
    assert read_protocol("p", good, "p.toml").title == "t"
    for content, message in (
        (good + b'flor = "none"', "p.toml: no key 'flor'; did you mean floor"),
        (good + b'floor = "25 jets"', "p.toml: no floor '25 jets'"),
        (good + b'region = "mass"', "p.toml: --region mass: wanted COLUMN=LOW:HIGH"),
        (good + b"seeds = 0", "p.toml: seeds = 0; wanted 1 or more"),
        (good + FIGURE + b"value = nan", "p.toml: a: wanted a number"),
        (good + FIGURE + b"value = 1\nefficiency = 2", "p.toml: a: wanted a number"),
        (good + FIGURE + b"value = 1\nbackground = 0", "p.toml: background of a = 0"),
        (good + b'seeds = "ten"', "p.toml: Expected `int"),
        (good + b'[[published]]\nwho = "a"\nvalu = 1', "p.toml, published 1: no key 'valu'"),
        (good + b'[[published]]\nwho = "a"\n', "missing required field `figure`"),
        (b"title = ", "p.toml: "),
        (b'title = "t"', "missing required field"),
    ):
        with pytest.raises(InputError, match=message):
            read_protocol("p", content, "p.toml")


def test_a_plan_is_of_all_seeds_and_python_says_it_too(place: Workplace, tmp_path: Path) -> None:
    b = bench.open(tmp_path / "runs")
    with pytest.raises(RequestError, match="toys sets 2 seeds; --seeds 3 contradicts"):
        b.run("cut", "toy", seeds=3, protocol="toys")
    requests = run_requests("cut", "toy", None, {"protocol": "toys"})
    assert [(one.seed, one.region) for one in requests] == [(0, "mass=-1:3"), (1, "mass=-1:3")]
