"""Tells the user's own Ctrl-C from what a plugin raises."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 1.0
"""Seconds in which a second signal is the first one once more: a terminal's, and a parent's."""
RECENT = 5.0
"""Seconds after a Ctrl-C in which whatever goes wrong is its doing."""
_signals: list[float] = []
"""When the user interrupted, on the clock that never goes back."""
LAUNCHER = "ended by SIGTERM, as a launcher does where another of its processes has ended"


def on_interrupt(number: int, frame: FrameType | None) -> None:
    """Take note of a Ctrl-C and raise it: a handler of SIGINT."""
    now = time.monotonic()
    if _signals and now - _signals[-1] < AGAIN:
        return
    _signals.append(now)
    raise KeyboardInterrupt


def on_terminate(number: int, frame: FrameType | None) -> None:
    """Take a launcher's SIGTERM as a Ctrl-C that says why: a handler of it.

    From then on it is ignored, so that what is under way can be recorded: the launcher waits some
    seconds before it uses force.
    """
    signal.signal(number, signal.SIG_IGN)
    _signals.append(time.monotonic())
    raise KeyboardInterrupt(LAUNCHER)


@contextmanager
def listening() -> Iterator[None]:
    """Note the user's Ctrl-C meanwhile, where this is the main thread and Python would raise it."""
    own = threading.current_thread() is threading.main_thread()
    if not own or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _signals.clear()
    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_if_users(error: BaseException) -> None:
    """Let the user's own Ctrl-C through; anything else is the plugin's.

    Raises:
        KeyboardInterrupt: it is the user's.
    """
    if is_users(error):
        raise KeyboardInterrupt from error


def is_users(error: BaseException) -> bool:
    """Whether it is the user's own Ctrl-C, or what a plugin has made of that.

    Where nobody listens for the signal, a KeyboardInterrupt is taken to be the user's.
    """
    if signal.getsignal(signal.SIGINT) is not on_interrupt:
        return isinstance(error, KeyboardInterrupt)
    if not _signals:
        return False
    recent = time.monotonic() - _signals[-1] < RECENT
    return recent or not isinstance(error, Exception) or _is_made_of_one(error)


def _is_made_of_one(error: BaseException) -> bool:
    """Whether it came of a KeyboardInterrupt, as the failed import of an extension may."""
    seen: set[int] = set()
    while not isinstance(error, KeyboardInterrupt):
        before = error.__cause__ or error.__context__
        if before is None or id(before) in seen:
            return False
        seen.add(id(before))
        error = before
    return True
