"""What the command line writes reaches a stream of any encoding, and fails none."""

from __future__ import annotations

import encodings
import io
import os
import subprocess
import sys
from encodings.aliases import aliases
from pathlib import Path
from pkgutil import iter_modules

import pytest

from bench.cli.streams import safe_streams

LINE = "| 1/ε_B at ε_S 0.3 – “δ” ≥ 5 𝛼 日本 \ud800 |" + "-" * 120 + "\n"
NAMES = sorted({*aliases.values(), *(m.name for m in iter_modules(encodings.__path__))})


def texts() -> list[str]:
    """The encodings that a terminal of Python's can have."""
    named = []
    for name in NAMES:
        try:
            io.TextIOWrapper(io.BytesIO(), encoding=name)
        except LookupError:  # no encoding of text, or another system's
            continue
        named.append(name)
    return named


def test_there_are_as_many_encodings_as_python_has() -> None:
    assert len(texts()) > 95
    assert {"latin_1", "cp1252", "ascii", "utf_16", "koi8_r", "idna", "shift_jis"} <= {*texts()}


@pytest.mark.parametrize("errors", ["strict", "surrogateescape", "backslashreplace"])
@pytest.mark.parametrize("name", texts())
def test_a_table_is_shown_by_every_encoding_of_pythons(
    name: str, errors: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(below, encoding=name, errors=errors))
    with safe_streams():
        sys.stdout.write(LINE)
        sys.stdout.write("end\n")
    shown = below.getvalue()
    assert len(shown) > 150
    plain = shown.decode("utf-8" if name in ("idna", "undefined") else name, errors="replace")
    assert "0.3" in plain
    assert plain.endswith("end\n")


def test_streams_are_as_before_once_a_command_has_ended() -> None:
    before = sys.stdout, sys.stderr
    with pytest.raises(SystemExit), safe_streams():
        raise SystemExit(3)
    assert (sys.stdout, sys.stderr) == before
    sys.stdout.write("still open")


def test_an_error_that_is_not_the_users_keeps_its_traceback_without_secrets(
    capfd: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "not-to-be-seen")
    with pytest.raises(SystemExit) as stop, safe_streams():
        raise ZeroDivisionError("of not-to-be-seen")
    assert stop.value.code == 1
    err = capfd.readouterr().err
    assert "Traceback" in err
    assert "ZeroDivisionError: of ***" in err
    assert "not-to-be-seen" not in err


@pytest.mark.slow  # a process each
@pytest.mark.parametrize("encoding", [*texts(), "latin-1:strict", "cp1252:xmlcharrefreplace"])
def test_a_command_ends_well_by_every_encoding(encoding: str, tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "bench", "list", "metrics"],
        env={**os.environ, "PYTHONIOENCODING": encoding, "BENCH_HOME": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert listed.returncode == 0, listed.stderr
