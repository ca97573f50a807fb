"""Files of JetNet's, OmniLearned's and weaver's that others made, as datasets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_lhco.imported.import_file import import_file
from exports import exported
from foreign import N, lists, particles
from importing import imported_dataset, left

import bench

pytestmark = pytest.mark.usefixtures("here")
PLACES = {"jetnet": "test/signal150.hdf5", "omnilearned": "custom/test/events.h5"}
"""Of a file of an export."""


def features(dataset: bench.Dataset, context: bench.Context) -> bench.Table:
    return dataset.table(dataset.open(None, None, context), context)


def stripped(folder: Path, layout: str, *names: str) -> Path:
    """The test file of signal without some of what the export wrote into it."""
    with h5py.File(folder / PLACES[layout], "r+") as file:
        for name in names:
            del file[name]
    return folder / PLACES[layout]


@pytest.mark.parametrize("layout", ["jetnet", "omnilearned"])
def test_momenta_are_rebuilt_from_coordinates_about_a_jet(
    context: bench.Context, tmp_path: Path, layout: str
) -> None:
    table, _, _ = exported(context, tmp_path / "out", layout)
    with h5py.File(stripped(tmp_path / "out", layout, "particles")) as file:
        ids = file["event"][:]
        kind = file["label"][:]
    back = features(imported_dataset(context, file=tmp_path / "out" / PLACES[layout]), context)
    theirs = table.take(np.array([table.ids.tolist().index(i) for i in ids.tolist()]))
    assert (back.y == kind).all()
    for name in ("j1_pt", "j1_eta", "j1_phi", "j1_m", "j2_m", "m_jj", "j1_n", "j2_n"):
        np.testing.assert_allclose(back.column(name), theirs.column(name), rtol=1e-3, atol=2e-3)


def test_jets_without_azimuth_are_turned_to_zero_and_the_card_says_so(
    context: bench.Context, tmp_path: Path
) -> None:
    exported(context, tmp_path / "out", "jetnet")
    # as JetNet publishes it: a file a class, and nothing beside the two arrays
    names = ("particles", "offsets", "jet_phi", "label", "event", "index", "weight")
    signal = stripped(tmp_path / "out", "jetnet", *names)
    background = tmp_path / "q150.hdf5"
    background.write_bytes(signal.read_bytes())
    with h5py.File(background, "r+") as file:
        file["jet_features"][:, 0] *= 1.01
        jets = file["jet_features"][:]
    made = imported_dataset(context, file=background, signal_file=signal)
    back = features(made, context)
    assert (back.y[: len(jets)] == 0).all()
    assert (back.y[len(jets) :] == 1).all()
    # of an event without jets there is nothing to turn
    some = back.column("j1_n")[: len(jets)] > 1
    np.testing.assert_allclose(back.column("j1_pt")[: len(jets)][some], jets[some, 0], rtol=1e-3)
    assert np.abs(back.column("j1_phi")).max() < 1e-3
    assert "azimuth, which is taken as 0" in made.card()


def without(*names: str, columns: bool = True) -> Callable[[h5py.File], None]:
    """Takes these out of a file, or what `global` says of its columns."""

    def change(file: h5py.File) -> None:
        for name in names:
            del file[name]
        if not columns:
            del file["global"].attrs["columns"]

    return change


def narrow(file: h5py.File) -> None:
    jets = file["jet_features"][:, :2]
    del file["jet_features"]
    file["jet_features"] = jets


def descend(file: h5py.File) -> None:
    file["offsets"][1] = 10**6


def reach_out(file: h5py.File) -> None:
    del file["pid"]
    file["pid"] = h5py.SoftLink("/label")


def many(file: h5py.File) -> None:
    file["pid"][0] = 200


@pytest.mark.parametrize(
    ("layout", "change", "said"),
    [
        ("omnilearned", without("particles", columns=False), "nothing says where its jets are"),
        ("omnilearned", without("particles", "global"), "nothing says where its jets are"),
        ("omnilearned", descend, "offsets does not ascend within particles"),
        ("omnilearned", many, "event 0 has a label other than 0, 1, 2"),
        ("omnilearned", reach_out, "there is no pid"),
        ("jetnet", narrow, "has 2 columns, wanted pt, eta and mass"),
        ("jetnet", without("jet_features"), "there is no jet_features"),
    ],
)
def test_what_cannot_be_rebuilt_is_refused_in_a_line(
    context: bench.Context,
    tmp_path: Path,
    layout: str,
    change: Callable[[h5py.File], None],
    said: str,
) -> None:
    exported(context, tmp_path / "out", layout)
    file = tmp_path / "out" / PLACES[layout]
    with h5py.File(file, "r+") as opened:
        change(opened)
    with pytest.raises(bench.InputError, match=said) as refused:
        import_file(bench.ImportRequest(file, "mine", layout=layout), context)
    assert "\n" not in str(refused.value)
    assert not left(context)


def jetclass(path: Path, classes: dict[str, np.ndarray]) -> Path:
    """A file as weaver's users have it: momenta, and a column a class."""
    pt, eta, phi = (lists(particles())[name] for name in ("pt", "eta", "phi"))
    flat = [np.asarray(values.flatten()) for values in (pt, eta, phi)]
    momenta = {
        "px": flat[0] * np.cos(flat[2]),
        "py": flat[0] * np.sin(flat[2]),
        "pz": flat[0] * np.sinh(flat[1]),
        "energy": flat[0] * np.cosh(flat[1]),
    }
    columns = {
        f"part_{name}": pa.ListArray.from_arrays(pt.offsets, pa.array(values))
        for name, values in momenta.items()
    }
    pq.write_table(pa.table(columns | classes), path)
    return path


def test_columns_of_classes_are_labels_with_background_first(
    context: bench.Context, tmp_path: Path
) -> None:
    kind = np.arange(N) % 3
    names = ("label_Hbb", "label_QCD", "label_Tbqq")
    classes = {name: (kind == i).astype(np.float32) for i, name in enumerate(names)}
    made = imported_dataset(context, file=jetclass(tmp_path / "a.parquet", classes))
    assert "labels by class: 0 QCD, 1 Hbb, 2 Tbqq" in made.card()
    assert (features(made, context).y == (kind != 1)).all()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("label_Hbb", "label_Tbqq"), "wanted at most 10, of them one called label_background"),
        (("label_QCD", "label_bkg"), "wanted at most 10, of them one called label_background"),
        (tuple(f"label_{i}" for i in range(11)), "wanted at most 10"),
    ],
)
def test_classes_of_which_no_one_is_known_as_background_are_asked_about(
    context: bench.Context, tmp_path: Path, names: tuple[str, ...], said: str
) -> None:
    classes = {name: (np.arange(N) % len(names) == i) * 1 for i, name in enumerate(names)}
    file = jetclass(tmp_path / "a.parquet", classes)
    with pytest.raises(bench.InputError, match=said):
        import_file(bench.ImportRequest(file, "mine"), context)


def test_an_event_of_two_classes_is_refused(context: bench.Context, tmp_path: Path) -> None:
    classes = {"label_QCD": np.ones(N), "label_Hbb": np.arange(N) % 2}
    file = jetclass(tmp_path / "a.parquet", classes)
    with pytest.raises(bench.InputError, match="30 events are of no class or of several"):
        import_file(bench.ImportRequest(file, "mine"), context)


def test_a_folder_of_something_else_is_refused(context: bench.Context, tmp_path: Path) -> None:
    with pytest.raises(bench.InputError, match=r"without train.parquet"):
        import_file(bench.ImportRequest(tmp_path, "mine"), context)
    (tmp_path / "train.parquet").touch()
    (tmp_path / "test.parquet").touch()
    request = bench.ImportRequest(tmp_path, "mine", split_column="sample")
    with pytest.raises(bench.RequestError, match="is a folder, whose files say that"):
        import_file(request, context)
