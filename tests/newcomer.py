"""A newcomer's virtual environment, and what is typed in it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType


def environment(folder: Path) -> Path:
    """The Python of a new virtual environment that sees what is installed here."""
    python, site = _bare(folder)
    here = sysconfig.get_path("purelib")
    # the editable installs of here are known by its .pth files, which site.addsitedir reads
    Path(site, "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    return python


def core_alone(folder: Path, *packages: str, without: Sequence[str] = ()) -> Path:
    """The Python of one with the core, what it stands on, and these packages of the house.

    `without` are beginnings of names of what it does not see, in small letters.
    """
    python, site = _bare(folder)
    for entry in installed():
        name = entry.name.removeprefix("__editable__").strip("_.").lower()
        own = name.startswith("bench_") and not name.startswith(packages)
        if not own and not name.startswith(tuple(without)):
            (site / entry.name).symlink_to(entry)
    (folder / "venv" / "share").mkdir(exist_ok=True)
    for entry in each_once(folder.parents[2] / "share" for folder in _package_folders()):
        if not (beside := folder / "venv" / "share" / entry.name).exists():
            beside.symlink_to(entry)  # Pythia's tables lie there
    return python


def installed() -> Iterator[Path]:
    """What lies in the folders of installed packages here, each name once."""
    for entry in each_once(_package_folders()):
        if entry.suffix != ".pth" or entry.name.startswith("__editable__"):
            yield entry  # other ones lead away


def each_once(folders: Iterable[Path]) -> Iterator[Path]:
    """What lies in any of these folders; of two with the same name the first one."""
    names: set[str] = set()
    for folder in folders:
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if entry.name not in names:
                names.add(entry.name)
                yield entry


def _package_folders() -> list[Path]:
    return [Path(place) for place in sys.path if Path(place).name == "site-packages"]


def _bare(folder: Path) -> tuple[Path, Path]:
    """A new environment's Python, and where its packages go."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    where = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip()
    return python, Path(site)


def typed(
    line: str, python: Path, folder: Path, home: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    """A command as a newcomer types it, with nothing fetched from anywhere."""
    program, *words = shlex.split(line, comments=True)
    quietly = ["--no-build-isolation", "--no-deps", "--no-index"] if program == "pip" else []
    return subprocess.run(
        [python, "-m", program, *words, *quietly],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **home, "PYTHONSAFEPATH": "1"},
    )
