"""Moments of commands at which a refusal of the machine was told wrongly, one test each."""

from __future__ import annotations

import errno
from pathlib import Path
from unittest.mock import Mock

import pytest
from toys import Workplace
from typed import typed

from bench.api.errors import InputError
from bench.storage.cache import stored
from bench.storage.files import atomic_write
from bench.storage.history import write_events
from bench.storage.machine import as_refused, refusal


def test_a_report_that_is_written_is_shown_without_reading_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.report.page.write_and_show", lambda *_: "# Comparison of 1 runs\n")
    ended = typed(Workplace.at(tmp_path / "place"), "report", "-o", str(tmp_path / "out"))
    assert ended.code == 0
    assert "# Comparison of 1 runs" in ended.out


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Can't decrement id ref count (file write failed: errno = 28, error"),
        ValueError("Error while serializing: I/O error: No space left on device (os error 28)"),
        OSError("200000 requested and 8176 written"),
    ],
)
def test_a_refusal_in_the_words_of_a_library_names_the_file(
    tmp_path: Path, error: Exception
) -> None:
    with pytest.raises(OSError, match="No space left") as refused, atomic_write(tmp_path / "file"):
        raise error
    assert refused.value.errno == errno.ENOSPC
    assert refused.value.filename == str(tmp_path / "file")


@pytest.mark.parametrize("error", [InputError("errno = 28"), ValueError("28")])
def test_what_is_no_refusal_of_the_machine_stays_what_it_is(
    tmp_path: Path, error: Exception
) -> None:
    with pytest.raises(type(error)) as other, atomic_write(tmp_path / "file"):
        raise error
    assert other.value is error


def test_a_refusal_while_something_kept_is_computed_names_its_folder(tmp_path: Path) -> None:
    def compute(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")  # as streams say it

    with pytest.raises(OSError, match="No space left") as refused:
        stored(tmp_path, "0123456789abcdef", compute, print)
    assert refused.value.filename == str(tmp_path / "0123456789abcdef")


def test_a_refusal_of_a_copy_of_the_history_names_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "history.jsonl").write_text('{"step": 0, "loss": 0.5}\n')
    full = Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr("bench.storage.history.EventFile", lambda _: Mock(close=full))
    with pytest.raises(OSError, match="No space left") as refused:
        write_events(tmp_path / "history.jsonl", tmp_path / "tensorboard")
    assert refused.value.filename == str(tmp_path / "tensorboard")


def test_an_error_that_is_no_refusal_is_said_of_no_folder(tmp_path: Path) -> None:
    def compute(folder: Path) -> None:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")

    with pytest.raises(ConnectionRefusedError) as other:
        stored(tmp_path, "0123456789abcdef", compute, print)
    assert other.value.filename is None


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("PermissionError: [Errno 13] Permission denied: 'x.npy'", errno.EACCES),
        ("OSError: 32 requested and 0 written", errno.ENOSPC),
        ("ValueError: 32 requested and 0 written", None),
    ],
)
def test_a_refusal_of_a_fresh_process_is_known_by_its_last_line(
    line: str, number: int | None
) -> None:
    refused = refusal(Exception(line))
    assert (refused and refused.errno) == number


def test_a_refusal_of_a_smoke_fit_that_names_no_file_names_its_folder(tmp_path: Path) -> None:
    refused = as_refused(OSError(errno.EROFS, "Read-only file system"), tmp_path)
    assert str(refused).startswith(f"{tmp_path}: Read-only file system, wanted")


def test_a_file_that_arrow_may_not_read_is_named(tmp_path: Path) -> None:
    """Its error holds the name in its words alone; below a file, as root may read every one."""
    from pyarrow import parquet

    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory") as error:
        parquet.ParquetFile(tmp_path / "file" / "features.parquet")
    assert error.value.filename is None
    refused = as_refused(error.value)
    assert str(refused).startswith(f"{tmp_path / 'file' / 'features.parquet'}: Not a directory")
