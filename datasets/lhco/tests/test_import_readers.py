"""Readers of foreign files: what is read of each layout, and what is refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench_lhco.imported.momenta import massless
from bench_lhco.imported.readers import read
from bench_lhco.imported.stream import Foreign, Head, Slice
from foreign import (
    FEATURES,
    LABELS,
    NAMES,
    PARTICLES,
    N,
    blocks,
    features,
    lists,
    particles,
    rows,
    text,
)

from bench import InputError


def heard(path: Path, **how: object) -> tuple[Head, np.ndarray, np.ndarray | None, int]:
    """Head, values, labels and dropped particles of a file, read in this process."""
    head, *parts = read(path, Foreign(path, **how))
    assert isinstance(head, Head)
    assert all(isinstance(part, Slice) for part in parts)
    labelled = parts[0].labels is not None
    return (
        head,
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.labels for part in parts]) if labelled else None,
        sum(part.dropped for part in parts),
    )


@pytest.mark.parametrize("layout", PARTICLES)
def test_particles_are_the_same_in_every_layout(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "file"
    PARTICLES[layout](path)
    head, values, labels, dropped = heard(path)
    assert (head.layout, head.events, head.columns) == (layout.partition(" ")[0], N, None)
    assert np.array_equal(values.reshape(N, 2100), rows(particles(), None).astype(np.float32))
    assert np.array_equal(labels, LABELS)
    assert dropped == 0
    assert np.array_equal(heard(path, layout=head.layout)[1], values)


@pytest.mark.parametrize("layout", FEATURES)
def test_features_are_the_same_in_every_layout(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "file"
    FEATURES[layout](path)
    head, values, labels, _ = heard(path)
    assert (head.layout, head.columns) == (layout.partition(" ")[0], (*NAMES, "m_jj"))
    x = features()
    assert np.array_equal(values[:, :-1], x.astype(np.float32))
    assert np.array_equal(labels, LABELS)
    energy = [np.sqrt((x[:, i : i + 4] ** 2).sum(axis=1)) for i in (0, 7)]
    assert values[:, -1] == pytest.approx(sum(energy), rel=1e-6)  # the momenta are opposite


def test_momenta_become_pt_eta_phi(tmp_path: Path) -> None:
    pt, eta, phi = np.concatenate(particles()).astype(np.float64).T
    flat = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)
    assert massless(*flat.T) == pytest.approx(np.stack([pt, eta, phi], axis=1))
    assert (massless(*np.zeros((3, 1))) == 0).all()
    ends = np.cumsum([len(event) for event in particles()])[:-1]
    columns = lists(np.split(flat, ends), ("Part.Px", "Part.Py", "Part.Pz"))
    pq.write_table(pa.table({**columns, "Part.E": columns["Part.Px"]}), tmp_path / "file")
    _, values, labels, _ = heard(tmp_path / "file")
    assert values.reshape(N, 2100) == pytest.approx(rows(particles(), None), rel=1e-5, abs=1e-5)
    assert labels is None


def test_the_hardest_particles_are_kept_and_padding_is_not_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    event = np.column_stack([rng.permutation(800) + 1.0, rng.normal(size=(800, 2))])
    padded = np.concatenate([np.zeros((50, 3)), event[:100], np.zeros((700, 3))])
    pq.write_table(pa.table(lists([event, padded, event[:700]])), tmp_path / "file")
    _, values, _, dropped = heard(tmp_path / "file")
    assert dropped == 100
    hard = event[event[:, 0] > 100]
    assert np.array_equal(values[0], hard.astype(np.float32))
    assert np.array_equal(values[1, :100], event[:100].astype(np.float32))
    assert not values[1, 100:].any()
    assert np.array_equal(values[2], event[:700].astype(np.float32))


def test_an_invalid_particle_is_not_lost_among_those_left_out(tmp_path: Path) -> None:
    event = np.ones((800, 3))
    event[-1, 0] = np.nan
    pq.write_table(pa.table(lists([event])), tmp_path / "file")
    assert np.isnan(heard(tmp_path / "file")[1]).any()


def test_text_may_have_comments_other_separators_and_no_label(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("# made by hand\n# twice\nm;pt j\n1;2\n3;\n")
    head, values, labels, _ = heard(path)
    assert (head.columns, head.notes, labels) == (("m", "pt j"), (), None)
    assert np.array_equal(values, [[1, 2], [3, np.nan]], equal_nan=True)
    text(path, sep="\t")
    assert heard(path)[0].notes[0] == "column '' numbers the events and is left out"


def _hdf5(fill: Callable[[h5py.File], None]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with h5py.File(path, "w") as f:
            fill(f)

    return make


def _of(table: dict[str, object]) -> Callable[[Path], None]:
    return lambda path: pq.write_table(pa.table(table), path)


def linked(f: h5py.File) -> None:
    with h5py.File(f.filename + ".other", "w") as other:
        other["events"] = rows(particles())
    f["soft"] = h5py.SoftLink("/nowhere")
    f["external"] = h5py.ExternalLink(f.filename + ".other", "/events")


def virtual(f: h5py.File) -> None:
    source = f.filename + ".other"
    with h5py.File(source, "w") as other:
        other["events"] = rows(particles())
    layout = h5py.VirtualLayout((N, 2101), "<f8")
    layout[:] = h5py.VirtualSource(source, "events", (N, 2101))
    f.create_virtual_dataset("events", layout)


def objects_in_names(f: h5py.File) -> None:
    f["df/block0_values"] = np.zeros((3, 2))
    f["df/block0_items"] = np.array([b"a", b"b"], dtype=h5py.special_dtype(vlen=bytes))


def objects_in_values(f: h5py.File) -> None:
    f.create_dataset("df/block0_values", (3, 1), h5py.special_dtype(vlen=np.uint8))
    f["df/block0_items"] = np.array([b"a"])


def soft_block(f: h5py.File) -> None:
    f["other"] = np.zeros((3, 1))
    f["df/block0_values"] = np.zeros((3, 1))
    f["df/block0_items"] = np.array([b"a"])
    f["df/block1_values"] = h5py.SoftLink("/other")
    f["df/block1_items"] = np.array([b"b"])
    f["df/axis0"] = np.array([b"a", b"b"])


def uneven(f: h5py.File) -> None:
    for block, events in enumerate((3, 4)):
        f[f"df/block{block}_values"] = np.zeros((events, 1))
        f[f"df/block{block}_items"] = np.array([b"ab"[block : block + 1]])


def bomb(f: h5py.File) -> None:
    f.create_dataset("events", (10**8, 2101), "<f8", chunks=(3, 2101))[:3] = rows(particles())[:3]


def loop(f: h5py.File) -> None:
    f["a/b/numbers"] = np.arange(3)
    f["a/b/round"] = f["a"]


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "links are not followed": (_hdf5(linked), "wanted one array of events.*there is none"),
    "virtual": (_hdf5(virtual), "keeps its values in other files"),
    "bomb": (_hdf5(bomb), "declares .* and stores"),
    "loop": (_hdf5(loop), r"there is /a/b/numbers \(3,\)"),
    "names that are objects": (_hdf5(objects_in_names), "plain byte strings"),
    "values that are objects": (_hdf5(objects_in_values), "wanted numbers of 1 columns"),
    "a block behind a link": (
        _hdf5(soft_block),
        "with the columns a, wanted a, b as /df/axis0",
    ),
    "uneven blocks": (_hdf5(uneven), "blocks of 3, 4 events"),
    "wrong width": (_hdf5(lambda f: f.update(x=np.zeros((9, 2099)))), r"there is /x \(9, 2099\)"),
    "integers": (_hdf5(lambda f: f.update(x=np.zeros((9, 2101), int))), "holds int64"),
    "lists of different lengths": (
        _of({**lists(particles()), "eta": lists(particles(seed=2))["eta"]}),
        "lists of different lengths",
    ),
    "lists that are missing": (
        _of({"pt": [[1.0], None], "eta": [[1.0], [0.0]], "phi": [[1.0], [0.0]]}),
        "that are missing",
    ),
    "lists of texts": (_of({name: [["a"]] for name in ("pt", "eta", "phi")}), "holds string"),
    "two spellings": (
        _of({**lists(particles()), **lists(particles(), ("jet_pt", "jet_eta", "jet_phi"))}),
        r"say by --key which.*there is no name \(pt, eta, phi\), jet \(jet_pt, jet_eta, jet_phi\)",
    ),
    "no particles": (_of({"px": [[1.0]], "eta": [[1.0]]}), "wanted lists of pt, eta, phi or"),
    "texts": (_of({"a": ["x"], "label": [1]}), "column 'a' holds string"),
    "no events": (_of({"a": pa.array([], pa.float64())}), "declares 0 events"),
    "two labels": (_of({"a": [1.0], "label": [1], "target": [1]}), "label columns label, target"),
    "only a label": (_of({"label": [1]}), "no column of features"),
    "cut off": (lambda p: p.write_bytes(b"PAR1" + b"x" * 99), "damaged or not readable"),
    "a word in CSV": (lambda p: p.write_text("a,b\n1,x\n"), "column 2 holds 'x', wanted numbers"),
    "too many in a line": (lambda p: p.write_text("a,b\n1,2,3\n"), "Expected 2 columns"),
    "no names": (lambda p: p.write_text("1,2\n3,4\n"), "wanted the names of the columns"),
    "the same name twice": (lambda p: p.write_text("a,a\n3,4\n"), "'a' is there twice"),
    "a name of controls": (lambda p: p.write_text("a\x1b[2J,b\n3,4\n"), "wanted a printable name"),
    "binary": (lambda p: p.write_bytes(b"a\0b"), "neither HDF5, Parquet, ROOT, NumPy nor text"),
    "empty": (lambda p: p.write_bytes(b""), "neither HDF5, Parquet, ROOT, NumPy nor text"),
    "no text": (lambda p: p.write_bytes(b"\xff\xfe,b\n1,2\n"), "not text in UTF-8"),
    "missing": (lambda p: None, "no such file"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_hostile_or_damaged_is_refused(tmp_path: Path, what: str) -> None:
    make, message = HOSTILE[what]
    path = tmp_path / "file"
    make(path)
    with pytest.raises(InputError, match=message) as caught:
        heard(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_forced_layout_is_not_another_one(tmp_path: Path) -> None:
    blocks(tmp_path / "file")
    for layout in ("array", "fixed", "table", "particles"):
        with pytest.raises(InputError):
            heard(tmp_path / "file", layout=layout)
