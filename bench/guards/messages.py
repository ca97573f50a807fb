"""Parts of the messages of findings: an error, and a list of names."""

from __future__ import annotations

from collections.abc import Sequence

from bench.plugins.interruption import raise_if_users
from bench.storage.machine import as_refused

MOST = 3


def error_text(error: BaseException) -> str:
    """What an error says, with its kind: `MemoryError`, `KeyError: 'adapter.bias'`."""
    if refused := as_refused(error):
        return str(refused)
    kind = type(error).__name__
    try:
        message = str(error)
    except BaseException as worse:  # a stranger's error is a stranger's code
        raise_if_users(worse)
        message = "no message"
    return f"{kind}: {message}" if message else kind


def first_names(names: Sequence[str]) -> str:
    """The first of some names, and how many there are: `adapter.0.weight and 5 more`."""
    listed = ", ".join(names[:MOST])
    return listed if len(names) <= MOST else f"{listed} and {len(names) - MOST} more"
