"""`--region`: a run that is fitted and evaluated on the events of one range of a feature alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from toys import Workplace, events

import bench
from bench.api.errors import RequestError
from bench.cli.main import cli
from bench.comparison.comparable import demand_comparable
from bench.data.region import demand_classes, inside, part_in
from bench.data.sampling import Sample
from bench.plan.plan import Planner
from bench.report.event_sets import event_sets
from bench.report.samples import in_words
from bench.report.sections.single import heading
from bench.running.pipeline import run
from bench.running.study import read_study
from bench.storage.region import Region
from bench.storage.repeating import command_of
from bench.storage.request import RunRequest
from bench.storage.store import Run

REQUEST = RunRequest(plugin="cut", dataset="toy")
WITHIN = replace(REQUEST, region="mass=0.5:1.50")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace.at(tmp_path_factory.mktemp("region"))


def do(place: Workplace, request: RunRequest) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


def test_every_event_of_every_sample_is_in_the_region(place: Workplace) -> None:
    done, whole = do(place, WITHIN), events(4000, 1)
    for role in ("train", "valid", "evaluated"):
        record = {"evaluated": done.record.sample}.get(role) or getattr(done.record, role)
        assert record.region == "mass=0.5:1.5"
        assert min(record.signal, record.background) > 30
    for role in ("valid", "evaluated"):
        mass = whole.column("mass")[np.isin(whole.ids, done.events(role))]
        assert len(mass) == len(done.events(role))
        assert mass.min() >= 0.5
        assert mass.max() < 1.5
    assert done.record.fit != do(place, REQUEST).record.fit
    natural = whole.take(np.flatnonzero(inside(whole, Region("mass", 0.5, 1.5)))).y.mean()
    assert done.record.sample.natural == pytest.approx(natural)


def test_the_range_holds_its_lower_end_and_not_its_upper_one() -> None:
    table = events(4, 1)
    table.x[:, 0] = (1, 2, 3, np.nan)
    assert inside(table, Region("mass", 1, 3)).tolist() == [True, True, False, False]
    assert part_in(table, None) is table


def test_the_region_is_part_of_the_name_of_its_sample(place: Workplace) -> None:
    done = do(place, WITHIN)
    assert done.record.sample.part == "test in mass=0.5:1.5"
    assert done.record.train.drawn.startswith("toy (twin), train in mass=0.5:1.5 1:1 @")
    assert "test split, mass=0.5:1.5, " in in_words(done.record.sample)
    assert "test split in mass=0.5:1.5" in heading(done)
    assert done.record.setting == "cut, region mass=0.5:1.5"
    assert command_of(done.record).endswith("--region mass=0.5:1.5")
    assert done.name == do(place, replace(REQUEST, region=" mass = 0.5 : 15e-1 ")).name


def test_regions_share_no_row_and_are_not_compared(place: Workplace) -> None:
    one, other = do(place, WITHIN), do(place, replace(REQUEST, region="mass=0.5:1.6"))
    with pytest.raises(RequestError, match=r"mass=0\.5:1\.5, .* is of mass=0\.5:1\.6; two regions"):
        demand_comparable(one, other)
    with pytest.raises(RequestError, match="is of no region; two regions are two tasks"):
        demand_comparable(one, do(place, REQUEST), common=True)
    assert len(event_sets([one, other, do(place, REQUEST)])) == 3


def test_a_region_that_all_events_are_in_is_another_set_of_them_all_the_same(
    place: Workplace,
) -> None:
    every, wide = do(place, REQUEST), do(place, replace(REQUEST, region="mass=-99:99"))
    assert every.record.sample.fingerprint == wide.record.sample.fingerprint
    assert every.name != wide.name
    assert len(event_sets([every, wide])) == 2
    with pytest.raises(RequestError, match="two regions"):
        demand_comparable(every, wide)


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ("mas=1:2", "no column 'mas'; did you mean mass"),
        ("mass=2:1", "LOW is not below HIGH"),
        ("mass=2:2", "LOW is not below HIGH"),
        ("mass", "wanted COLUMN=LOW:HIGH"),
        ("mass=1", "wanted COLUMN=LOW:HIGH"),
        ("", "--region is empty"),
        ("mass=a:b", "are no numbers"),
        ("mass=1:inf", "are no numbers"),
        ("mass=1:2,noise=0:1", "one region and no more"),
        ("mass=70:90", r"none of 4000 events has 70 <= mass < 90; mass is from -\d"),
        ("mass=-9:-2.1", r"the \w+ split has 0 signal and \d+ background events in it, of \d+"),
    ],
)
def test_what_is_no_region_is_refused_in_a_line(
    place: Workplace, region: str, message: str
) -> None:
    before = len(list(place.store.runs()))
    with pytest.raises(RequestError, match=message) as raised:
        do(place, replace(REQUEST, region=region))
    assert "\n" not in str(raised.value)
    assert len(list(place.store.runs())) == before


def test_a_class_that_a_split_has_nowhere_is_not_missed() -> None:
    table = events(2000, 1)
    background = table.take(np.flatnonzero(table.y == 0))
    region = Region("mass", -1, 1)
    part = part_in(background, region)
    demand_classes(background, part, Sample("test", "natural"), region)
    with pytest.raises(RequestError, match="wanted both classes"):
        demand_classes(table, part, Sample("test", "natural"), region)


def test_two_regions_on_the_command_line_are_refused() -> None:
    words = ["run", "--plugin", "gbt", "--dataset", "rd"]
    two = ["--region", "m_jj=1:2", "--region", "m_jj=3:4"]
    raised = CliRunner().invoke(cli, [*words, *two]).exception
    assert str(raised) == "--region is one option: m_jj=1:2 or m_jj=3:4?"


def test_studies_plans_and_python_say_it(place: Workplace, tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text('[[runs]]\nplugin = "cut"\ndataset = "toy"\nregion = "mass=0.5:1.5"\n')
    (request,) = read_study(file).runs
    assert request == WITHIN
    tools = (place.registry, place.home, place.store, place.context)
    (plan,) = Planner(*tools).plan([request])
    assert plan.sample.region == "mass=0.5:1.5"
    file.write_text(file.read_text().replace('"mass=0.5:1.5"', '["mass=0:1", "mass=1:2"]'))
    with pytest.raises(RequestError, match="region: wanted a text"):
        read_study(file)
    b = bench.open(tmp_path / "runs")
    with pytest.raises(RequestError, match="LOW is not below HIGH"):
        b.run("gbt", "rd", region="m_jj=2:1")
