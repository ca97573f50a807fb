"""A newcomer's virtual environment, and what is typed in it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType


def environment(folder: Path) -> Path:
    """The Python of a new virtual environment that sees what is installed here."""
    python, site = _bare(folder)
    here = sysconfig.get_path("purelib")
    # the editable installs of here are known by its .pth files, which site.addsitedir reads
    Path(site, "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    return python


def core_alone(folder: Path, *packages: str) -> Path:
    """The Python of one with the core, what it stands on, and these packages of the house."""
    python, site = _bare(folder)
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        name = entry.name.removeprefix("__editable__").strip("_.")
        if not name.startswith("bench_") or name.startswith(packages):
            (site / entry.name).symlink_to(entry)
    return python


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
