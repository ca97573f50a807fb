"""The command in a process that helps another one: it says nothing, as the first one speaks.

Where it ends badly and its launcher does not end it in turn, the first process may know nothing of
it; then what it would have said is said after all.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import BinaryIO

PATIENCE = 5.0
"""Seconds in which the launcher ends what ends as the first process does."""
LINES = 20
"""The last ones, which are said."""


def quietly(command: Callable[[], None], rank: int) -> None:
    """Run the command line, which exits; what it prints goes nowhere, or is said late.

    Args:
        command: that exits in the end.
        rank: the number of this process.
    """
    with tempfile.TemporaryFile() as said:
        shown = os.dup(2)
        for number in (1, 2):
            os.dup2(said.fileno(), number)
        try:
            command()
        except SystemExit as end:
            if not end.code:
                raise
            sys.stderr.flush()
            time.sleep(PATIENCE)
            os.write(shown, _last(said, rank))
            raise


def _last(said: BinaryIO, rank: int) -> bytes:
    """The last lines that were printed, each with the number of the process."""
    said.seek(0)
    lines = said.read().splitlines(keepends=True)[-LINES:]
    return b"".join(b"process %d: %s" % (rank, line) for line in lines)
