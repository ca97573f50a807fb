"""ROOT files as uproot writes them: trees of features, of particles, and Delphes' own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot
from bench_lhco.imported.readers import root
from foreign import LABELS, NAMES, N, features, particles, rows
from test_import_readers import heard

from bench import InputError, RequestError

WORDS = ("pt", "eta", "phi")
COMPRESSIONS = {
    "none": None,
    "ZLIB": uproot.ZLIB(4),
    "LZMA": uproot.LZMA(4),
    "LZ4": uproot.LZ4(4),
    "ZSTD": uproot.ZSTD(4),
}


def jagged(seed: int = 1, words: tuple[str, ...] = WORDS) -> ak.Array:
    """The particles of all events as records."""
    events = particles(seed=seed)
    flat = np.concatenate(events)
    columns = {word: flat[:, i] for i, word in enumerate(words)}
    return ak.unflatten(ak.zip(columns), [len(event) for event in events])


def padded(seed: int = 1) -> np.ndarray:
    return rows(particles(seed=seed), None).reshape(N, 700, 3).astype(np.float32)


def tree(
    file: uproot.WritableDirectory, name: str, branches: dict[str, object], sep: str = "_"
) -> None:
    """A TTree, in which a branch of records is one branch for each of their fields."""

    def called(outer: str, inner: str) -> str:
        return inner if not outer else f"{outer}{sep}{inner}"

    branches = {key: ak.Array(values) for key, values in branches.items()}
    types = {key: values.type.content for key, values in branches.items()}
    made = file.mktree(name, types, counter_name=lambda key: f"{key}_size", field_name=called)
    made.extend(branches)


def named_features() -> dict[str, np.ndarray]:
    return {**dict(zip(NAMES, features().T, strict=True)), "label": LABELS}


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_flat_tree_has_a_feature_a_branch(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "x.root"
    with uproot.recreate(path, compression=COMPRESSIONS[compression]) as file:
        tree(file, "T", named_features())
    head, values, labels, _ = heard(path)
    assert (head.layout, head.events, head.columns) == ("columns", N, (*NAMES, "m_jj"))
    assert np.array_equal(values[:, :-1], features().astype(np.float32))
    assert np.array_equal(labels, LABELS)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_tree_of_lists_has_particles(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "x.root"
    with uproot.recreate(path, compression=COMPRESSIONS[compression]) as file:
        tree(file, "T", {"part": jagged(), "is_signal": LABELS == 1, "met": np.ones(N)})
    head, values, labels, _ = heard(path)
    assert (head.layout, head.events) == ("particles", N)
    assert np.array_equal(values, padded())
    assert np.array_equal(labels, LABELS)
    assert head.notes == ("left out, being no pt, eta or phi: 'part_size', 'met'",)


def test_an_rntuple_is_read_like_a_tree(tmp_path: Path) -> None:
    path = tmp_path / "x.root"
    with uproot.recreate(path) as file:
        file.mkrntuple("flat", named_features())
        file.mkrntuple("records", {"part": jagged(), "label": LABELS})
        file.mkrntuple("lists", {f"p_{word}": jagged()[word] for word in WORDS} | {"s": ["a"] * N})
    head, values, _, _ = heard(path, tree="flat")
    order = [head.columns.index(name) for name in NAMES]
    assert np.array_equal(values[:, order], features().astype(np.float32))
    for name in ("records", "lists"):
        assert np.array_equal(heard(path, tree=name)[1], padded())


def test_cartesian_momenta_with_energies_are_kept_as_pt_eta_phi(tmp_path: Path) -> None:
    pt, eta, phi = (np.concatenate(particles()).astype(np.float64)).T
    momenta = {"px": pt * np.cos(phi), "py": pt * np.sin(phi), "pz": pt * np.sinh(eta)}
    counts = [len(event) for event in particles()]
    columns = ak.unflatten(ak.zip({**momenta, "e": pt * np.cosh(eta)}), counts)
    with uproot.recreate(tmp_path / "x.root") as file:
        tree(file, "T", {"": columns})
    head, values, _, _ = heard(tmp_path / "x.root")
    assert values == pytest.approx(padded(), rel=1e-5, abs=1e-5)
    assert head.notes[0].startswith("particles are taken as massless")


def test_padding_of_negative_zeros_is_padding(tmp_path: Path) -> None:
    zeros = np.full((N, 2), -0.0)
    lists = {f"p{axis}": np.concatenate([zeros, np.ones((N, 1))], axis=1) for axis in "xyz"}
    with uproot.recreate(tmp_path / "x.root") as file:
        file.mkrntuple("T", {name: ak.from_regular(values) for name, values in lists.items()})
    values = heard(tmp_path / "x.root")[1]
    assert np.array_equal(values[:, 0, 2], np.full(N, np.float32(np.pi / 4)))
    assert not values[:, 1:].any()


def test_more_events_than_a_reading_takes_come_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(root, "READ_AT_ONCE", 1)
    with uproot.recreate(tmp_path / "x.root") as file:
        tree(file, "T", {"a": np.arange(5000.0)})
    assert np.array_equal(heard(tmp_path / "x.root")[1][:, 0], np.arange(5000))


def test_of_several_cycles_the_newest_is_read_unless_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.root"
    with uproot.recreate(path) as file:
        for cycle in (1.0, 2.0):
            tree(file, "T", {"a": np.full(3, cycle)})
    assert heard(path)[1].tolist() == [[2], [2], [2]]
    assert heard(path, tree="T")[1].tolist() == [[2], [2], [2]]
    assert heard(path, tree="T;1")[1].tolist() == [[1], [1], [1]]
    with pytest.raises(InputError, match=r"no tree 'T;3'"):
        heard(path, tree="T;3")


def several(file: uproot.WritableDirectory) -> None:
    for name in ("events", "dir/more"):
        tree(file, name, {"a": np.ones(3)})


def only_a_histogram(file: uproot.WritableDirectory) -> None:
    file["h"] = np.histogram(np.ones(3))


def two_sets(file: uproot.WritableDirectory) -> None:
    tree(file, "T", {"Jet": jagged(), "Muon": jagged(2)})


def uneven(file: uproot.WritableDirectory) -> None:
    lists = {word: jagged(2 if word == "phi" else 1)[word] for word in WORDS}
    file.mkrntuple("T", lists)


def nested(file: uproot.WritableDirectory) -> None:
    file.mkrntuple("T", {"a": [[[1.0], [2.0]]] * 3})


REFUSED: dict[str, tuple[Callable[[uproot.WritableDirectory], None], dict[str, str], str]] = {
    "several trees": (several, {}, "wanted one tree, say by --tree which; there is 'events', 'dir"),
    "no such tree": (several, {"tree": "event"}, "no tree 'event'; did you mean events"),
    "no tree": (only_a_histogram, {}, "there is no tree in it but TH1D"),
    "an empty tree": (lambda f: tree(f, "T", {"a": np.zeros(0)}), {}, "tree 'T' has 0 events"),
    "several sets of particles": (two_sets, {}, r"--key which.*there is Jet \(.*Muon \("),
    "lists of different lengths": (uneven, {}, "pt, eta, phi have lists of different lengths"),
    "nested vectors": (nested, {}, r"wanted lists of pt.*there is a \(large_list<item: large"),
    "nested vectors as features": (nested, {"layout": "columns"}, "'a' holds large_list"),
    "texts": (lambda f: f.mkrntuple("T", {"a": ["x", "y"]}), {}, "'a' holds large_string"),
    "an event number": (
        lambda f: tree(f, "T", {"a": np.ones(3), "eventNumber": np.arange(3)}),
        {},
        "'eventNumber' looks like numbers of events.*--without-column",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_known_or_read_is_said_in_one_line(tmp_path: Path, what: str) -> None:
    make, how, message = REFUSED[what]
    path = tmp_path / "x.root"
    with uproot.recreate(path) as file:
        make(file)
    with pytest.raises(InputError, match=message) as caught:
        heard(path, **how)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("left", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_truncated_file_is_refused_in_one_line(tmp_path: Path, left: float) -> None:
    path = tmp_path / "x.root"
    with uproot.recreate(path) as file:
        tree(file, "T", {"part": jagged(), "label": LABELS})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(InputError, match=r"damaged|no tree|cut off") as caught:
        heard(path)
    assert "\n" not in str(caught.value)


def test_a_file_of_noise_behind_the_signature_never_gives_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what uproot made of noise may hold itself so deeply that Python cannot say why it goes
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    path, rng = tmp_path / "x.root", np.random.default_rng(1)
    with uproot.recreate(path, compression=None) as file:
        tree(file, "T", {"a": np.ones(50), "b": np.arange(50)})
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    for _ in range(60):
        damaged = whole.copy()
        damaged[rng.integers(4, len(whole), 20)] = rng.integers(0, 256, 20)
        path.write_bytes(damaged.tobytes())
        with suppress(InputError):  # anything else fails this test
            heard(path)


def test_a_tree_behind_a_colon_is_asked_for_as_an_option(tmp_path: Path) -> None:
    (tmp_path / "x.root").write_bytes(b"root")
    with pytest.raises(InputError, match=r"no such file; wanted .*x.root --tree dir/T"):
        heard(Path(f"{tmp_path / 'x.root'}:dir/T"))


def test_a_tree_is_asked_of_root_files_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n1\n")
    with pytest.raises(RequestError, match=r"--tree T: .*x.csv is no ROOT file"):
        heard(path, tree="T")


def test_without_uproot_one_line_names_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.root"
    path.write_bytes(b"root" + bytes(100))
    monkeypatch.setitem(sys.modules, "uproot", None)
    monkeypatch.setattr(root, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'bench-lhco\[root\]'"):
        heard(path)


def test_weavers_classes_are_labels_in_root_too(tmp_path: Path) -> None:
    path = tmp_path / "x.root"
    classes = {"label_QCD": LABELS == 0, "label_Tbqq": LABELS == 1}
    with uproot.recreate(path) as file:
        tree(file, "tree", {"part": jagged(), **classes, "jet_pt": np.ones(N)})
    head, values, labels, _ = heard(path)
    assert head.layout == "weaver"
    assert np.array_equal(values, padded())
    assert np.array_equal(labels, LABELS)
