"""The command line's streams: no secret goes out by them, and no character is too much for them."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench.storage.secrets import masked

STRICT = ("strict", "surrogateescape")
"""What Python does by default with a character that a terminal's encoding lacks: it gives up."""
FAILED = 1
"""The exit code of what Python ends with a traceback."""
ANY_LINE = "\N{GREEK SMALL LETTER EPSILON} " + "|" * 100 + "\n"
"""What an encoding of text can write, with a sign in place of what it lacks."""

_ENDED: list[io.TextIOWrapper] = []
"""Streams of commands that have ended.

One that is collected closes the bytes below, which are the other stream's too, and one that is
detached while a thread writes there crashes the process.
"""


class Results(io.TextIOWrapper):
    """What a command gives; threads that a plugin has left behind do not write there."""

    def write(self, text: str, /) -> int:
        """Write it, or among the messages where another thread says it."""
        if threading.current_thread() is not threading.main_thread():
            return sys.stderr.write(text)
        return super().write(text)


class _Masked(io.TextIOWrapper):
    """A stream of text without secrets."""

    def write(self, text: str, /) -> int:
        """Write it without them."""
        super().write(masked(text))
        return len(text)


class _MaskedResults(Results, _Masked):
    """What a command gives, without secrets."""


@contextmanager
def safe_streams() -> Iterator[None]:
    """The standard streams, as long as a command runs, without secrets and whatever the encoding.

    Where the terminal's encoding lacks a character, a `?` stands for it.
    """
    before = {name: getattr(sys, name) for name in ("stdout", "stderr")}
    made = {
        name: _shown(stream, _MaskedResults if name == "stdout" else _Masked)
        for name, stream in before.items()
        if isinstance(stream, io.TextIOWrapper)
    }
    for name, stream in made.items():
        setattr(sys, name, stream)
    try:
        yield
    except Exception:  # no fault of the user's: shown as Python does, but by these streams
        sys.excepthook(*sys.exc_info())
        raise SystemExit(FAILED) from None
    finally:
        for name, stream in made.items():
            setattr(sys, name, before[name])
            with suppress(OSError, ValueError):  # whoever read it has gone; or it is closed
                stream.flush()
        _ENDED.extend(made.values())


def _shown(stream: io.TextIOWrapper, kind: type[io.TextIOWrapper]) -> io.TextIOWrapper:
    stream.flush()
    errors = "replace" if stream.errors in STRICT else stream.errors
    encoding = stream.encoding
    try:
        ANY_LINE.encode(encoding, errors or "replace")
    except (UnicodeError, LookupError):  # names of hosts have one, which no table fits
        encoding, errors = "utf-8", "replace"
    return kind(
        stream.buffer,
        encoding=encoding,
        errors=errors,
        newline=None if sys.platform == "win32" else "",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
