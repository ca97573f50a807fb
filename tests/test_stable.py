"""Editions that vary a simulation: never taken for it, and whether models keep their order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest
from test_report import rows
from toys import Toy, Workplace, events

import bench
from bench.api.errors import RequestError
from bench.api.scores import Estimate
from bench.comparison.groups import Pair
from bench.comparison.paired import Difference
from bench.report import tested as testing
from bench.report.event_sets import EventSet, Setting, event_sets
from bench.report.markdown import markdown
from bench.report.page import write_report
from bench.report.samples import edition_in_words
from bench.report.sections.stable import stable
from bench.running.pipeline import run
from bench.storage.record import SampleRecord
from bench.storage.repeating import command_of
from bench.storage.request import RunRequest


@dataclass(frozen=True)
class Varied(Toy):
    """A simulation and another one, whose first feature tells less."""

    name = "varied"
    variation: Literal["nominal", "dull"] = "nominal"
    """Which simulation."""

    def open(self, edition: str | None, file: Path | None, context: bench.Context) -> bench.Source:
        source = super().open(edition, file, context)
        return source if self.variation == "nominal" else replace(source, edition="twin:dull")

    def table(self, source: bench.Source, context: bench.Context) -> bench.Table:
        if self.variation == "nominal":
            return super().table(source, context)
        made = events(4000, 2)
        made.x[:, 0] -= made.y
        return made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("varied"))
    place.add(Varied)
    ran(place)
    ran(place, **{"evaluated.variation": "dull"})
    ran(place, variation="dull")
    return place


def ran(place: Workplace, split: Literal["test", "all"] | None = None, **options: str) -> None:
    request = RunRequest(plugin="cut", dataset="varied", options=options, split=split)
    run(request, place.registry, place.home, place.store, place.context)


def test_a_variation_is_an_edition_and_the_model_keeps_its_name(place: Workplace) -> None:
    sets = {one.sample.label: one for one in event_sets(list(place.store.runs()))}
    names = {label: {s.name for s in one.settings} for label, one in sets.items()}
    assert names == {
        "varied (twin)": {"cut"},
        "varied (twin:dull)": {"cut", "cut, train.variation=dull"},
    }
    assert edition_in_words(sets["varied (twin:dull)"].sample) == "varied (simulated: dull)"


def test_a_run_is_repeated_on_the_same_variation(place: Workplace) -> None:
    commands = [command_of(run.record) for run in place.store.runs()]
    words = "--edition twin --set evaluated.variation=dull"
    assert sum(words in command for command in commands) == 1
    assert not any("twin:" in command for command in commands)


def test_it_is_judged_by_the_test_split_and_never_by_all(place: Workplace) -> None:
    splits = {run.record.sample.split for run in place.store.runs() if run.record.sample}
    assert splits == {"test"}
    with pytest.raises(RequestError, match=r"varied \(twin:dull\) holds the collisions of varied"):
        ran(place, split="all", **{"evaluated.variation": "dull"})


def test_the_page_has_every_fit_on_every_variation(place: Workplace, tmp_path: Path) -> None:
    text = write_report(list(place.store.runs()), tmp_path / "report", blank=True).read_text()
    section = text.partition("## Stable under variations: varied natural")[2].partition("\n## ")[0]
    lines = rows(section.partition("| max SIC on")[0])
    assert [line["AUC on"] for line in lines] == ["nominal", "dull"]
    assert set(lines[0]) == {"AUC on", "cut", "cut, fitted there"}
    assert lines[0]["cut, fitted there"] == "-"
    aucs = [float(line["cut"].split()[0]) for line in lines]
    assert aucs[0] > aucs[1] > 0.7
    assert "tells no two models apart" in section  # there is one alone
    assert list((tmp_path / "report" / "tables").glob("variations-*-max-sic.csv"))


def models_on(variation: str, *order: str, apart: bool = True, region: str = "") -> testing.Tested:
    """Models on one edition, the best one first, as the report tests them."""
    edition = f"twin:{variation}" if variation else "twin"
    sample = SampleRecord("d", edition, "", {"variation": variation}, "test", "1:1", 9, 9, 0.5, "f")
    sample = replace(sample, region=region)
    settings = [_setting(name, 0.9 - i / 10) for i, name in enumerate(order)]
    places = [(i, j) for i in range(len(order)) for j in range(i + 1, len(order))]
    nought = Difference("AUC", 0.1, 0.0, 0.2, 0.5, "")
    compared = [Pair(i, j, nought, 0.5) for i, j in places]
    marks = [chr(ord("a") + i) if apart else "a" for i in range(len(order))]
    return testing.Tested(EventSet(sample, tuple(settings)), compared, marks, [])


def _setting(name: str, value: float) -> Setting:
    metrics = SimpleNamespace(estimates={"auc": Estimate(value), "max_sic": Estimate(3.0)})
    stand_in: Any = SimpleNamespace(name=name, middle=SimpleNamespace(metrics=lambda: metrics))
    return cast(Setting, stand_in)


def said(*tests: testing.Tested) -> str:
    return markdown(stable(tests))


def test_an_order_that_holds_is_said() -> None:
    text = said(models_on("", "a", "b"), models_on("up", "a", "b"), models_on("down", "a", "b"))
    assert "Fitted on the nominal edition: the order holds. On 2 variations the pair" in text
    assert "2 in its order, 0 not told apart, 0 turned" in text
    assert "AUC of a: 0.9000 " in text


def test_an_order_that_changes_is_said_with_where() -> None:
    text = said(
        models_on("", "a", "b", "c"), models_on("up", "b", "a", "c"), models_on("x", "c", "b", "a")
    )
    assert "the order changes: on up b is ahead of a; on x b is ahead of a; on x c is" in text
    assert "the 3 pairs that the nominal edition tells apart stood 6 times: 2 in its" in text
    assert "0 not told apart, 4 turned" in text
    assert "AUC of b: 0.8000 (nominal) to 0.9000 (up)" in text


def test_what_is_not_told_apart_turns_no_order() -> None:
    text = said(models_on("", "a", "b"), models_on("up", "b", "a", apart=False))
    assert "the order holds" not in text
    assert "edition: no variation tells two models apart, in any order. On 1 variation" in text
    assert "0 in its order, 1 not told apart, 0 turned" in text
    assert "there is no order" in said(
        models_on("", "a", "b", apart=False), models_on("up", "b", "a")
    )


def test_a_second_nominal_sample_is_no_variation() -> None:
    nominal, again = (models_on("", *order) for order in (("a", "b"), ("b", "a")))
    text = said(nominal, again, models_on("up", "a", "b"))
    assert "the order holds. On 1 variation the pair that the nominal edition" in text


def test_two_samples_of_one_edition_are_told_apart() -> None:
    nominal, again, up = (models_on(name, "a", "b") for name in ("", "", "up"))
    larger = other_sample(again, background=91, fingerprint="abcdef99")
    text = said(nominal, larger, up)
    assert [line["AUC on"] for line in rows(text)][:3] == ["nominal @18", "nominal @100", "up"]
    assert "AUC of a: 0.9000 (nominal @100) to 0.9000 (up)" in text
    others = said(nominal, other_sample(again, fingerprint="abcdef99"), up)
    assert "nominal, events abcdef |" in others
    turned = other_sample(models_on("up", "b", "a"), background=91)
    assert "on up @100 b is ahead of a" in said(nominal, up, turned)


def other_sample(tested: testing.Tested, **changes: Any) -> testing.Tested:
    """The same models, as if they had been scored on other events."""
    sample = replace(tested.events.sample, **changes)
    return replace(tested, events=replace(tested.events, sample=sample))


def test_fits_on_the_variation_are_compared_among_themselves() -> None:
    varied = [f"{name}, train.variation=up" for name in ("b", "a")]
    text = said(models_on("", "a", "b"), models_on("up", "a", *varied, "b"))
    assert "nominal edition: the order holds" in text
    assert "Fitted there: the order changes: on up b is ahead of a" in text
    assert "a, fitted there" in text


def test_without_the_nominal_edition_no_order_is_compared() -> None:
    text = said(models_on("up", "a", "b"), models_on("down", "b", "a"))
    assert "No run on the nominal edition is here" in text


def test_one_edition_alone_or_none_that_is_varied_has_no_section() -> None:
    assert not stable([models_on("up", "a", "b")])
    assert not stable([models_on("", "a", "b"), models_on("", "b", "a")])


def test_what_is_in_a_region_is_compared_with_the_same_region_alone() -> None:
    here = [models_on(variation, "a", "b", region="m=1:2") for variation in ("", "up")]
    elsewhere = models_on("", "b", "a")
    assert said(elsewhere, *here) == said(*here)
    assert "On 1 variation the pair" in said(elsewhere, *here)
    assert "variations: d m=1:2 1:1" in said(*here)
    assert not stable([elsewhere, here[1]])
