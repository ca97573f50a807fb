"""What all processes of a fit do together, and none of them leaves half way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a Ctrl-C, or a launcher's SIGTERM, wait until this is done.

    A process that left it half way would do something else next than the others, which wait for it.
    """
    if threading.current_thread() is not threading.main_thread():  # which hears of none
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    heard = {number: handler for number, handler in before.items() if callable(handler)}
    try:
        for number in heard:
            signal.signal(number, lambda number, _: came.append(number))
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
