"""What Pythia is told and what it gives: no multiparton interactions, the masses, the seed."""

from typing import Any

import numpy as np
import pytest
from bench_lhco.twin.physics import PROCESSES, STREAMS, generate, generator

EVERY = [(dataset, kind) for dataset, kinds in PROCESSES.items() for kind in kinds]
SIGNALS = {
    ("rd", "signal"): ({34: 3500, 24: 500, 23: 100}, {1, 2, 3, 4}, 4),
    ("rd3", "signal"): ({4900023: 3500, 9900001: 500, 9900002: 100}, {1, 2, 3}, 6),
    ("blackbox1", "signal"): ({34: 3823, 24: 732, 23: 378}, {1, 2, 3, 4}, 4),
    ("blackbox3", "dijet"): ({4000001: 4200}, {1, 2, 21}, 2),
    ("blackbox3", "trijet"): ({4000001: 4200, 23: 2217}, {1, 2, 3, 4}, 3),
}
"""Masses [GeV] by code, the partons at the end of the decays, and how many of these there are."""


def process(dataset: str, kind: str) -> Any:
    """Pythia for one kind of events."""
    return generator(PROCESSES[dataset][kind].settings, seed=5)


def invariant_mass(particles: list[Any]) -> float:
    e, *p = (sum(getattr(q, name)() for q in particles) for name in ("e", "px", "py", "pz"))
    return float(np.sqrt(e**2 - np.square(p).sum()))


@pytest.mark.parametrize(("dataset", "kind"), EVERY)
def test_pythia_holds_the_beams_and_no_multiparton_interactions(dataset: str, kind: str) -> None:
    pythia = process(dataset, kind)
    assert not pythia.flag("PartonLevel:MPI")
    assert pythia.parm("Beams:eCM") == 13000
    assert pythia.flag("Print:quiet")
    assert pythia.mode("Random:seed") == 5
    assert pythia.flag("HardQCD:all") == (kind == "background")
    assert pythia.mode("PartonShowers:model") == (2 if dataset == "blackbox2" else 1)


@pytest.mark.parametrize(("dataset", "kind"), SIGNALS)
def test_a_signal_has_its_masses_and_its_prongs(dataset: str, kind: str) -> None:
    pythia = process(dataset, kind)
    masses, partons, prongs = SIGNALS[dataset, kind]
    resonance = max(masses.values())
    twins = {4000002: 4000001}  # the excited u beside the excited d
    for _ in range(10):
        assert pythia.next()
        hard = list(pythia.process)
        heavy = {twins.get(abs(p.id()), abs(p.id())): p.m() for p in hard if p.m() > 50}
        for code, mass in masses.items():
            assert heavy[code] == pytest.approx(mass, abs=1.01)
        ends = [p for p in hard if p.isFinal()]
        assert len(ends) == prongs
        assert {abs(p.id()) for p in ends} <= partons
        assert invariant_mass(ends) == pytest.approx(resonance, abs=1.5)


@pytest.mark.parametrize(("dataset", "kind"), SIGNALS)
def test_nothing_heavy_and_nothing_short_lived_reaches_the_detector(
    dataset: str, kind: str
) -> None:
    truth = generate(process(dataset, kind), 5)
    stable = {11, 13, 22, 130, 310, 211, 321, 2112, 2212, 3112, 3122, 3222, 3312, 3322, 3334}
    assert set(np.abs(truth.code).tolist()) <= stable


def test_what_lives_longer_than_ten_millimetres_is_left_to_the_detector() -> None:
    truth = generate(process("rd", "background"), 30)
    assert {22, 130, 211, 310, 3122} <= set(np.abs(truth.code).tolist())


def test_no_two_processes_share_a_stream() -> None:
    streams = [PROCESSES[dataset][kind].stream for dataset, kind in EVERY]
    assert len(set(streams)) == len(streams)
    assert max(streams) < STREAMS


def test_labels_tell_the_kinds_of_a_dataset_apart() -> None:
    for kinds in PROCESSES.values():
        assert [process.label for process in kinds.values()] == list(range(len(kinds)))


def test_a_setting_that_pythia_does_not_know_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="Nonsense:mode"):
        generator(["Print:quiet = on", "Nonsense:mode = 1"], seed=1)


def test_generated_particles_are_visible_and_grouped() -> None:
    truth = generate(process("rd", "background"), 20)
    assert truth.n == 20
    assert set(truth.event.tolist()) == set(range(20))
    assert (np.diff(truth.event) >= 0).all()
    assert not np.isin(np.abs(truth.code), (12, 14, 16)).any()
    assert np.isfinite([truth.pt, truth.eta, truth.phi, truth.e]).all()
    assert (truth.e >= truth.pt * np.cosh(truth.eta) * (1 - 1e-9)).all()
    # What leaves is what came in, but for neutrinos and remnants along the beam.
    energy = np.bincount(truth.event, truth.e)
    assert energy.max() < 13000.1
    assert energy.mean() > 12000
    px = np.bincount(truth.event, truth.pt * np.cos(truth.phi))
    assert np.median(np.abs(px)) < 1


@pytest.mark.parametrize("dataset", ["rd", "blackbox2"])
def test_generation_prints_nothing(dataset: str, capfd: pytest.CaptureFixture[str]) -> None:
    generate(process(dataset, "background"), 2)
    assert capfd.readouterr() == ("", "")
