"""Features in text as people write it: packed, parted by other signs, with comments."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from bench_lhco.imported.readers import packed
from foreign import LABELS, NAMES, features, text
from importing import imported_dataset
from test_import_division import table_of
from test_import_readers import heard

import bench
from bench import InputError, RequestError

PACKED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def zst(path: Path, data: bytes) -> None:
    with pa.CompressedOutputStream(str(path), "zstd") as stream:
        stream.write(data)


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("way", [*PACKED, "zst"])
def test_packed_text_is_read_whatever_it_is_called(tmp_path: Path, way: str) -> None:
    text(tmp_path / "plain.csv")
    data, path = (tmp_path / "plain.csv").read_bytes(), tmp_path / "file"
    if way == "zst":
        zst(path, data)
    else:
        path.write_bytes(PACKED[way](data))
    head, values, labels, _ = heard(path)
    assert head.columns == (*NAMES, "m_jj")
    assert np.array_equal(values[:, :-1], features().astype(np.float32))
    assert np.array_equal(labels, LABELS)


@pytest.mark.parametrize("way", PACKED)
def test_packed_text_that_is_cut_off_is_refused(tmp_path: Path, way: str) -> None:
    rng = np.random.default_rng(1)
    lines = "\n".join(f"{a:.17g},{b:.17g}" for a, b in rng.normal(size=(20_000, 2)))
    whole = PACKED[way](f"a,b\n{lines}\n".encode())
    path = written(tmp_path / "file", whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged or not readable") as caught:
        heard(path)
    assert "\n" not in str(caught.value)


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "LEAST", 2**10)
    path = written(tmp_path / "file", bz2.compress(b"a,b\n" + b"0,0\n" * 2**20))
    with pytest.raises(InputError, match="unpacks to more than 1024000 bytes, wanted at most 1000"):
        heard(path)


FORMS = {
    "semicolons": "a;b;label\n1.5;-2;1\n3;4e2;0\n",
    "bars": "a|b|label\n1.5|-2|1\n3|4e2|0\n",
    "tabs": "a\tb\tlabel\n1.5\t-2\t1\n3\t4e2\t0\n",
    "blanks": "a b label\n1.5 -2 1\n3 4e2 0\n",
    "many blanks, at the ends too": "  a    b  label\n 1.5   -2 1  \n\n3\t4e2      0",
    "commas and blanks": "a, b, label\n1.5, -2, 1\n3, 4e2, 0\n",
    "a byte order mark and Windows' line ends": "\ufeffa,b,label\r\n1.5,-2,1\r\n3,4e2,0\r\n",
    "comments everywhere": "# one\na,b,label\n# two\n1.5,-2,1\n#3,3\n3,4e2,0\n# end\n",
    "comments among blanks": "# one\na b label\n # two\n1.5 -2 1\n3 4e2 0\n",
    "decimal commas": "a;b;label\n1,5;-2;1\n3;4e2;0\n",
    "decimal commas after tabs": "a\tb\tlabel\n1,5\t-2,0\t1\n3,000\t4e2\t0\n",
    "names in the last comment": "# made by hand\n# a b label\n1.5 -2 1\n3 4e2 0\n",
    "names in a comment, with commas": "# a,b,label\n1.5,-2,1\n3,4e2,0\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_separators_comments_and_decimal_signs_are_recognised(tmp_path: Path, form: str) -> None:
    head, values, labels, _ = heard(written(tmp_path / "file", FORMS[form]))
    assert head.columns == ("a", "b")
    assert values.tolist() == [[1.5, -2], [3, 400]]
    assert labels.tolist() == [1, 0]
    from_comment = "the names of the columns are those of the last comment"
    assert (from_comment in head.notes) == form.startswith("names in")


@pytest.mark.parametrize("form", ["1.5 -2 7 1\n3 4e2 7 0\n", "1,5;-2;7;1\n3;4e2;7;0\n"])
def test_names_come_from_the_user_where_there_are_none(tmp_path: Path, form: str) -> None:
    path = written(tmp_path / "file", form)
    with pytest.raises(InputError, match="has numbers, wanted the names of the columns; say all 4"):
        heard(path)
    with pytest.raises(InputError, match="4 columns, wanted 2 as --columns says"):
        heard(path, columns=("a", "b"))
    head, values, labels, _ = heard(path, columns=("a", "b", "_", "label"))
    assert (head.columns, labels.tolist()) == (("a", "b"), [1, 0])
    assert values.tolist() == [[1.5, -2], [3, 400]]
    assert head.notes == ("column 3 is left out, as asked",)


def test_names_of_the_user_never_replace_those_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "file", "a,b\n1,2\n")
    with pytest.raises(RequestError, match=r"--columns: .* names its columns itself, a, b"):
        heard(path, columns=("x", "y"))


def long_text(sep: str) -> tuple[str, np.ndarray]:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(60_000, 3)).astype(np.float32)
    rows = (sep.join(f"{v:.9g}" for v in row) for row in values)
    return "a" + sep + "b" + sep + "c\n" + "\n".join(rows), values


@pytest.mark.parametrize("sep", [",", "  "])
def test_a_long_text_comes_whole_and_in_order(tmp_path: Path, sep: str) -> None:
    content, values = long_text(sep)
    assert len(content) > 1.5 * 2**20
    assert np.array_equal(heard(written(tmp_path / "file", content))[1], values)


REFUSED = {
    "a decimal comma between commas": ("a,b\n1,5,2,5\n", "Expected 2 columns, got 4"),
    "commas of thousands, perhaps": ("a;b\n1,234;2\n", "1,234 can have a decimal comma or one of"),
    "both decimal signs": ("a;b\n1,5;2.5\n", "has both 1,5 and 2.5, wanted one decimal sign"),
    "a cell too few": ("a b\n1 2\n3\n", "Expected 2 columns, got 1"),
    "a word": ("a b\n1 2\n3 x\n", "column 2 holds 'x', wanted numbers"),
    "a line without end": (b"a" * (2**20 + 5), "a line of 1048576 bytes or more"),
    "a packed file of something else": (gzip.compress(b"\0\1\2"), "neither HDF5, Parquet, ROOT"),
    "only a header of gzip": (b"\x1f\x8b\x08\0", "damaged or not readable"),
    "half a magic of zstd": (b"\x28\xb5\x2f\xfd\xff\xff", "damaged or not readable"),
    "numbers alone": ("1 2\n3 4\n", "say all 2 by --columns"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_can_be_read_in_two_ways_or_none_is_refused_in_one_line(
    tmp_path: Path, what: str
) -> None:
    content, message = REFUSED[what]
    with pytest.raises(InputError, match=message) as caught:
        heard(written(tmp_path / "file", content))
    assert str(caught.value).startswith(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_what_the_user_says_of_columns_and_trees_reaches_the_reader(
    tmp_path: Path, context: bench.Context
) -> None:
    path = written(tmp_path / "file", "1 2 0\n3 4 1\n")
    mine = imported_dataset(context, file=path, columns="a, _ ,label")
    assert table_of(mine, context).columns[0].name == "a"
    with pytest.raises(RequestError, match=r"--tree T: .* is no ROOT file"):
        imported_dataset(context, file=path, columns="a,b,label", tree="T", name="other")


@pytest.mark.parametrize("said", ["", "a,,b", "a,a", "a\x1b[2J"])
def test_columns_that_are_no_names_are_refused(
    tmp_path: Path, context: bench.Context, said: str
) -> None:
    path = written(tmp_path / "file", "1 2 0\n3 4 1\n")
    with pytest.raises(RequestError, match=r"--columns .*: wanted names parted by commas"):
        imported_dataset(context, file=path, columns=said)
