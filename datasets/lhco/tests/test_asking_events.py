"""Events of two jets in anyone's words: what is read, what follows, what contradicts."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from bench_lhco.asking.derive import derive
from bench_lhco.asking.words import OF_THE_EVENT, vocabulary
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.features.sets import SETS

import bench
from bench.asking.ask import understand
from bench.asking.chain import ALONE, USUAL, chain
from bench.asking.conclude import Understood
from bench.plugins.registry import load_registry

PLACES = [place / "shared/seeds/study-diary.md" for place in Path(__file__).parents]
TABLE = """
jet  pT [TeV]  eta    phi    m [GeV]  n   pT_lead [GeV]
1    1.41157   -0.28  2.748  94.28    22  354.8
2    1.30657   1.044  -0.474 401.5    63  253.8
162 particles in total
"""
SENTENCES = """The leading jet has a transverse momentum of 1.41157 TeV at eta = -0.28 and
phi = 2.748; its mass is 94.28 GeV, it has 22 constituents, the hardest particle carries 354.8 GeV.
The second jet: pT 1306.57 GeV, eta 1.044, phi -0.474, m = 401.5 GeV, 63 particles and a hardest
particle of 253.8 GeV. There are 162 particles in the event."""
JSON = """{"jets": [
 {"pt": 1411.57, "eta": -0.28, "phi": 2.748, "m": 94.28, "n": 22, "pt_lead": 354.8},
 {"pt": 1306.57, "eta": 1.044, "phi": -0.474, "m": 401.5, "n": 63, "pt_lead": 253.8}],
 "n_particles": 162}"""
COMMAS = """Jet 1: pT 1411,57 GeV; eta -0,28; phi 2,748; m = 94,28 GeV; n = 22; pT_lead 354,8 GeV
Jet 2: pT 1306,57 GeV; eta 1,044; phi -0,474; m = 401,5 GeV; n = 63; pT_lead 253,8 GeV
n_particles 162"""
COLUMNS = """
          | jet 1   | jet 2
pT (GeV)  | 1411.57 | 1306.57
eta       | -0.28   | 1.044
phi       | 2.748   | -0.474
mass (GeV)| 94.28   | 401.5
particles | 22      | 63
pT_lead (GeV) | 354.8 | 253.8
n_particles | 162
"""
LISTS = """Two jets with pT of 1411.57 and 1306.57 GeV, eta = -0.28, 1.044, phi = 2.748 and -0.474,
masses of 94.28 and 401.5 GeV; n = 22 / 63; the hardest particle has 354.8 and 253.8 GeV.
162 particles in total."""
SAID = {
    **{"j1_pt": 1411.57, "j1_eta": -0.28, "j1_phi": 2.748, "j1_m": 94.28, "j1_n": 22},
    **{"j2_pt": 1306.57, "j2_eta": 1.044, "j2_phi": -0.474, "j2_m": 401.5, "j2_n": 63},
    **{"j1_pt_lead": 354.8, "j2_pt_lead": 253.8, "n_particles": 162, "has_j2": 1},
}


CHAINS = [ALONE, USUAL]


def understood(text: str, features: str = "standard", names: str = ALONE) -> Understood:
    dataset = ResearchAndDevelopment(features=features)  # type: ignore[arg-type]
    context = bench.Context(data=Path(), scratch=Path(), checkpoints=Path())
    registry = load_registry()
    if "reader" in names and "reader" not in registry.all(bench.Formatter):
        pytest.skip("bench-llm is not installed")
    return understand(text, SETS[features].columns, dataset, chain(names, {}, registry), context)


def prompt() -> str:
    """The study diary's own example of its prompt."""
    for place in PLACES:
        if place.is_file():
            example = re.search(r"<s>\[INST\].*?\[/INST\]signal", place.read_text(), re.DOTALL)
            assert example
            return example[0]
    pytest.skip("the study diary is not here")


@pytest.mark.parametrize("names", CHAINS)
@pytest.mark.parametrize("text", [TABLE, SENTENCES, JSON, COMMAS, COLUMNS, LISTS])
def test_an_event_is_the_same_in_whatever_form(text: str, names: str) -> None:
    event = understood(text, names=names)
    assert event.whole, (event.missing, event.contradictions)
    assert {name: event.values[name] for name in SAID} == pytest.approx(SAID)
    assert event.values["m_jj"] == pytest.approx(3375.6, abs=0.1)
    assert event.values["dr_jj"] == pytest.approx(3.3334, abs=2e-3)
    assert event.values["j1_e"] == pytest.approx(1470.4, abs=2)


@pytest.mark.parametrize("names", CHAINS)
def test_the_diarys_prompt_is_read_to_the_digit(names: str) -> None:
    text = prompt()
    event = understood(text, names=names)
    digits = re.findall(r"(P_T|eta|phi|E|m|n_particles|P_T_lead)=(-?[0-9.]+)", text)
    names = ("pt", "eta", "phi", "e", "m", "n", "pt_lead")
    jets = {
        f"j{3 - i // 7 - 1}_{names[i % 7]}": float(value) for i, (_, value) in enumerate(digits)
    }
    assert len(jets) == 14
    assert {name: event.values[name] for name in jets} == jets  # its first jet is the softer one
    assert event.values["n_particles"] == 162
    assert event.whole
    assert any(
        "m_jj = 495.78 as said" in n and "sum of the jets' masses" in n for n in event.notices
    )
    assert event.values["m_jj"] == pytest.approx(3372.36, abs=0.01)


@pytest.mark.parametrize("names", CHAINS)
def test_the_diarys_features_are_its_sixteen_numbers(names: str) -> None:
    text = prompt()
    event = understood(text, "diary", names)
    digits = [float(v) for v in re.findall(r"= ?(-?[0-9.]+)", text)]
    scales = (1000, 1, 1, 1000, 100, 100, 1000)
    jets = [
        said / scale
        for start in (0, 8)
        for said, scale in zip(digits[start:], scales, strict=False)
    ]
    row = [event.values[column.name] for column in SETS["diary"].columns]
    assert event.whole
    assert len(row) == 16
    assert row == pytest.approx([*jets, 162 / 200, digits[-1] / 1000], abs=1e-12)


def test_four_momenta_are_an_event_but_for_what_is_inside_of_its_jets() -> None:
    text = """jet1: px=1162.46 py=-596.80 pz=1630.13 E=2124.16
              jet2: (px, py, pz, E) = (-1303.7, 541.2, -395.3, 1468.9) GeV"""
    event = understood(text)
    values = event.values
    assert values["j1_pt"] == pytest.approx(np.hypot(-1303.7, 541.2))  # the harder one
    assert values["j2_pt"] == pytest.approx(np.hypot(1162.46, -596.80))
    p1, p2 = (
        np.array([1162.46, -596.80, 1630.13, 2124.16]),
        np.array([-1303.7, 541.2, -395.3, 1468.9]),
    )
    total = p1 + p2
    assert values["m_jj"] == pytest.approx(
        np.sqrt(total[3] ** 2 - (total[:3] ** 2).sum()), rel=1e-6
    )
    inside = ["j1_n", "j1_pt_lead", "j2_n", "j2_pt_lead", "n_particles"]
    assert [column.name for column in event.missing] == inside


def test_a_share_of_the_pt_is_the_hardest_particles_pt() -> None:
    event = understood("leading jet pT 1000 GeV, its hardest particle carries 20% of it")
    assert event.values["j1_pt_lead"] == pytest.approx(200)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (SENTENCES + " m_jj = 2.9 TeV", "m_jj is said to be 2900"),
        (
            SENTENCES + " The energy of the leading jet is 900 GeV.",
            "j1_e: E = 900 is less than |p|",
        ),
        (SENTENCES + " no second jet", "has_j2 is said to be 0"),
        (
            "jet 1: pT = 1306 GeV, eta 1, phi 0, m = 400 GeV, n = 22.5",
            "n = 22.5 is no whole number",
        ),
        ("leading jet pT 1306 GeV; the pT of the leading jet is 1406 GeV", "j1_pt is said twice"),
        ("leading jet pT -1306 GeV", "pt is negative"),
    ],
)
def test_contradictions_are_said(text: str, line: str) -> None:
    event = understood(text)
    assert not event.whole
    assert any(line in one for one in event.contradictions), event.contradictions


def test_rounded_numbers_do_not_contradict() -> None:
    event = understood(SENTENCES + " E of the leading jet: 1470 GeV, m_jj = 3.4 TeV, dR = 3.33")
    assert event.whole, event.contradictions


def test_a_missing_second_jet_is_zeros_as_in_the_tables() -> None:
    text = "jet 1: pT 1306 GeV, eta 1.04, phi -0.47, m 401 GeV, n 63, pT_lead 254 GeV; "
    for words in ("no second jet", "second jet missing", "only one jet", "jet2: none"):
        event = understood(f"{text}{words}. n_particles 162")
        assert event.whole, (words, event.missing)
        assert {event.values[name] for name in ("j2_pt", "j2_n", "dr_jj", "m_jj")} == {0.0}
    event = understood(f"{text} n_particles 162")
    assert "has_j2" in [column.name for column in event.missing]


def test_an_angle_is_taken_into_its_range_and_degrees_are_converted() -> None:
    assert understood("leading jet phi = 5.809").values["j1_phi"] == pytest.approx(
        -0.4742, abs=1e-3
    )
    assert understood("leading jet phi = 157.4°").values["j1_phi"] == pytest.approx(2.747, abs=1e-3)


def test_every_column_can_be_said_and_every_derived_name_is_known() -> None:
    for features in SETS.values():
        names = {quantity.name for quantity in vocabulary(features.columns).quantities}
        assert {column.name for column in features.columns} <= names
        parts = ("pt", "eta", "phi", "m", "n", "pt_lead", "tau1", "tau2", "tau3")
        said = {f"j{jet}_{name}": 1.0 for jet in (1, 2) for name in parts}
        said |= dict.fromkeys(OF_THE_EVENT, 1.0)
        assert {one.name for one in derive(said, features.columns)} <= names


def test_what_follows_is_what_the_features_are() -> None:
    """Of real rows, the derived columns equal those that the features' own code made."""
    from bench_lhco.asking.derive import _of_both
    from bench_lhco.asking.momenta import complete

    rng = np.random.default_rng(1)
    for _ in range(50):
        jets = []
        for _ in range(2):
            jet = {
                "pt": float(rng.uniform(20, 3000)),
                "eta": float(rng.uniform(-2.5, 2.5)),
                "phi": float(rng.uniform(-np.pi, np.pi)),
                "m": float(rng.uniform(0, 600)),
            }
            list(complete(jet))
            jets.append(jet)
        p4 = np.array([[jet[part] for part in ("px", "py", "pz", "e")] for jet in jets])
        total = p4.sum(axis=0)
        mass = np.sqrt(total[3] ** 2 - (total[:3] ** 2).sum())
        derived = {one.name: one.value for one in _of_both({}, *jets) if not one.mistaken}
        assert derived["m_jj"] == pytest.approx(mass, rel=1e-9)
