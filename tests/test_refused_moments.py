"""Moments of commands at which a refusal of the machine was told wrongly, one test each."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from toys import Workplace
from typed import typed

from bench.api.errors import InputError
from bench.storage.files import atomic_write


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
