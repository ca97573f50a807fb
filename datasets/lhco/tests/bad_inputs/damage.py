"""Files that are not what they were, and what they must not say of themselves."""

from __future__ import annotations

from pathlib import Path

import h5py
import hdf5plugin
import numpy as np

from bad_inputs.listing import WHERE, bad, damaged, official, rows, stored


@bad("events 0 to 10 are damaged", dangerous=True)
def a_chunk_whose_checksum_is_wrong(path: Path) -> None:
    damaged(stored(path, rows(), chunks=(5, 2101), fletcher32=True), 3)


@bad("events 0 to 10 are damaged|crash", dangerous=True)
def a_chunk_of_noise(path: Path) -> None:
    noise = np.random.default_rng(1).bytes(5000)
    with h5py.File(path, "w") as f:
        options = hdf5plugin.Blosc()
        values = f.create_dataset(WHERE, (10, 2101), "<f8", chunks=(10, 2101), **options)
        values[:] = rows()
        _, chunk = values.id.read_direct_chunk((0, 0))
        values.id.write_direct_chunk((0, 0), chunk[:16] + noise)


@bad(r"its sha256 is [0-9a-f]{16}\.\.\., wanted [0-9a-f]{16}\.\.\. as recorded beside it")
def a_flipped_bit_where_the_hash_is_recorded(path: Path) -> None:
    from hashlib import sha256

    whole = stored(path, rows()).read_bytes()
    path.with_name(f"{path.name}.sha256").write_text(f"{sha256(whole).hexdigest()}  {path.name}\n")
    damaged_byte = whole.rindex(b"@")
    path.write_bytes(whole[:damaged_byte] + b"A" + whole[damaged_byte + 1 :])


@bad("no sha256 in it, wanted 64 hexadecimal digits")
def a_record_that_is_no_hash(path: Path) -> None:
    stored(path, rows())
    path.with_name(f"{path.name}.sha256").write_text("hello")


@bad("says that its edition is 'best'")
def an_edition_that_there_is_not(path: Path) -> None:
    with h5py.File(official(path), "a") as f:
        f.attrs["bench_edition"] = "best"


@bad("says that nan of its events are signal")
def a_rate_of_signal_that_is_none(path: Path) -> None:
    with h5py.File(official(path), "a") as f:
        f.attrs["bench_signal_fraction"] = np.nan


@bad("has a text that cannot be printed")
def an_attribute_that_clears_the_screen(path: Path) -> None:
    with h5py.File(official(path), "a") as f:
        f.attrs["bench_recipe"] = "\x1b[2J\nevents: 10, none invalid"
