"""A script that uses the bench is run once, though child processes do pieces of the work."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def run_once() -> Iterator[None]:
    """Keep child processes that begin meanwhile from running the script of this one once more.

    A child of `multiprocessing` begins with its parent's main module, for what that may define. The
    bench's children need nothing of it; without the guard `if __name__ == "__main__"` they would do
    all of it again, and wait for their parent in vain.
    """
    main = sys.modules["__main__"]
    own: dict[str, Any] = {
        name: vars(main).pop(name) for name in ("__file__", "__spec__") if name in vars(main)
    }
    vars(main)["__spec__"] = None  # which Python takes to be there
    try:
        yield
    finally:
        vars(main).update(own)
