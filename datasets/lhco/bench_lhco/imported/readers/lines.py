"""The lines of a text of columns as Arrow reads them: without comments, parted by one character."""

from __future__ import annotations

import io
from typing import Any

BLOCK = 2**20  # bytes
BLANKS = " "
"""What parts cells that any number of blanks part."""
COMMENT = b"#"


class Body(io.RawIOBase):
    """The lines of a stream; those that begin with # are left out.

    Where blanks part the cells, one tab for each run of them, and none at the ends.
    """

    def __init__(self, stream: io.BufferedReader[Any], blanks: bool) -> None:
        super().__init__()
        self._stream, self._blanks = stream, blanks
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Put the next bytes into a buffer; gives how many, none at the end."""
        while not self._ready:
            lines = self._stream.read(BLOCK)
            if not lines:
                return 0
            if not lines.endswith(b"\n"):
                lines += self._stream.readline(BLOCK)
            self._ready = memoryview(self._made(lines))
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _made(self, lines: bytes) -> bytes:
        if self._blanks:
            words = (line.split() for line in lines.split(b"\n") if not is_comment(line))
            return b"\n".join(b"\t".join(cells) for cells in words) + b"\n"
        if lines.startswith(COMMENT) or b"\n" + COMMENT in lines:
            return b"".join(
                line for line in lines.splitlines(keepends=True) if not line.startswith(COMMENT)
            )
        return lines


def is_comment(line: bytes, blank: bool = False) -> bool:
    """Whether a line holds no cells: a comment, or one of blanks where those count too."""
    text = line.lstrip()
    return text.startswith(COMMENT) or (blank and not text)
