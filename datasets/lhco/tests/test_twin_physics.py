"""What Pythia is told and what it gives: no multiparton interactions, the masses, the seed."""

import numpy as np
import pytest
from bench_lhco.twin.physics import MASSES, generate, generator, settings


@pytest.mark.parametrize("process", ["background", "signal"])
def test_pythia_holds_the_beams_and_no_multiparton_interactions(process: str) -> None:
    pythia = generator(settings("rd", process), seed=5)
    assert not pythia.flag("PartonLevel:MPI")
    assert pythia.parm("Beams:eCM") == 13000
    assert pythia.flag("Print:quiet")
    assert pythia.mode("Random:seed") == 5
    assert pythia.flag("HardQCD:all") == (process == "background")


@pytest.mark.parametrize("dataset", sorted(MASSES))
def test_the_signal_has_its_masses_and_decays_to_light_quarks(dataset: str) -> None:
    pythia = generator(settings(dataset, "signal"), seed=5)
    for _ in range(20):
        assert pythia.next()
        particles = list(pythia.process)
        for code, mass in zip((34, 24, 23), MASSES[dataset], strict=True):
            (boson,) = [p for p in particles if abs(p.id()) == code]
            assert boson.m() == pytest.approx(mass, abs=1.01)
        daughters = [p for p in particles if p.isFinal()]
        assert len(daughters) == 4
        assert {abs(p.id()) for p in daughters} <= {1, 2, 3, 4}


def test_a_setting_that_pythia_does_not_know_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="Nonsense:mode"):
        generator(["Print:quiet = on", "Nonsense:mode = 1"], seed=1)


def test_generated_particles_are_visible_and_grouped() -> None:
    truth = generate(generator(settings("rd", "background"), seed=5), 20)
    assert truth.n == 20
    assert set(truth.event.tolist()) == set(range(20))
    assert (np.diff(truth.event) >= 0).all()
    assert not np.isin(np.abs(truth.code), (12, 14, 16)).any()
    assert {22, 130, 211} <= set(np.abs(truth.code).tolist())
    assert np.isfinite([truth.pt, truth.eta, truth.phi, truth.e]).all()
    assert (truth.e >= truth.pt * np.cosh(truth.eta) * (1 - 1e-9)).all()
    # What leaves is what came in, but for neutrinos and remnants along the beam.
    energy = np.bincount(truth.event, truth.e)
    assert energy.max() < 13000.1
    assert energy.mean() > 12000
    px = np.bincount(truth.event, truth.pt * np.cos(truth.phi))
    assert np.median(np.abs(px)) < 1


def test_generation_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    generate(generator(settings("rd", "signal"), seed=6), 5)
    assert capfd.readouterr() == ("", "")
