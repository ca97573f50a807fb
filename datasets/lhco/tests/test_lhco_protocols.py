"""The five protocols that the package brings: each with its source, a sound floor and region."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bench.cli.main import cli
from bench.metrics.floors import Floor
from bench.plugins.protocols import protocols_of
from bench.plugins.registry import load_registry
from bench.storage.region import Region

NAMES = ["backtotheroots", "benchtools", "cathode", "jetclr", "omnilearn"]
PROTOCOLS = {name: one for name, one in protocols_of(load_registry()).items() if name in NAMES}


def test_there_are_five_of_them() -> None:
    assert sorted(PROTOCOLS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_says_who_set_it_and_what_it_sets_can_be_asked_for(name: str) -> None:
    one = PROTOCOLS[name]
    assert one.dataset == "rd"
    assert len(one.source) > 20
    assert one.date
    if one.region:
        region = Region.read(one.region)
        assert (region.column, region.low, region.high) == ("m_jj", 3300, 3700)
    floor = Floor.read(one.floor) if one.floor else None
    assert str(floor or "") == one.floor  # in the one spelling that it has


@pytest.mark.parametrize("name", NAMES)
def test_no_published_maximum_is_above_what_its_protocol_can_show(name: str) -> None:
    one = PROTOCOLS[name]
    for figure in one.published:
        assert figure.conditions
        if figure.figure == "max_sic":
            most = Floor.read(one.floor).ceiling(figure.background or 10**9)
            assert figure.value < most


def test_the_figures_are_those_that_were_published() -> None:
    values = {
        (name, figure.figure): [one.value for one in PROTOCOLS[name].published]
        for name in NAMES
        for figure in PROTOCOLS[name].published
    }
    assert values["backtotheroots", "max_sic"] == [35, 32, 24.5, 19.5, 16.5]
    assert values["cathode", "max_sic"] == [17.7, 15.1, 14.0, 10.8]
    assert values["jetclr", "max_sic"] == [13.9, 0.958]
    assert PROTOCOLS["cathode"].seeds == 10
    assert PROTOCOLS["jetclr"].floor == "none"


def test_they_are_listed_with_their_sources() -> None:
    listed = CliRunner().invoke(cli, ["list", "protocols"]).output
    for name, one in PROTOCOLS.items():
        assert any(li.startswith(name) and one.source in li for li in listed.splitlines())
    shown = CliRunner().invoke(cli, ["list", "omnilearn"]).output
    assert "sets region m_jj=3300:3700; floor fpr above 1e-4" in shown
    assert "no max SIC under it can be above 100 (ε_B > 1e-4)" in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seeds", "3"], "--protocol cathode sets 10 seeds; --seeds 3 contradicts it"),
        (["--floor", "none"], "--protocol cathode sets floor fpr 1.84e-5; --floor none"),
        (["--region", "m_jj=1:2"], "--protocol cathode sets region m_jj=3300:3700; --region"),
    ],
)
@pytest.mark.parametrize("command", ["run", "try"])
def test_what_contradicts_one_is_refused_before_any_work(
    command: str, words: list[str], message: str
) -> None:
    model = ["--plugin", "linear"] if command == "run" else ["numbers", "--on", "linear"]
    given = [command, *model, "--dataset", "rd", "--protocol", "cathode", *words]
    assert message in str(CliRunner().invoke(cli, given).exception)
