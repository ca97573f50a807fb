"""Trees of Delphes, and which of several collections of particles are the event's own."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot
from foreign import N
from test_import_readers import heard
from test_import_root import WORDS, jagged, padded, tree

from bench import InputError


def flow(sizes: tuple[int, int, int] = (3, 1, 2)) -> dict[str, ak.Array]:
    """Delphes' particle flow, each kind of its own momentum."""
    kinds = {"EFlowTrack": "PT", "EFlowPhoton": "ET", "EFlowNeutralHadron": "ET"}
    return {
        name: ak.Array(
            [
                [{pt: 100.0 * i + event + j + 1, "Eta": 0.1 * j, "Phi": 0.2} for j in range(size)]
                for event in range(N)
            ]
        )
        for i, ((name, pt), size) in enumerate(zip(kinds.items(), sizes, strict=True))
    }


def test_of_delphes_the_particle_flow_is_the_event(tmp_path: Path) -> None:
    path = tmp_path / "x.root"
    beam = ak.Array([[{"PT": 0.0, "Eta": 999.9, "Phi": 0.0}]] * N)
    tracks, photons, hadrons = flow().values()
    delphes = {
        "EFlowTrack": ak.concatenate([beam, tracks], axis=1),
        "EFlowPhoton": photons,
        "EFlowNeutralHadron": hadrons,
        "Tower": jagged(2, ("ET", "Eta", "Phi")),
        "Jet": jagged(3, ("PT", "Eta", "Phi")),
        "Particle": jagged(4, ("PT", "Eta", "Phi")),
    }
    with uproot.recreate(path) as file:
        tree(file, "Delphes", delphes, sep=".")
    head, values, _, _ = heard(path)
    pt = values[5, :7, 0].tolist()
    assert pt == [6, 7, 8, 106, 206, 207, 0]
    assert head.notes[0] == (
        "particles are EFlowTrack, EFlowPhoton, EFlowNeutralHadron; --key takes others: Tower,"
        " Jet, Particle"
    )
    assert head.notes[1].startswith("particles of pt 0, as Delphes writes some")
    for key, seed in (("Tower", 2), ("Jet", 3), ("Particle", 4)):
        assert np.array_equal(heard(path, key=key)[1], padded(seed))
    assert np.array_equal(heard(path, key="EFlow")[1], values)
    assert np.array_equal(heard(path, key="EFlowPhoton")[1][5, :2, 0], [106, 0])


def test_of_delphes_without_particle_flow_the_towers_are_the_event(tmp_path: Path) -> None:
    path = tmp_path / "x.root"
    with uproot.recreate(path) as file:
        branches = {
            "Particle": jagged(1, ("PT", "Eta", "Phi")),
            "Track": jagged(3, ("PT", "Eta", "Phi")),
            "Tower": jagged(2, ("ET", "Eta", "Phi")),
        }
        tree(file, "Delphes", branches, sep=".")
    assert np.array_equal(heard(path)[1], padded(2))


def test_newer_particle_flow_is_taken_before_towers(tmp_path: Path) -> None:
    path = tmp_path / "x.root"
    with uproot.recreate(path) as file:
        branches = {
            "Tower": jagged(2, ("ET", "Eta", "Phi")),
            "ParticleFlowCandidate": jagged(1, ("PT", "Eta", "Phi")),
        }
        tree(file, "Delphes", branches, sep=".")
    assert np.array_equal(heard(path)[1], padded(1))


def test_records_and_columns_of_the_same_name_are_not_mixed_up(tmp_path: Path) -> None:
    path = tmp_path / "x.root"
    with uproot.recreate(path) as file:
        lists = {f"part_{word}": jagged(2)[word] for word in WORDS}
        file.mkrntuple("T", {"part": jagged(1), **lists})
    with pytest.raises(InputError, match="two sets of particles are called 'part', wanted one"):
        heard(path, key="part")
    assert np.array_equal(heard(path, without=("part",))[1], padded(2))


def test_half_of_a_particle_flow_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "x.root"
    tracks, photons, _ = flow().items()
    with uproot.recreate(path) as file:
        tree(file, "Delphes", dict([tracks, photons]), sep=".")
    with pytest.raises(InputError, match=r"say by --key which.*EFlowTrack \(.*EFlowPhoton \("):
        heard(path)


@pytest.mark.parametrize("name", ["GenPart", "truth", "mcParticles", "Particle"])
def test_particles_of_a_generator_are_never_taken_unasked(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.root"
    with uproot.recreate(path) as file:
        status = ak.ones_like(jagged()["pt"])
        made = ak.zip({**{word: jagged()[word] for word in WORDS}, "Status": status})
        tree(file, "T", {name: made})
    with pytest.raises(InputError, match=f"a generator's, .*wanted --key {name} if"):
        heard(path)
    assert np.array_equal(heard(path, key=name)[1], padded())
