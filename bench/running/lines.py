"""What to type to have a run in a process of its own, here or on another machine."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.running.spread import OF_SURROUNDINGS, PROGRAM, THREADS, heeded, here
from bench.storage.repeating import words_of

if TYPE_CHECKING:
    from bench.plugins.needs import Needs
    from bench.storage.home import Home
    from bench.storage.request import RunRequest


def words_after_bench(request: RunRequest, runs: Path) -> Iterator[str]:
    """What is typed after `bench` for a run that is to be stored in this folder."""
    said = request.said()
    if request.file:
        said["file"] = str(request.file.absolute())
    yield from ("run", *words_of(said), "--runs", str(runs.absolute()))


def shell_line(request: RunRequest, needs: Needs, home: Home, runs: Path) -> str:
    """What to type in a shell, in any folder, for a run that is to be stored in this folder."""
    variables = {name: os.environ[name] for name in OF_SURROUNDINGS if name in os.environ}
    threads = {name: str(needs.cores) for name in THREADS} if needs.cores else {}
    named = [f"{n}={v}" for n, v in sorted((variables | heeded(home) | threads).items())]
    words = ["env", *named, sys.executable, *PROGRAM, *words_after_bench(request, runs)]
    begun = f"cd {shlex.quote(here())} && " if _names_files_here(request) else ""
    return begun + shlex.join(words)


def _names_files_here(request: RunRequest) -> bool:
    """Whether an option may name a file by where the command is typed."""
    words = [word for value in request.options.values() for word in value.split(",") if word]
    # which says no of any text, where a path of too long a name raises an error
    return any(not os.path.isabs(word) and os.path.exists(word) for word in words)  # noqa: PTH110,PTH117
