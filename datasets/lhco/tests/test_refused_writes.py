"""A write that the machine refuses under HDF5 is an error of the system's, and no crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bench_lhco.events import Particles
from bench_lhco.twin import simulate
from bench_lhco.twin.chunks import Chunk

SCRIPT = """
import errno, os, sys
from pathlib import Path
import numpy as np
from bench_lhco.files.refusable import refusable

def refuse(file):
    os.dup2(os.open(os.devnull, os.O_RDONLY), file.id.get_vfd_handle())

def fill(file, name):
    data = file.create_dataset(name, data=np.arange(9000.0), chunks=(500,), compression="gzip")
    data.attrs["said"] = "x" * 900
    data.flush()

folder = Path(sys.argv[1])
for before in range(4):
    try:
        with refusable(folder / f"{before}.h5") as file:
            for place in range(3):
                if place == before:
                    refuse(file)
                fill(file, str(place))
            if before == 3:
                file.attrs["last"] = "x" * 900
                refuse(file)
    except OSError as error:
        assert error.errno == errno.EBADF, error
    else:
        raise SystemExit(f"nothing was refused at {before}")
with refusable(folder / "whole.h5") as file:
    fill(file, "a")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="refuses as Linux does")
def test_a_write_that_is_refused_is_an_error_and_the_next_file_is_whole(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    import h5py

    with h5py.File(tmp_path / "whole.h5") as file:
        assert file["a"][-1] == 8999


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_disk_that_is_full_where_a_twin_is_gathered_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = Particles(np.ones((3, 3), dtype=np.float32), np.array([0, 3]))
    monkeypatch.setattr(simulate, "stored", lambda *_: some)
    full = Path("/dev/full").open("r+b")  # noqa: SIM115 - which the call closes
    monkeypatch.setattr(simulate, "TemporaryFile", lambda **_: full)
    chunk = Chunk("rd", "background", 1, 0, 1)
    with pytest.raises(OSError, match="No space left") as refused:
        simulate._gathered([chunk], tmp_path)
    assert refused.value.filename == str(tmp_path)
