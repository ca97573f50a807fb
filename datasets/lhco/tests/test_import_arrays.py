"""Arrays with labels beside: padded particles, rows and features, in .npy, .npz and HDF5."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from bench_lhco.cards import Card, read_card
from bench_lhco.imported.momenta import STABLE, masses
from bench_lhco.imported.places import CARD, folder_of
from foreign import LABELS, NAMES, N, features, particles, rows
from importing import imported_dataset
from test_import_readers import heard

import bench
from bench import InputError, RequestError

WORDS = ("pt", "eta", "phi")


def padded(most: int = 700) -> np.ndarray:
    out = np.zeros((N, most, 3), np.float32)
    for row, event in zip(out, particles(), strict=True):
        row[: len(event)] = event
    return out


def npy(path: Path, **arrays: np.ndarray) -> None:
    with path.open("wb") as stream:
        np.save(stream, next(iter(arrays.values())))


def npz(path: Path, **arrays: np.ndarray) -> None:
    with path.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def plain_npz(path: Path, **arrays: np.ndarray) -> None:
    with path.open("wb") as stream:
        np.savez(stream, **arrays)


def hdf5(path: Path, **arrays: np.ndarray) -> None:
    with h5py.File(path, "w") as f:
        for name, values in arrays.items():
            f[f"group/{name}"] = values


FILES: dict[str, Callable[..., None]] = {
    "npy": npy,
    "npz": npz,
    "npz without packing": plain_npz,
    "HDF5": hdf5,
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8"])
def test_the_official_form_in_three_axes_is_read_with_its_labels(
    tmp_path: Path, file: str, dtype: str
) -> None:
    path = tmp_path / "file"
    FILES[file](path, x=padded().astype(dtype), y=LABELS)
    head, values, labels, _ = heard(path)
    assert (head.layout, head.events) == ("padded", N)
    assert np.array_equal(values, padded())
    assert head.notes[0] == "columns are taken as pt, eta, phi, as in the official files"
    assert labels is None if file == "npy" else np.array_equal(labels, LABELS)


@pytest.mark.parametrize("file", FILES)
def test_what_other_columns_mean_is_asked_for(tmp_path: Path, file: str) -> None:
    path = tmp_path / "file"
    FILES[file](path, jets=np.asfortranarray(padded(80)[..., ::-1]), label=LABELS[:, np.newaxis])
    with pytest.raises(InputError, match=r"has 3 numbers for each particle; say by --columns"):
        heard(path)
    with pytest.raises(InputError, match=r"has 3 columns, --columns names 2, wanted as many"):
        heard(path, columns=("pt", "eta"))
    with pytest.raises(InputError, match=r"columns pt, eta, m, wanted pt, eta, phi or pt, y, phi"):
        heard(path, columns=("pt", "eta", "m"))
    _, values, labels, _ = heard(path, columns=("phi", "eta", "pt"), units=(("pt", "TeV"),))
    assert values[..., 0] == pytest.approx(padded()[..., 0] * 1000)
    assert np.array_equal(values[..., 1:], padded()[..., 1:])
    assert labels is None if file == "npy" else np.array_equal(labels, LABELS)


def test_a_mask_of_real_particles_is_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    npz(path, X=padded(), y=LABELS, part_mask=np.ones((N, 1, 700))[:, 0])
    with pytest.raises(InputError, match=r"part_mask says which particles are real, wanted zeros"):
        heard(path)
    assert np.array_equal(heard(path, without=("part_mask",))[1], padded())


def energyflow() -> tuple[np.ndarray, np.ndarray]:
    """Particles as EnergyFlow keeps them, and the same with eta in place of the rapidity."""
    with_eta = padded(120).astype(np.float64)
    kinds = np.random.default_rng(1).choice([22, 211, -211, 130, -2212, 11], (N, 120))
    kinds[with_eta[..., 0] == 0] = 0
    pt, eta, phi = np.moveaxis(with_eta, -1, 0)
    mass = np.vectorize(lambda kind: STABLE[abs(kind)])(kinds)
    p_z, energy = pt * np.sinh(eta), np.sqrt((pt * np.cosh(eta)) ** 2 + mass**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        y = np.where(pt > 0, 0.5 * np.log((energy + p_z) / (energy - p_z)), 0)
    return np.stack([pt, y, phi, kinds], axis=-1), with_eta


def test_jets_of_energyflow_come_with_eta_from_rapidity_and_mass(tmp_path: Path) -> None:
    jets, with_eta = energyflow()
    npz(tmp_path / "x.npz", X=jets, y=LABELS.astype(float))
    head, values, labels, _ = heard(tmp_path / "x.npz")
    assert values[:, :120] == pytest.approx(with_eta, rel=1e-5, abs=1e-5)
    assert not np.allclose(jets[..., 1], with_eta[..., 1], rtol=0, atol=1e-3)
    assert np.array_equal(labels, LABELS)
    assert head.notes[:2] == (
        "columns are taken as EnergyFlow's pt, y, phi, pid",
        "the rapidity y is kept as eta, with the masses of the particles' kinds",
    )


def test_rapidity_without_masses_is_that_of_massless_particles_and_says_so(tmp_path: Path) -> None:
    jets, _ = energyflow()
    npz(tmp_path / "x.npz", X=jets[..., :3], y=LABELS)
    head, values, _, _ = heard(tmp_path / "x.npz", columns=("pt", "y", "phi"))
    assert np.array_equal(values[:, :120], jets[..., :3].astype(np.float32))
    assert "as of massless particles" in head.notes[0]
    npz(tmp_path / "x.npz", X=jets, y=LABELS)
    same = heard(tmp_path / "x.npz", columns=("pt", "y", "phi", "_"))[1]
    assert np.array_equal(same, values)


@pytest.mark.parametrize("kind", [0.3, 4122.0, np.nan])
def test_kinds_that_are_none_are_not_guessed(tmp_path: Path, kind: float) -> None:
    jets, _ = energyflow()
    jets[3, 0, 3] = kind
    npz(tmp_path / "x.npz", X=jets, y=LABELS)
    with pytest.raises(InputError, match="say by --columns what they are"):
        heard(tmp_path / "x.npz")
    with pytest.raises(InputError, match=r"a particle of kind .*, wanted PDG numbers"):
        heard(tmp_path / "x.npz", columns=("pt", "y", "phi", "pid"))


def test_masses_are_those_of_the_kinds(tmp_path: Path) -> None:
    assert masses(tmp_path, np.array([-211.0, 22, 2212])) == pytest.approx([0.13957, 0, 0.938272])


def test_cartesian_arrays_are_kept_as_pt_eta_phi(tmp_path: Path) -> None:
    pt, eta, phi = np.moveaxis(padded(60).astype(np.float64), -1, 0)
    p = [pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), pt * np.cosh(eta)]
    npy(tmp_path / "x.npy", x=np.stack(p, axis=-1))
    values = heard(tmp_path / "x.npy", columns=("px", "py", "pz", "e"))[1]
    assert values == pytest.approx(padded(), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("labels", [None, LABELS])
def test_rows_of_the_official_form_are_read(
    tmp_path: Path, file: str, labels: np.ndarray | None
) -> None:
    path = tmp_path / "file"
    beside = {"label": LABELS} if labels is None else {}
    FILES[file](path, events=rows(particles(), labels), **beside)
    head, values, read, _ = heard(path)
    assert head.layout == "array"
    assert np.array_equal(values, padded())
    assert read is None if labels is None and file == "npy" else np.array_equal(read, LABELS)


def structured() -> np.ndarray:
    table = np.zeros(N, [*((name, "<f8") for name in NAMES), ("label", "i1")])
    for name, column in zip(NAMES, features().T, strict=True):
        table[name] = column
    table["label"] = LABELS
    return table


@pytest.mark.parametrize("file", FILES)
def test_features_with_names_are_read(tmp_path: Path, file: str) -> None:
    path = tmp_path / "file"
    FILES[file](path, table=structured())
    head, values, labels, _ = heard(path)
    assert (head.layout, head.columns) == ("columns", (*NAMES, "m_jj"))
    assert np.array_equal(values[:, :-1], features().astype(np.float32))
    assert np.array_equal(labels, LABELS)
    with pytest.raises(RequestError, match="names its columns itself"):
        heard(path, columns=("a", "b"))


@pytest.mark.parametrize("file", ["npz", "HDF5"])
def test_arrays_may_be_a_feature_each(tmp_path: Path, file: str) -> None:
    path = tmp_path / "file"
    columns = dict(zip(NAMES, features().T, strict=True))
    FILES[file](path, **columns, label=LABELS, part=np.array([b"train", b"test"] * (N // 2)))
    with pytest.raises(InputError, match="column 'part' holds string, wanted numbers"):
        heard(path)
    head, values, labels, _ = heard(path, split="part")
    order = [head.columns.index(name) for name in NAMES]
    assert np.array_equal(values[:, order], features().astype(np.float32))
    assert np.array_equal(labels, LABELS)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("order", ["C", "F"])
def test_names_of_plain_features_are_asked_for(tmp_path: Path, file: str, order: str) -> None:
    path = tmp_path / "file"
    FILES[file](path, X=np.asarray(features(), order=order), y=LABELS)
    with pytest.raises(InputError, match="--columns"):
        heard(path)
    head, values, labels, _ = heard(path, columns=tuple(NAMES))
    assert head.columns == (*NAMES, "m_jj")
    assert np.array_equal(values[:, :-1], features().astype(np.float32))
    assert labels is None if file == "npy" else np.array_equal(labels, LABELS)


def test_of_several_arrays_the_key_says_which_and_labels_follow(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    arrays = {"X_train": padded(), "y_train": LABELS, "X_test": padded()[:9], "y_test": LABELS[:9]}
    npz(path, **arrays, weights=np.ones(9))
    with pytest.raises(InputError, match=r"say by --key which one; there is X_train .*X_test"):
        heard(path)
    head, values, labels, _ = heard(path, key="X_test")
    assert (len(values), labels.tolist()) == (9, LABELS[:9].tolist())
    assert head.notes[1:] == (
        "labels are those of array 'y_test'",
        "arrays left out: 'X_train', 'y_train', 'weights'",
    )
    with pytest.raises(InputError, match="no array 'X_valid'"):
        heard(path, key="X_valid")


def card_of(context: bench.Context) -> Card:
    return read_card(folder_of("mine", context.data) / CARD)


def test_a_division_beside_the_events_is_asked_about_and_taken(
    tmp_path: Path, context: bench.Context
) -> None:
    path = tmp_path / "x.npz"
    npz(path, X=padded(), y=LABELS, split=np.array(["train", "test"] * (N // 2)))
    with pytest.raises(InputError, match=r"'split' looks like a division.*--split-column split"):
        heard(path)
    assert len(heard(path, without=("split",))[1]) == N
    npz(path, X=padded(), y=np.arange(N) // 2 % 2, split=np.array(["train", "test"] * (N // 2)))
    imported_dataset(context, file=path, split_column="split")
    division = card_of(context).division
    assert division is not None
    assert (division.train, division.test) == (N // 2, N // 2)


def test_labels_may_be_an_array_in_a_file_of_their_own(
    tmp_path: Path, context: bench.Context
) -> None:
    npy(tmp_path / "X.npy", X=padded())
    npy(tmp_path / "y.npy", y=LABELS.astype(float))
    imported_dataset(context, file=tmp_path / "X.npy", labels=tmp_path / "y.npy")
    assert [label.events for label in card_of(context).labels] == [N // 2, N // 2]
    for bad, message in ((LABELS[:-1], "59 labels"), (LABELS + 9, "a label other than")):
        npy(tmp_path / "y.npy", y=bad)
        with pytest.raises(InputError, match=message):
            imported_dataset(
                context, file=tmp_path / "X.npy", labels=tmp_path / "y.npy", name="other"
            )
