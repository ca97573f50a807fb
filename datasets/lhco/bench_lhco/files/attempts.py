"""Repeats a request that the network interrupts, and tells what may be over soon from the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING, TypeVar

from bench import InputError
from bench_lhco.files.layout import first_line

if TYPE_CHECKING:
    from requests import Response

T = TypeVar("T")

ENOUGH = 2**20  # bytes; an attempt that brought as many counts as no failure
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The states of a server that may be over soon."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetryPolicy:
    """How long to try."""

    tries: int = 5
    """Attempts in a row that bring next to nothing."""
    pause: float = 1.0
    """Seconds before the second attempt; twice as long before each further one."""
    timeout: float = 60.0
    """Seconds without a byte after which an attempt is over."""


PATIENT_RETRIES = RetryPolicy()


class InterruptedDownloadError(Exception):
    """An attempt that may go better next time."""


def persist(
    action: Callable[[], T], url: str, retries: RetryPolicy, received: Callable[[], int]
) -> T:
    """Repeat an action until it is not interrupted.

    Args:
        action: raises InterruptedDownloadError where it is.
        url: what it asks for.
        retries: how many failures in a row are the end.
        received: how many bytes there are by now.

    Raises:
        InputError: interrupted too often.
    """
    failures = 0
    while True:
        before = received()
        try:
            return action()
        except InterruptedDownloadError as e:
            failures = 1 if received() - before >= ENOUGH else failures + 1
            if failures >= retries.tries:
                raise InputError(
                    f"{url}: cannot be downloaded ({e}) after {failures} tries in a row;"
                    " wanted a network; what has arrived is kept"
                ) from e
            _log.info("%s: %s; trying again", url, e)
            sleep(retries.pause * 2 ** (failures - 1))


@contextmanager
def interruptible(url: str) -> Iterator[None]:
    """Tells the failures that may be over soon from those that will stay.

    Raises:
        InterruptedDownloadError: it may go better next time.
        InputError: it will not.
    """
    from requests import exceptions

    try:
        yield
    except (exceptions.ConnectionError, exceptions.Timeout, exceptions.ChunkedEncodingError) as e:
        inner = getattr(e.args[0], "reason", e.args[0]) if e.args else e
        raise InterruptedDownloadError(type(inner).__name__) from e
    except exceptions.RequestException as e:
        raise InputError(f"{url}: cannot be downloaded ({first_line(e)})") from e


def expect(response: Response, url: str, accepted: set[int]) -> None:
    """Raise, as `interruptible` does, if the server answers with another state."""
    state = response.status_code
    if state in BUSY:
        raise InterruptedDownloadError(f"the server answers {state}")
    if state not in accepted:
        raise InputError(f"{url}: the server answers {state} {response.reason}, wanted the file")
