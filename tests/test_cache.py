"""Folders by content: computed once, sealed, verified, never half there."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from bench.api.errors import DamagedError
from bench.storage.cache import MANIFEST, seal, stored, verify


def write(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "file").write_text("content")


def test_what_is_there_is_not_computed_again(tmp_path: Path) -> None:
    first, reused = stored(tmp_path, "key", write, print)
    assert not reused
    assert (first / "inner" / "file").read_text() == "content"

    def never(folder: Path) -> None:
        raise AssertionError(folder)

    assert stored(tmp_path, "key", never, print) == (first, True)


def test_without_the_files_beside_it_a_folder_is_made_anew(tmp_path: Path) -> None:
    beside = tmp_path / "beside"

    def both(folder: Path) -> None:
        write(folder)
        beside.touch()

    for reused in (False, True):
        assert stored(tmp_path, "key", both, print, beside=[beside])[1] is reused
    beside.unlink()
    notices: list[str] = []
    assert not stored(tmp_path, "key", both, notices.append, beside=[beside])[1]
    assert notices[0].endswith("beside, which belongs to it, is missing; it is made anew")
    assert beside.is_file()


@pytest.mark.parametrize("damage", ["changed", "missing", "added", "unsealed"])
def test_what_is_damaged_is_told_and_made_anew(tmp_path: Path, damage: str) -> None:
    folder, _ = stored(tmp_path, "key", write, print)
    file = folder / "inner" / "file"
    if damage == "changed":
        file.write_text("contenT")
    elif damage == "missing":
        file.unlink()
    elif damage == "added":
        (folder / "more").touch()
    else:
        (folder / MANIFEST).unlink()
    with pytest.raises(DamagedError):
        verify(folder)
    notices: list[str] = []
    assert stored(tmp_path, "key", write, notices.append) == (folder, False)
    assert file.read_text() == "content"
    assert notices[0].endswith("it is made anew")
    verify(folder)


def test_what_breaks_leaves_nothing(tmp_path: Path) -> None:
    def breaks(folder: Path) -> None:
        write(folder)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stored(tmp_path, "key", breaks, print)
    assert [f.name for f in tmp_path.iterdir() if f.suffix != ".lock"] == []


def test_two_at_once_compute_once_and_the_second_says_that_it_waits(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()
    notices: list[str] = []
    folders: list[tuple[Path, bool]] = []

    def slowly(folder: Path) -> None:
        begun.set()
        go_on.wait(10)
        write(folder)

    def ask() -> None:
        folders.append(stored(tmp_path, "key", slowly, notices.append))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads[0].start()
    begun.wait(10)
    threads[1].start()
    while not notices:
        time.sleep(0.01)
    go_on.set()
    for thread in threads:
        thread.join()
    assert sorted(reused for _, reused in folders) == [False, True]
    (notice,) = notices
    assert notice.startswith("another process is making the same; waiting for it")


def test_a_seal_covers_every_file(tmp_path: Path) -> None:
    write(tmp_path)
    seal(tmp_path)
    verify(tmp_path)
    (tmp_path / "inner" / "file").write_bytes(b"")
    with pytest.raises(DamagedError, match="inner/file is not what was sealed"):
        verify(tmp_path)
