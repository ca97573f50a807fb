"""The errors that a user can mend; each says what was wanted and what was got."""

from __future__ import annotations

from collections.abc import Iterable


class BenchError(Exception):
    """Something the user can mend; the command line shows its one line and exits with 2."""


class RequestError(BenchError):
    """The request makes no sense: an unknown name, an unknown option, a mismatch of views."""


class InputError(BenchError):
    """A file or its content is not what it should be."""


class DamagedError(BenchError):
    """Something stored does not have the bytes it was sealed with."""


class RefusedError(BenchError):
    """A part refuses in its own words what a run would do; nothing is recorded of it."""


class NotFiniteError(BenchError):
    """A loss, gradient or weight is no longer finite; nothing good can come of going on."""


MOST = 12
"""Names that an error lists."""


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """The close matches of a wrong name as the end of a sentence, or what there is to choose."""
    from difflib import SequenceMatcher

    names = sorted(known)
    likeness = {name: SequenceMatcher(None, wrong, name).ratio() for name in names}
    best = max(likeness.values(), default=0.0)
    if best >= 0.6:
        close = [name for name in names if likeness[name] >= best - 0.05]
        return f"did you mean {' or '.join(close)}?"
    if len(names) > MOST:
        return f"there is: {', '.join(names[:MOST])} and {len(names) - MOST} more"
    return f"there is: {', '.join(names)}" if names else "there is none"
