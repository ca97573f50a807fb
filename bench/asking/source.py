"""Where the words of an event come from: the command line, a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from bench.api.errors import InputError, RequestError

MOST = 64 * 1024
"""Bytes of a text: some hundred times what an event takes."""
STANDARD = "-"


def text_of(given: str | None) -> str:
    """The text that an argument is or names; `-`, or none, for standard input.

    Raises:
        InputError: it is too long, no text, or empty.
        RequestError: nothing is given, and nobody writes into standard input.
    """
    if given is None and sys.stdin.isatty():
        raise RequestError('no event: wanted its words, "leading jet pT 1.3 TeV ...", a file, or -')
    if given is None or given == STANDARD:
        return _decoded(_read(sys.stdin.buffer), "standard input")
    if _is_file(given):
        with Path(given).open("rb") as stream:
            return _decoded(_read(stream), f"{given!r:.80}")
    content = given.encode("utf-8", "surrogateescape")
    return _decoded(content, "the text")


def _is_file(given: str) -> bool:
    """Whether it names a file; a text may be no possible name of one."""
    try:
        return Path(given).is_file()
    except (OSError, ValueError):
        return False


def _read(stream: IO[bytes]) -> bytes:
    return stream.read(MOST + 1)


def _decoded(content: bytes, name: str) -> str:
    if len(content) > MOST:
        raise InputError(f"{name}: more than {MOST // 1024} KiB, wanted the words of one event")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: no text in UTF-8 at byte {error.start}") from error
    if not text.strip():
        raise InputError(f"{name}: empty, wanted the words of an event")
    return text
