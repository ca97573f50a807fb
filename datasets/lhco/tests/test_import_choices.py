"""What is read of a foreign file where there is a choice: keys, columns, headers of text."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from foreign import LABELS, NAMES, N, features, fixed, lists, particles, rows, table, text
from test_import_readers import heard

from bench import InputError, RequestError

WORDS = ("pt", "eta", "phi")


def records(seed: int) -> pa.Array:
    """Particles as a list of records for each event."""
    flat = lists(particles(seed=seed))
    fields = [flat[word].flatten() for word in WORDS]
    return pa.ListArray.from_arrays(
        flat["pt"].offsets, pa.StructArray.from_arrays([*fields, fields[0]], [*WORDS, "mass"])
    )


def flatly(seed: int) -> np.ndarray:
    return rows(particles(seed=seed), None).astype(np.float32).reshape(-1, 700, 3)


def test_of_several_sets_of_particles_the_key_says_which(tmp_path: Path) -> None:
    path = tmp_path / "file"
    parts = lists(particles(seed=3), tuple(f"part_{word}" for word in WORDS))
    pq.write_table(pa.table({"Particle": records(1), "Jet": records(2), **parts}), path)
    with pytest.raises(InputError, match=r"say by --key which.*is Particle \(.*Jet \(.*part \("):
        heard(path)
    for key, seed in (("Particle", 1), ("Jet", 2), ("part", 3), ("part_", 3)):
        head, values, _, _ = heard(path, key=key)
        assert np.array_equal(values, flatly(seed))
    head, values, _, _ = heard(path, without=("Particle", "part_pt"))
    assert np.array_equal(values, flatly(2))
    assert "'Particle', 'part_pt', 'part_eta', 'part_phi', 'Jet.mass'" in head.notes[0]
    with pytest.raises(InputError, match=r"no particles for --key .jet.; .*Jet"):
        heard(path, key="jet")


def test_where_one_spelling_is_ambiguous_the_next_is_tried(tmp_path: Path) -> None:
    pt, eta, phi = np.concatenate(particles()).astype(np.float64).T
    ends = np.cumsum([len(event) for event in particles()])[:-1]
    momenta = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)
    flat = lists(particles())
    columns = {**flat, "PT": flat["pt"], **lists(np.split(momenta, ends), ("px", "py", "pz"))}
    pq.write_table(pa.table(columns), tmp_path / "file")
    _, values, _, _ = heard(tmp_path / "file")
    assert values == pytest.approx(flatly(1), rel=1e-5, abs=1e-5)


def test_a_key_says_which_array(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with h5py.File(path, "w") as f:
        f["train/x"] = rows(particles())
        f["test/x"] = rows(particles(seed=2), None)
    with pytest.raises(InputError, match=r"say by --key which one; there is /t.*2100"):
        heard(path)
    assert heard(path, key="/test/x")[2] is None
    with pytest.raises(InputError, match="there is no /test/y"):
        heard(path, key="test/y")
    with pytest.raises(InputError, match="/test is no array"):
        heard(path, key="test", layout="array")
    text(path)
    with pytest.raises(RequestError, match=r"--key x: .* is read as columns"):
        heard(path, key="x")


def test_a_group_of_one_block_stands_for_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for make in (fixed, table):
        make(path)
        assert heard(path, key="df")[0].layout == make.__name__
        with pytest.raises(InputError, match="there is no /other"):
            heard(path, key="other", layout=make.__name__)
    fixed(path)
    with h5py.File(path, "a") as f:
        f["other/block0_values"] = rows(particles(seed=2))
    for key in ("other", "other/block0_values"):
        head, values, _, _ = heard(path, key=key)
        assert head.layout == ("fixed" if key == "other" else "array")
        assert np.array_equal(values, flatly(2))
    with pytest.raises(RequestError, match=r"--label-column y: .* columns have no names"):
        heard(path, label="y", key="df")


def frame(f: h5py.File, key: str, form: str) -> None:
    """A frame of one feature, as pandas writes it in one of its formats."""
    if form == "fixed":
        f[f"{key}/axis0"] = f[f"{key}/block0_items"] = np.array([b"a"])
        f[f"{key}/block0_values"] = np.arange(3.0)[:, np.newaxis]
    else:
        kind = np.dtype([("index", "<i8"), ("values_block_0", "<f8", (1,))])
        f[f"{key}/table"] = np.zeros(3, kind)


def test_of_several_frames_the_key_says_which(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "file", "w") as f:
        frame(f, "a", "fixed")
        frame(f, "b", "fixed")
    with pytest.raises(InputError, match=r"say by --key which one; there is /., /"):
        heard(tmp_path / "file")
    assert heard(tmp_path / "file", key="b")[0].columns == ("a",)


@pytest.mark.parametrize("key", ["df", "mine"])
@pytest.mark.parametrize("how", [{}, {"layout": "features"}, {"key": "KEY"}])
def test_a_frame_in_the_table_format_is_named(
    tmp_path: Path, key: str, how: dict[str, str]
) -> None:
    with h5py.File(tmp_path / "file", "w") as f:
        frame(f, key, "table")
    message = f'; /{key} is in pandas\' format="table", wanted format="fixed"'
    with pytest.raises(InputError, match=message):
        heard(tmp_path / "file", **{name: value.replace("KEY", key) for name, value in how.items()})


def test_text_may_have_blank_lines_first_and_truths_as_labels(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text('# made by hand\n\n"m", n ,label\n1,2,True\n3,4, 0\n5,6,false\n7,8,1.0\n')
    head, values, labels, _ = heard(path)
    assert head.columns == ("m", "n")
    assert np.array_equal(values, [[1, 2], [3, 4], [5, 6], [7, 8]])
    assert labels.tolist() == [1, 0, 0, 1]
    text(path)
    path.write_text(path.read_text().replace(",1\n", ",True\n").replace(",0\n", ",False\n"))
    assert np.array_equal(heard(path)[2], LABELS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('"a\nb",c\n1,2\n', r"column 'a\\nb', wanted a printable name"),
        ("# a,b\n", "wanted a line with the names"),
        ("# only\n\n\n", "wanted a line with the names of the columns, there is none"),
        (",\n1,2\n", "wanted a line with the names"),
        ('"a\n' + "b" * 200_000 + '"\n', "field larger than field limit"),
        ("a,label\n1,maybe\n", "holds 'maybe' as a label"),
    ],
)
def test_odd_headers_and_labels_are_refused_in_one_line(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        heard(path)
    assert "\n" not in str(caught.value)


SUSPECTS = {
    "weights": ("weight", "W", "mcweight", "event_weights"),
    "numbers of events or runs": ("event", "EventNumber", "event_id", "run", "runNumber"),
    "labels": ("y", "class", "Signal", "is_signal_old", "isSignal2"),
}


def test_columns_that_look_like_no_feature_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    for kind, names in SUSPECTS.items():
        for name in names:
            path.write_text(f"a,{name}\n1,0\n")
            with pytest.raises(InputError, match=f"column '{name}' looks like {kind}, wanted --"):
                heard(path)
            head, _, labels, _ = heard(path, without=(name,))
            assert (head.columns, labels) == (("a",), None)
            assert head.notes == (f"column {name!r} is left out, as asked",)
    path.write_text("a,is_signal_new\n1,0\n")
    assert heard(path)[2].tolist() == [0]


def test_the_user_says_which_column_is_the_label(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("a,y,truth,label\n1,0,1,0\n2,1,1,0\n")
    with pytest.raises(InputError, match=r"label columns truth, label.*--without-column"):
        heard(path)
    with pytest.raises(InputError, match="column 'truth' looks like labels"):
        heard(path, label="y")
    head, _, labels, _ = heard(path, label="y", without=("truth", "label"))
    assert (head.columns, labels.tolist()) == (("a",), [0, 1])
    for how in ({"label": "b"}, {"without": ("b",)}):
        with pytest.raises(InputError, match="column 'b', there is 'a', 'y', 'truth', 'label'"):
            heard(path, **how)
    pq.write_table(pa.table({**lists(particles()), "class": LABELS}), tmp_path / "particles")
    assert np.array_equal(heard(tmp_path / "particles", label="class")[2], LABELS)


def test_the_mass_of_two_jets_has_several_spellings(tmp_path: Path) -> None:
    path = tmp_path / "file"
    columns = dict(zip(NAMES, features().T, strict=True))
    pq.write_table(pa.table({"mjj": np.arange(N) + 0.5, **columns}), path)
    head, values, _, _ = heard(path)
    assert head.columns == ("m_jj", *NAMES)
    assert head.notes == ("column 'mjj' is kept as m_jj",)
    assert np.array_equal(values[:, 0], np.arange(N) + 0.5)
    pq.write_table(pa.table({"mJJ": [1.0], "m_jj": [2.0]}), path)
    with pytest.raises(InputError, match="column 'm_jj' is there twice"):
        heard(path)
