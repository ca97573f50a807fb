"""Removing what the bench keeps, but never from under a process that works with it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.storage.holdings import Holding
from bench.storage.locks import LockedError, locked


class InUseError(Exception):
    """Something is, or may be, in the hands of a running process."""


def remove(holding: Holding, *, dry: bool = False) -> None:
    """Remove it; with `dry` only see whether it could be.

    Raises:
        InUseError: a process has it, or may have.
    """
    with _free(holding):
        if dry:
            return
        if holding.path.is_dir() and not holding.path.is_symlink():
            shutil.rmtree(holding.path)
        else:
            holding.path.unlink(missing_ok=True)


@contextmanager
def _free(holding: Holding) -> Iterator[None]:
    """Hold its lock, which stays where it is, as another process may wait for it."""
    with ExitStack() as stack:
        if holding.lock and holding.lock.exists():
            try:
                stack.enter_context(locked(holding.lock))
            except LockedError as error:
                who = f": {error.who}" if error.who else ""
                raise InUseError(f"a process has it locked{who}") from error
        seconds = time.time() - holding.used
        if seconds < holding.rest:
            hours, minutes = divmod(round(seconds / 60), 60)
            ago = f"{hours} h" if hours else f"{minutes} min"
            raise InUseError(f"used {ago} ago, so that it may be in use")
        yield
