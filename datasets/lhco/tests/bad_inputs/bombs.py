"""What grows when it is unpacked, or is packed in other ways than the official files."""

from __future__ import annotations

import zlib
from pathlib import Path

import h5py
import hdf5plugin
import numpy as np

from bad_inputs.listing import WHERE, bad, rows, stored


@bad("declares 16808000000000 bytes and stores 201696", dangerous=True)
def a_shape_bomb(path: Path) -> None:
    with h5py.File(path, "w") as f:
        values = f.create_dataset(WHERE, (10**9, 2101), "<f8", chunks=(3, 2101))
        values[:10] = rows()


@bad("event 0 has no particle at all; 10000 or more of 12000 events", dangerous=True)
def a_compression_bomb(path: Path) -> None:
    """As strong as blosc can: within the ratio."""
    stored(path, np.zeros((12_000, 2101)), chunks=(500, 2101), **hdf5plugin.Blosc())


@bad("declares 168080000 bytes and stores", dangerous=True)
def a_compression_bomb_packed_twice(path: Path) -> None:
    with h5py.File(path, "w") as f:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((500, 2101))
        properties.set_deflate(9)
        properties.set_deflate(9)
        f.create_group("df")
        space = h5py.h5s.create_simple((10_000, 2101))
        h5py.h5d.create(f.id, WHERE.encode(), h5py.h5t.IEEE_F64LE, space, properties)
        f[WHERE][:] = np.zeros((10_000, 2101))


@bad("events 0 to 10 are damaged", dangerous=True)
def a_chunk_that_unpacks_to_sixteen_gigabytes(path: Path) -> None:
    """Within the ratio by what it declares; the stream goes on and on."""
    packer = zlib.compressobj(9, wbits=-15)
    piece = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    with h5py.File(path, "w") as f:
        values = f.create_dataset(WHERE, (10, 2101), "<f8", chunks=(10, 2101), compression="gzip")
        values.id.write_direct_chunk((0, 0), b"\x78\x9c" + piece * 1000 + b"\x03\x00")


@bad("events 0 to 10 are damaged", dangerous=True)
def a_packed_chunk_that_declares_two_gigabytes(path: Path) -> None:
    with h5py.File(path, "w") as f:
        options = hdf5plugin.Blosc()
        values = f.create_dataset(WHERE, (10, 2101), "<f8", chunks=(10, 2101), **options)
        values[:] = rows()
        _, chunk = values.id.read_direct_chunk((0, 0))
        values.id.write_direct_chunk((0, 0), chunk[:4] + b"\xff\xff\xff\x7f" + chunk[8:])


@bad("chunks of 84040000 bytes, wanted at most 67108864", dangerous=True)
def a_giant_chunk(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f.create_dataset(WHERE, (5000, 2101), "<f8", chunks=(5000, 2101))


@bad("168080000 bytes are read for one event", dangerous=True)
def chunks_of_one_column_each(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f.create_dataset(WHERE, (10_000, 2101), "<f8", chunks=(10_000, 1), compression="gzip")


@bad("declares 16808000000 bytes and stores 1048576, wanted", dangerous=True)
def a_file_with_holes_that_says_it_is_large(path: Path) -> None:
    """It takes next to no room on the disk."""
    with h5py.File(path, "w") as f:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        properties.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        f.create_group("df")
        space = h5py.h5s.create_simple((10**6, 2101))
        h5py.h5d.create(f.id, WHERE.encode(), h5py.h5t.IEEE_F64LE, space, properties)


@bad("packed with HDF5 filter 32015, wanted only gzip")
def a_filter_that_is_not_allowed(path: Path) -> None:
    stored(path, rows(), **hdf5plugin.Zstd())


@bad("packed with HDF5 filter 40000, wanted only gzip")
def a_filter_that_nobody_knows(path: Path) -> None:
    with h5py.File(path, "w") as f:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((5, 2101))
        properties.set_filter(40_000, h5py.h5z.FLAG_OPTIONAL)
        f.create_group("df")
        space = h5py.h5s.create_simple((10, 2101))
        h5py.h5d.create(f.id, WHERE.encode(), h5py.h5t.IEEE_F64LE, space, properties)
