"""A run of one content is made once, whoever asks for it meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from bench.storage.locks import LockLostError

if TYPE_CHECKING:
    from bench.storage.store import Run, Store

log = logging.getLogger(__name__)


def once(
    store: Store, key: str, make: Callable[[str], Run], notice: Callable[[str], None] = log.info
) -> tuple[Run, bool]:
    """The good run of a key, and whether it was there; else it is made, by one process alone.

    Args:
        store: where it is, or will be.
        key: of its content.
        make: makes it; where another process has taken it over it records nothing, and raises.
        notice: told if it has to wait.
    """
    if earlier := store.find(key):
        return earlier, True
    while True:
        try:
            with store.alone(key, notice):
                # another process may have made it meanwhile
                earlier = store.find(key)
                return (earlier, True) if earlier else (make(key), False)
        except LockLostError as error:
            notice(str(error))
