"""What a part is tried in: folders that go away, no network, random numbers under watch."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from bench.api.context import Context
from bench.api.parts import Part
from bench.plugins.registry import PluginEntry
from bench.storage.home import Home

HEAVY = ("torch", "transformers", "xgboost", "awkward", "fastjet", "h5py", "sklearn", "matplotlib")
"""Libraries that take seconds to import."""


@contextmanager
def workplace() -> Iterator[tuple[Home, Context]]:
    """An empty home, and a context in it."""
    with tempfile.TemporaryDirectory(prefix="bench-check-") as folder:
        home = Home(Path(folder))
        for room in (home.data, home.scratch, home.fits):
            room.mkdir(parents=True)
        checkpoints = home.root / "checkpoints"
        checkpoints.mkdir()
        yield home, Context(data=home.data, scratch=home.scratch, checkpoints=checkpoints)


@contextmanager
def offline() -> Iterator[None]:
    """No connection can be made."""

    def refuse(*_: object, **__: object) -> Any:
        raise OSError("the part asked for the network")

    connect = socket.socket.connect
    socket.socket.connect = refuse  # type: ignore[method-assign]
    try:
        yield
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]


@contextmanager
def same_randomness() -> Iterator[None]:
    """Whoever draws random numbers of the process, and not of a seed, is found out."""
    import numpy as np

    before = random.getstate(), np.random.get_state()[1].tobytes()  # type: ignore[index]
    yield
    after = random.getstate(), np.random.get_state()[1].tobytes()  # type: ignore[index]
    assert before[0] == after[0], "it draws from the module random; take context.seed"
    assert before[1] == after[1], "it draws from numpy.random; take default_rng(context.seed)"


def heavy_when_listed(part: type[Part]) -> list[str]:
    """The heavy libraries that importing the part's module brings in, in a fresh process."""
    known = {name for name in HEAVY if not part.__module__.startswith(name)}
    code = (
        f"import sys, importlib; importlib.import_module({part.__module__!r}); "
        f"print(*sorted({known!r} & set(sys.modules)))"
    )
    path = [entry for entry in sys.path if entry]
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not ran.returncode, ran.stderr.strip().splitlines()[-1]
    return ran.stdout.split()


def plugin_entry(part: type[Part]) -> PluginEntry[Any]:
    """The part as a plugin of its own would offer it."""
    top = part.__module__.partition(".")[0]
    (distribution, *_) = packages_distributions().get(top, ["classifier-bench"])
    return PluginEntry(part, part.name, distribution, "")
