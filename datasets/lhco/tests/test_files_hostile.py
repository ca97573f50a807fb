"""Files that a reader must refuse in one line: hostile, damaged, or none at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import hdf5plugin
import numpy as np
import pytest
from bench_lhco.files import check, count_events, provenance, read_layout, slices

from bench import Context, InputError

WHERE = "df/block0_values"


def rows(n: int = 10) -> np.ndarray:
    found = np.zeros((n, 2101))
    found[:, :9] = (120.0, 0.5, -1.0, 80.0, -0.5, 2.0, 3.0, 1.5, 3.1)
    found[:, 0] += np.arange(n)
    return found


def stored(path: Path, data: np.ndarray, where: str = WHERE, **options: object) -> Path:
    with h5py.File(path, "w") as f:
        f.create_dataset(where, data=data, **options)
    return path


def soft_link_group(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["other/block0_values"] = rows()
        f["df"] = h5py.SoftLink("/other")


def soft_link_values(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["other"] = rows()
        f.create_group("df")["block0_values"] = h5py.SoftLink("/other")


def dangling_link(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["df"] = h5py.SoftLink("/nowhere")


def external_link(path: Path) -> None:
    other = stored(path.with_name("other.h5"), rows())
    with h5py.File(path, "w") as f:
        f["df"] = h5py.ExternalLink(other.name, "/df")


def external_values(path: Path) -> None:
    rows().tofile(path.with_name("secret"))
    with h5py.File(path, "w") as f:
        f.create_dataset(WHERE, (10, 2101), "<f8", external=[("secret", 0, 10 * 2101 * 8)])


def virtual_values(path: Path) -> None:
    other = stored(path.with_name("other.h5"), rows())
    layout = h5py.VirtualLayout((10, 2101), "<f8")
    layout[:] = h5py.VirtualSource(other, WHERE, (10, 2101))
    with h5py.File(path, "w") as f:
        f.create_virtual_dataset(WHERE, layout)


def group_for_values(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f.create_group(WHERE)


def dataset_for_group(path: Path) -> None:
    stored(path, rows(), "df")


def no_frame(path: Path) -> None:
    stored(path, rows(), "events")


def neither_layout(path: Path) -> None:
    stored(path, rows(), "df/values")


def wrong_width(path: Path) -> None:
    stored(path, rows()[:, :15])


def transposed(path: Path) -> None:
    stored(path, rows().T)


def one_dimension(path: Path) -> None:
    stored(path, rows().ravel())


def integers(path: Path) -> None:
    stored(path, rows().astype(np.int64))


def texts(path: Path) -> None:
    stored(path, np.full((2, 2101), b"x"))


def half_precision(path: Path) -> None:
    stored(path, rows().astype(np.float16))


def no_events(path: Path) -> None:
    stored(path, rows(0))


def several_blocks(path: Path) -> None:
    with h5py.File(stored(path, rows()), "a") as f:
        f["df/block1_values"] = np.zeros((10, 1), np.int64)


def huge(path: Path) -> None:
    with h5py.File(path, "w") as f:
        values = f.create_dataset(WHERE, (10**9, 2101), "<f8", chunks=(3, 2101))
        values[:10] = rows()


def huge_chunk(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f.create_dataset(WHERE, (5000, 2101), "<f8", chunks=(5000, 2101))


def other_filter(path: Path) -> None:
    stored(path, rows(), **hdf5plugin.Zstd())


def table_of_integers(path: Path) -> None:
    kind = np.dtype([("index", "<i8"), ("values_block_0", "<i8", (2101,))])
    stored(path, np.zeros(10, kind), "df/table")


def table_of_blocks(path: Path) -> None:
    kind = np.dtype([("values_block_0", "<f8", (2100,)), ("values_block_1", "<i8", (1,))])
    stored(path, np.zeros(10, kind), "df/table")


def table_of_scalars(path: Path) -> None:
    stored(path, np.zeros(10, np.dtype([("values_block_0", "<f8")])), "df/table")


def table_too_narrow(path: Path) -> None:
    kind = np.dtype([("index", "<i8"), ("values_block_0", "<f8", (14,))])
    stored(path, np.zeros(10, kind), "df/table")


def missing(path: Path) -> None:
    """Nothing is written."""


def folder(path: Path) -> None:
    path.mkdir()


def empty(path: Path) -> None:
    path.touch()


def text_file(path: Path) -> None:
    path.write_text("pt,eta,phi\n" * 100)


def truncated(path: Path) -> None:
    whole = stored(path, rows()).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def only_a_signature(path: Path) -> None:
    path.write_bytes(b"\x89HDF\r\n\x1a\n")


REFUSED = {
    soft_link_group: "/df is a soft or external link, wanted a hard link",
    soft_link_values: "/df/block0_values is a soft or external link",
    dangling_link: "/df is a soft or external link",
    external_link: "/df is a soft or external link",
    external_values: "keeps its values in other files",
    virtual_values: "keeps its values in other files",
    group_for_values: "/df/block0_values is no dataset",
    dataset_for_group: "/df is no group",
    no_frame: "there is no /df",
    neither_layout: "neither block0_values nor table",
    wrong_width: "has 15 columns, wanted 2100",
    transposed: "has 10 columns, wanted 2100",
    one_dimension: r"has shape \(21010,\)",
    integers: "holds int64, wanted float32 or float64",
    texts: r"holds \|S1, wanted float32 or float64",
    half_precision: "holds float16, wanted float32 or float64",
    no_events: "has no events",
    several_blocks: "several blocks",
    huge: "declares 16808000000000 bytes and stores 201696",
    huge_chunk: "chunks of 84040000 bytes, wanted at most 67108864",
    other_filter: "packed with HDF5 filter 32015, wanted only gzip",
    table_of_integers: "holds int64",
    table_of_blocks: "no table with all its columns in values_block_0",
    table_of_scalars: "no table with all its columns in values_block_0",
    table_too_narrow: "has 14 columns",
    missing: "no such file",
    folder: "no such file",
    empty: "the file is empty",
    text_file: "not an HDF5 file",
    truncated: "damaged or not readable",
    only_a_signature: "damaged or not readable|not an HDF5 file",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_refused_before_reading(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "events.h5"
    make(path)
    for action in (read_layout, count_events, lambda p: list(slices(p))):
        with pytest.raises(InputError, match=REFUSED[make]) as caught:
            action(path)
        assert str(caught.value).startswith(str(path))
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "gzip", "shuffle": True, "fletcher32": True},
        {"compression": "lzf"},
        hdf5plugin.Blosc(),
        hdf5plugin.Blosc2(),
    ],
    ids=["plain", "gzip", "lzf", "blosc", "blosc2"],
)
def test_allowed_filters_are_read(tmp_path: Path, options: Mapping[str, Any]) -> None:
    path = stored(tmp_path / "events.h5", rows(), **options)
    (events,) = slices(path)
    assert events.particles[:, 0, 0].tolist() == [120.0 + i for i in range(10)]


def test_a_damaged_chunk_is_named(tmp_path: Path) -> None:
    path = stored(tmp_path / "events.h5", rows(), chunks=(5, 2101), fletcher32=True)
    with h5py.File(path) as f:
        offset = f[WHERE].id.get_chunk_info(1).byte_offset
    data = bytearray(path.read_bytes())
    data[offset + 3] ^= 1
    path.write_bytes(data)
    reading = slices(path, 5)
    assert len(next(reading)) == 5
    with pytest.raises(InputError, match="events 5 to 10 are damaged") as caught:
        next(reading)
    assert "\n" not in str(caught.value)


def test_a_planted_pickle_does_not_run(tmp_path: Path) -> None:
    """Protocol 0 text that, when it is unpickled, creates the file `ran`."""
    ran = tmp_path / "ran"
    planted = np.bytes_(f"cposix\nsystem\n(S'touch {ran}'\ntR.".encode())
    path = stored(tmp_path / "events.h5", rows())
    with h5py.File(path, "a") as f:
        for node in (f, f["df"], f[WHERE]):
            for name in ("name", "CLASS", "pandas_type", "bench_edition", "transposed"):
                node.attrs[name] = planted
    assert len(next(slices(path))) == 10
    context = Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    assert any(str(ran) in line for line in check(path, context))
    assert provenance(path) == {"edition": planted.decode()}
    assert not ran.exists()
