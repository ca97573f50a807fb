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
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    where = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip()
    here = sysconfig.get_path("purelib")
    # the editable installs of here are known by its .pth files, which site.addsitedir reads
    Path(site, "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    return python


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
