"""Numbers that look like a jet's values and are none: not read is fine, read wrong is not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.features.sets import SETS

import bench
from bench.asking.ask import understand
from bench.asking.conclude import Understood
from bench.asking.said import Said, said_in
from bench.formatters.numbers import scan
from bench.formatters.rules import Rules

COLUMNS = SETS["substructure"].columns
DATASET = ResearchAndDevelopment(features="substructure")
CONTEXT = bench.Context(data=Path(), scratch=Path(), checkpoints=Path())
MASSES = {"j1_m": 94, "j2_m": 401}
MOMENTA = {"j1_pt": 1411, "j2_pt": 1306}


def said(text: str) -> Said:
    passage, _ = scan(text, DATASET.vocabulary(COLUMNS))
    return said_in(passage, Rules().read(passage, CONTEXT))


def values(text: str) -> dict[str, float]:
    return {name: fact.value for name, fact in said(text).facts.items()}


def understood(text: str, features: str = "standard") -> Understood:
    dataset = ResearchAndDevelopment(features=features)
    return understand(text, SETS[features].columns, dataset, [Rules()], CONTEXT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"n_b_jets": 0, "jet1": {"pt":1411,"m":94}, "jet2": {"pt":1306,"m":401}}',
            MASSES | MOMENTA,
        ),
        ('{"b-jets": 0, "jet1": {"pt":1411}, "jet2": {"pt":1306}}', MOMENTA),
        ("n_b_jets=0 j1_pt=1411 j2_pt=1306", MOMENTA),
        ("forward jets: 0\njet 1: pT 1411 GeV", {"j1_pt": 1411}),
        ("extra jets: 0, j1_pt = 1411 GeV", {"j1_pt": 1411}),
        ("n_jets: 2\npt: [1411, 1306]\nm: [94, 401]", MASSES | MOMENTA),
        ("vertex index = 0, jet 1 mass 94 GeV, jet 2 mass 401 GeV", MASSES),
        ("jet 1 (index=0): pT 1411, m 94; jet 2 (index=1): pT 1306, m 401", MASSES | MOMENTA),
        ("Track jets: 3, jet 1: mass 94 GeV, jet 2: mass 401 GeV", MASSES),
        ("Track jets 3, jet 1: mass 94 GeV, jet 2: mass 401 GeV", MASSES),
        ('[{"index": 0, "pt": 1411}, {"index": 1, "pt": 1306}]', MOMENTA),
        ("jets 1 and 2: pT 1411 and 1306 GeV", MOMENTA),
        ("jet 0: m 94 GeV; jet 1: m 401 GeV", MASSES),
        ("b-jet 0, jet 1: m 94 GeV", {"j1_m": 94}),
        ("fat-jet 1: m 94 GeV, fat-jet 2: m 401 GeV", MASSES),
    ],
)
def test_a_count_of_jets_is_no_jets_number(text: str, expected: dict[str, float]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The event fired the single jet trigger. Jet 1: pT 1411 GeV",
        "The single-jet trigger fired. Jet 1: pT 1411 GeV",
        "Only one jet is b-tagged. Jet 1: pT 1411 GeV",
        "There is no other jet above 100 GeV. Jet 1: pT 1411 GeV",
        "Only one jet passes the cut. Jet 1: pT 1411 GeV",
        "Just one jet has a muon in it. Jet 1: pT 1411 GeV",
        "Single jet events are rare. Jet 1: pT 1411 GeV",
        "There is more than only one jet. Jet 1: pT 1411 GeV",
    ],
)
def test_one_jet_of_several_is_not_a_jet_alone(text: str) -> None:
    assert values(text) == {"j1_pt": 1411}


@pytest.mark.parametrize("words", ["Only one jet", "No second jet was found", "A single jet"])
def test_a_jet_alone_is_still_read(words: str) -> None:
    assert values(f"{words}; jet 1 pT 1411 GeV") == {"has_j2": 0, "j1_pt": 1411}


@pytest.mark.parametrize("value", ["pT 1306 GeV", "energy 1400 GeV"])
def test_a_value_of_the_second_jet_contradicts_that_there_is_none(value: str) -> None:
    lines = understood(f"Only one jet; jet 2 {value}").contradictions
    assert any("is not there" in line for line in lines)


def test_two_signs_of_prose_are_no_tag() -> None:
    text = "| eta | < 2.5, jet 1 pT 1411 GeV, jet 1 mass 94 GeV; jet 2 pT > 1000"
    assert values(text) == {"j1_pt": 1411, "j1_m": 94}


@pytest.mark.parametrize("third", ["3rd jet", "third jet", "3rd hardest jet", "third-leading jet"])
def test_a_third_jet_keeps_its_values(third: str) -> None:
    text = f"jet 2 pT 1306 GeV, {third} pT 210 GeV, {third} mass 30 GeV"
    assert values(text) == {"j2_pt": 1306}
    assert not said(text).contradictions


@pytest.mark.parametrize(
    "other",
    [
        *("target mass 80", "target mass 80 GeV", "pT is known to 30 GeV", "mass good to within 5"),
        *("pT resolution 30 GeV", "energy scale 1.02", "pT cut 500 GeV", "beam energy 6500 GeV"),
        *("average pT 30 GeV", "median particle pT 3 GeV", "mean pT 30 GeV", "mass squared 8836"),
        *("m^2 = 8836", "m² = 8836", "log pT 7.25", "log(m) = 4.5", "pruned mass 80 GeV"),
        *("trimmed mass 81 GeV", "groomed pT 1300 GeV", "transverse energy 1400 GeV"),
        *("transverse mass 140 GeV", "kinetic energy 1400 GeV", "charged particles 40"),
        *("40 charged particles", "40 are charged", "detector eta 0.3", "trigger pT 500 GeV"),
        *("threshold pT 500 GeV", "subjet mass 80 GeV", "W mass 80.4 GeV", "top mass 173 GeV"),
        *("Z mass 91 GeV", "Higgs mass 125 GeV", "mass of the W is 80.4 GeV", "pT ratio 0.93"),
        *("ratio of the masses 0.93", "sum of the pT 2717 GeV", "m_pruned = 80", "pt_err = 30"),
        *("pT is 105 GeV less than that of the other", "mass is 105 GeV less", "psi 0.3"),
        *("mass is twice 47 GeV", "pT is 0.93 of the pT of the first", "E_T = 1400"),
        *("pT plus the second jet 2717 GeV", "uncertainty on the mass 5 GeV"),
        *(
            "m(W) = 80.4 GeV",
            "mass (groomed) 80 GeV",
            "mass after grooming 80 GeV",
            "scalar sum pT 1420 GeV",
        ),
    ],
)
def test_another_quantity_is_not_read_as_one_that_is_known(other: str) -> None:
    assert values(f"jet 1: {other}") == {}


def test_other_quantities_leave_those_beside_them() -> None:
    table = "jet,pt,pt_err,m\n1,1411,30,94\n2,1306,28,401"
    assert values(table) == MASSES | MOMENTA
    assert values("jet 1 (pt, mass squared, m) = (1411, 8836, 94)") == {"j1_pt": 1411, "j1_m": 94}
    assert values("jet 1: hardest particle carries 0.25 of the pT") == {"j1_pt_lead_share": 0.25}
    text = "jet 1 has 63 particles, of which 40 are charged, and a groomed mass of 80 GeV"
    assert values(text) == {"j1_n": 63, "j1_m_sd": 80}


@pytest.mark.parametrize(
    "text",
    [
        "jet 1 pT 1411 GeV, corrected value is 1430 GeV",
        "jet 1 pT 1411 GeV, sorry, 1430 GeV",
        "jet 1 pT 1411 GeV, or rather 1430 GeV",
    ],
)
def test_a_value_that_is_corrected_is_not_certain(text: str) -> None:
    (line,) = said(text).contradictions
    assert line.startswith("j1_pt is said twice: 1411")


def test_values_of_both_jets_that_are_said_again_contradict() -> None:
    text = (
        "As to mass, the leading jet has 49.5 GeV and the subleading jet has 436.6 GeV. "
        "Jet masses: 66.5 GeV in jet 1, 56.4 GeV in jet 2."
    )
    assert [line.split()[0] for line in said(text).contradictions] == ["j1_m", "j2_m"]


def test_an_angle_beyond_a_full_turn_needs_its_unit() -> None:
    one, other = said("jet 1 phi=157, jet 2 phi=-23").contradictions
    assert "say whether it is in degrees" in one
    assert other.startswith("j2_phi")
    expected = {"j1_phi": 2.740167, "j2_phi": -0.003185}
    assert values("jet 1 phi=157 deg; jet 2 phi = 6.28") == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pT: 1306, 1411 (subleading, leading)", MOMENTA),
        ("masses 401 and 94 GeV (subleading and leading)", MASSES),
        ("1306 and 1411 GeV of pT (subleading and leading)", MOMENTA),
        ("pT (GeV): 1411, 1306 [leading, subleading]", MOMENTA),
    ],
)
def test_jets_in_brackets_say_whose_the_numbers_before_them_are(
    text: str, expected: dict[str, float]
) -> None:
    assert values(text) == expected


@pytest.mark.parametrize("text", ["jet{}pt 1411", "{}pt\n1 1411\n2 1306", "jet 1{}mass 94"])
def test_a_run_of_blanks_is_looked_through_at_once(text: str) -> None:
    started = time.monotonic()
    values(text.format(" " * 20_000))
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("jet | pt\n1 | 1411\n2 | 1306", MOMENTA),
        ("jet;m\n0;94\n1;401", MASSES),
        ("jet,m\n1,94\n2,401", {}),
    ],
)
def test_a_column_of_jets_numbers_has_no_values(table: str, expected: dict[str, float]) -> None:
    assert values(table) == expected


def test_a_head_with_two_jets_is_of_the_one_that_its_word_names() -> None:
    for text in ("subleading jet.j1 pt", "lepton.j1 pt", "jet 3.j1 pt", "jet 4.j1 pt"):
        table = f"| event | {text} | j1 m | j2 m |\n|---|---|---|---|\n| 3 | 1411 | 94 | 401 |"
        assert values(table) == MASSES | {"j1_pt": 1411}
