"""Guards of plugins: checked by the kit, offered by the fifth hook, kept apart by their codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bench_lhco.guards import Physics
from toys import Workplace

import bench
from bench.guards.every import GUARDS, evidence_of
from bench.plugins.registry import PluginEntry, Registry, _demand_codes_apart
from bench.running.failures import VoidedRunError
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.testing import Failed, check_guard

OPEN = (bench.InputEvidence, bench.ProbeEvidence, bench.ScoreEvidence)
REQUEST = RunRequest(plugin="cut", dataset="toy")


class Few(bench.Guard[bench.InputEvidence]):
    """The train sample is too small for anything."""

    code, name, remedy = "TOY001", "few", "fit on more events"

    def check(self, evidence: bench.InputEvidence) -> Iterator[str]:
        if (events := len(evidence.tables["train"])) < 500:
            yield f"{events} events to fit on"


class Certain(bench.Guard[bench.ScoreEvidence]):
    """A score is surer than any model can be."""

    code, name, severity, remedy = "TOY002", "certain", "warn", "calibrate"

    def check(self, evidence: bench.ScoreEvidence) -> Iterator[str]:
        if evidence.imported:
            raise bench.NotApplicableError("imported scores are another's")
        if (sure := int((evidence.evaluated.score > 0.9).sum())) > 0:
            yield f"{sure} events"


@pytest.mark.parametrize(
    "guard",
    [*(g for g in GUARDS if evidence_of(g) in OPEN), Physics, Few, Certain],
    ids=lambda guard: guard.name,
)
def test_shipped_guards_pass_the_kit(guard: type[bench.Guard[Any]]) -> None:
    check_guard(guard())


class Silent(Few):
    """As few."""

    def check(self, evidence: bench.InputEvidence) -> Iterator[str]:
        yield ""


class Wordless(Few):
    """As few."""

    def check(self, evidence: bench.InputEvidence) -> Iterator[str]:
        raise bench.NotApplicableError
        yield ""


class Breaking(Few):
    """As few."""

    def check(self, evidence: bench.InputEvidence) -> Iterator[str]:
        yield str(evidence.tables["test"])


class Uncoded(Few):
    """As few."""

    code = "few"


class Grave(Few):
    """As few."""

    severity = "fatal"


@pytest.mark.parametrize(
    ("guard", "why"),
    [
        (Silent, "finds lines of text"),
        (Wordless, "finds lines of text"),
        (Breaking, "KeyError"),
        (Uncoded, "letters and three digits"),
        (Grave, "severity 'fatal'"),
    ],
)
def test_a_guard_that_does_not_do_what_it_has_to_fails(
    guard: type[bench.Guard[Any]], why: str
) -> None:
    with pytest.raises(Failed, match=why):
        check_guard(guard())


def test_a_guard_without_a_kind_of_evidence_is_no_guard() -> None:
    with pytest.raises(TypeError, match="wanted a base such as"):
        evidence_of(type("Aimless", (bench.Guard,), {"check": Few.check}))


def test_guards_of_plugins_look_at_every_run(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    place.add(Few, Certain)
    surroundings = (place.registry, place.home, place.store, place.context)
    done, _ = run(REQUEST, *surroundings)
    outcomes = {verdict.code: verdict.outcome for verdict in done.record.verdicts}
    assert (outcomes["TOY001"], outcomes["TOY002"]) == ("passed", "warn")
    certain = next(verdict for verdict in done.record.verdicts if verdict.code == "TOY002")
    assert certain.remedy == "calibrate"
    few = replace(REQUEST, train_events=400)
    with pytest.raises(VoidedRunError, match="TOY001 few: 400 events to fit on"):
        run(few, *surroundings)
    run(replace(few, allow=["TOY001"]), *surroundings)
    with pytest.raises(bench.RequestError, match="did you mean TOY001"):
        run(replace(few, allow=["TOY003"]), *surroundings)


def test_a_guard_that_is_installed_later_looks_at_what_was_done_before(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    first, _ = run(REQUEST, place.registry, place.home, place.store, place.context)
    place.registry.entries[bench.Guard]["certain"] = PluginEntry(Certain, "toys", "toys", "1")
    second, reused = run(REQUEST, place.registry, place.home, place.store, place.context)
    assert (reused, second.record.fit_reused) == (False, True)
    codes = [{v.code for v in done.record.verdicts} for done in (first, second)]
    assert codes[1] - codes[0] == {"TOY002"}


@pytest.mark.parametrize(
    ("codes", "left", "reason"),
    [
        ({"core": "B001", "mine": "B001"}, ["core"], "the code B001 is the core's"),
        ({"mine": "TOY1"}, [], "wanted letters and 3 digits"),
        ({"mine": "TOY001", "yours": "TOY001"}, [], "the code 'TOY001' of mine and yours"),
        ({"mine": "TOY001", "yours": "TOY002"}, ["mine", "yours"], ""),
    ],
)
def test_two_guards_of_one_code_are_told_apart(
    codes: dict[str, str], left: list[str], reason: str
) -> None:
    registry = Registry()
    for name, code in codes.items():
        part = type(name, (Few,), {"name": name, "code": code})
        plugin = "core-guards" if name == "core" else name
        registry.entries[bench.Guard][name] = PluginEntry(part, plugin, plugin, "1")
    _demand_codes_apart(registry)
    assert sorted(registry.all(bench.Guard)) == left
    reasons = {problem.reason for problem in registry.problems}
    assert len(reasons) == bool(reason)
    assert all(reason in text for text in reasons)


class Wide(bench.Guard[bench.ProbeEvidence]):
    """The probe's scores are far from one half."""

    code, name, severity, remedy = "TOY003", "wide", "note", "look at them"

    def check(self, evidence: bench.ProbeEvidence) -> Iterator[str]:
        yield f"up to {evidence.scores.max():.2f}"


def test_a_guard_of_fitted_models_that_is_installed_later_looks_at_the_fit_that_there_is(
    tmp_path: Path,
) -> None:
    place = Workplace.at(tmp_path)
    first, _ = run(REQUEST, place.registry, place.home, place.store, place.context)
    place.registry.entries[bench.Guard]["wide"] = PluginEntry(Wide, "toys", "toys", "1")
    second, reused = run(REQUEST, place.registry, place.home, place.store, place.context)
    assert (reused, second.record.fit_reused) == (False, True)
    codes = [[v.code for v in done.record.verdicts] for done in (first, second)]
    assert set(codes[1]) - set(codes[0]) == {"TOY003"}
    third, _ = run(
        replace(REQUEST, threshold="0.6"), place.registry, place.home, place.store, place.context
    )
    assert "TOY003" in [v.code for v in third.record.verdicts]
