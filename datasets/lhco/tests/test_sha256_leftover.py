"""A file whose sha256 holds is accepted, whatever announcement is left over beside it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from bench_lhco.files.sha256 import demand_recorded, record_sha256

import bench

CONTENT = b"events"
DIGEST = sha256(CONTENT).hexdigest()
LEFT_OVER = [b"cut off", f"{'0' * 64}  rd.twin.h5\n".encode()]


def with_left_over(folder: Path, left_over: bytes) -> Path:
    """A file beside which an announcement lies."""
    (path := folder / "rd.twin.h5").write_bytes(CONTENT)
    (folder / ".rd.twin.h5.sha256.next").write_bytes(left_over)
    return path


@pytest.mark.parametrize("left_over", LEFT_OVER)
def test_a_left_over_refuses_no_file_whose_recorded_hash_holds(
    tmp_path: Path, left_over: bytes
) -> None:
    path = with_left_over(tmp_path, b"")
    record_sha256(path, DIGEST)
    with_left_over(tmp_path, left_over)
    assert demand_recorded(path, DIGEST) == DIGEST


@pytest.mark.parametrize("left_over", LEFT_OVER)
def test_a_left_over_refuses_no_file_whose_published_hash_holds(
    tmp_path: Path, left_over: bytes
) -> None:
    path = with_left_over(tmp_path, left_over)
    assert demand_recorded(path, DIGEST, published=DIGEST) is None


@pytest.mark.parametrize("left_over", LEFT_OVER)
def test_a_file_that_nothing_else_proves_is_refused(tmp_path: Path, left_over: bytes) -> None:
    with pytest.raises(bench.InputError, match="wanted"):
        demand_recorded(with_left_over(tmp_path, left_over), DIGEST)
