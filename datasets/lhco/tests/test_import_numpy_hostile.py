"""NumPy's files that are hostile or damaged: one line each, in time and with little memory."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from foreign import LABELS, particles, rows
from test_bad_inputs import measured, one_line
from test_import_readers import heard

from bench import InputError


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("open('ran', 'w')",))


def saved(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def npy(text: str, data: bytes = b"", version: int = 1, length: int | None = None) -> bytes:
    """A file with this header, whatever it says."""
    raw = text.encode() + b"\n"
    width = 2 if version == 1 else 4
    size = (len(raw) if length is None else length).to_bytes(width, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + size + raw + data


WHOLE = saved(np.zeros((3, 700, 3)))


def header(shape: str, descr: str = "'<f8'", fortran: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}}}"


def archive(path: Path, packing: int = zipfile.ZIP_DEFLATED, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w", packing) as file:
        for name, data in members.items():
            file.writestr(f"{name}.npy", data)


def objects(path: Path) -> None:
    values = np.array([Bomb()] * 3, dtype=object)
    path.write_bytes(npy(header("(3,)", "'|O'"), pickle.dumps(values)))


def packed_objects(path: Path) -> None:
    data = npy(header("(3,)", "'|O'"), pickle.dumps([Bomb()]))
    archive(path, X=saved(rows(particles())), y=data)


def zip_bomb(path: Path) -> None:
    """A gigabyte of zeros in a megabyte, as much as deflate can."""
    head = npy(header("(60000, 700, 3)"))
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("X.npy", "w") as stream,
    ):
        stream.write(head)
        for _ in range(60):
            stream.write(bytes(1000 * 700 * 3 * 8))


def declared_larger(path: Path) -> None:
    archive(path, X=npy(header("(1000000000, 700, 3)"), bytes(16800)))


def path_names(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for name in ("../../X", "/etc/X", "a\\..\\y\x1b[2J"):
            file.writestr(f"{name}.npy", saved(np.zeros((3, 700, 3))))


def twice(path: Path) -> None:
    archive(path, zipfile.ZIP_STORED, X=WHOLE, Y=WHOLE)
    path.write_bytes(path.read_bytes().replace(b"Y.npy", b"X.npy"))


def damaged(path: Path) -> None:
    archive(path, X=saved(rows(particles())))
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 3] ^= 0xFF
    path.write_bytes(whole)


def half(path: Path) -> None:
    archive(path, X=saved(rows(particles())))
    path.write_bytes(path.read_bytes()[:-100])


def locked(path: Path) -> None:
    archive(path, X=saved(rows(particles())))
    whole = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(mark) + offset] |= 1
    path.write_bytes(whole)


def npy_file(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "objects": (objects, "holds Python objects, which nobody unpickles"),
    "objects in a zip": (packed_objects, "'y' holds Python objects"),
    "objects in fields": (
        npy_file(npy(header("(3,)", "[('a', '<f8'), ('b', '|O')]"), bytes(48))),
        "holds Python objects",
    ),
    "a zip bomb": (zip_bomb, "declares 1008000.* bytes and stores .* wanted at most 1000 times"),
    "a shape larger than the file": (declared_larger, "declares 16800000000000 bytes .* and holds"),
    "names that are paths": (path_names, r"say by --key which one; there is \.\./\.\./X"),
    "a name twice": (twice, "has 'X.npy' twice"),
    "a flipped byte": (damaged, "damaged or not readable|has a header|is no array|declares"),
    "cut off": (half, "damaged or not readable"),
    "locked": (locked, "is packed or locked as numpy does not do it"),
    "packed by lzma": (
        lambda path: archive(path, zipfile.ZIP_LZMA, X=WHOLE),
        "is packed or locked as numpy does not do it",
    ),
    "a zip of something else": (
        lambda path: zipfile.ZipFile(path, "w").writestr("a.txt", "hello"),
        "a zip archive with 0 arrays of NumPy",
    ),
    "1001 arrays": (
        lambda path: archive(path, **{f"a{i}": WHOLE[:200] for i in range(1001)}),
        "a zip archive with 1001 arrays",
    ),
    "a header of four gigabytes": (
        npy_file(npy("{}", version=2, length=2**32 - 1)),
        "has a header of 4294967295 bytes, wanted at most 65536",
    ),
    "a header that is code": (
        npy_file(npy("__import__('os').system('touch ran')")),
        "has a header that is none of NumPy's",
    ),
    "a header of brackets": (npy_file(npy("(" * 60_000)), "has a header that is none of NumPy's"),
    "a header of a list": (npy_file(npy("[1, 2]")), "has a header that is none of NumPy's"),
    "a version to come": (npy_file(npy(header("(3,)"), version=9)), "is no array of NumPy"),
    "a negative size": (npy_file(npy(header("(-3, 700, 3)"))), r"has the shape \(-3, 700, 3\)"),
    "two negative sizes": (
        npy_file(npy(header("(-3, 700, -3)"))),
        r"has the shape \(-3, 700, -3\)",
    ),
    "a size that is true": (npy_file(npy(header("(True, 700, 3)"))), r"has the shape \(True"),
    "a size that is no number": (npy_file(npy(header("(3.0,)"))), r"has the shape \(3.0"),
    "more dimensions than there are": (
        npy_file(npy(header(f"({'1, ' * 70})"), bytes(8))),
        "wanted numbers of shape|does not name|has the shape|wanted",
    ),
    "a size beyond all numbers": (
        npy_file(npy(header(f"({10**40}, 700, 3)"), bytes(100))),
        "declares 1680+ bytes",
    ),
    "values of no size": (npy_file(npy(header("(10000000000,)", "'|V0'"))), "declares 0 bytes"),
    "cut off by a byte": (npy_file(WHOLE[:-1]), "declares 50400 bytes .* and holds 50399"),
    "more behind it": (npy_file(WHOLE + WHOLE), "declares 50400 bytes .* and holds"),
    "no events": (npy_file(saved(np.zeros((0, 700, 3)))), "holds float64 of shape"),
    "no particles": (npy_file(saved(np.zeros((3, 0, 3)))), "holds float64 of shape"),
    "complex numbers": (npy_file(saved(np.zeros((3, 700, 3), complex))), "holds complex128"),
    "texts": (npy_file(saved(np.full((3, 700, 3), "a"))), "holds <U1 of shape"),
    "four axes": (npy_file(saved(np.zeros((3, 7, 3, 2)))), "wanted"),
    "one number": (npy_file(saved(np.array(1.0))), "wanted"),
    "labels of two classes": (
        lambda path: archive(path, X=WHOLE, y=saved(np.eye(3)[:, :2])),
        r"y has the shape \(3, 2\), wanted a label for each of 3 events",
    ),
    "labels of other events": (
        lambda path: archive(path, X=WHOLE, y=saved(np.zeros(4))),
        r"y has the shape \(4,\), wanted a label for each of 3 events",
    ),
    "labels in words": (
        lambda path: archive(path, X=WHOLE, y=saved(np.array(["a", "b", "c"]))),
        "y holds <U1, wanted labels",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_hostile_or_damaged_is_refused_in_one_line(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make, message = HOSTILE[what]
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "file"
    make(path)
    with pytest.raises(InputError, match=message) as caught:
        heard(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert [file.name for file in tmp_path.rglob("*")] == ["in", "file"]


def test_flipped_bytes_never_give_a_traceback(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    archive(tmp_path / "good", X=saved(rows(particles())), label=saved(LABELS))
    for whole in (saved(rows(particles())[:3]), (tmp_path / "good").read_bytes()):
        for _ in range(60):
            data = np.frombuffer(whole, np.uint8).copy()
            data[rng.integers(0, 200, 2)] ^= rng.integers(1, 256, 2, dtype=np.uint8)
            (tmp_path / "file").write_bytes(data.tobytes())
            with suppress(InputError):  # anything else fails this test
                heard(tmp_path / "file")


@pytest.mark.parametrize("make", [zip_bomb, objects])
def test_the_command_line_refuses_them_in_time_and_with_little_memory(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "file")
    ran, seconds, used = measured(tmp_path, "data", "import", str(tmp_path / "file"), "--name", "x")
    assert ran.returncode == 2, ran.stderr
    one_line(ran.stderr, "file: ")
    assert seconds < 10
    assert used < 0.85e9
    assert not list((tmp_path / "home").rglob("x"))
    assert not (tmp_path / "ran").exists()
