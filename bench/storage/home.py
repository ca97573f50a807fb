"""Where the bench keeps what it downloads, simulates and fits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bench.api.errors import RequestError

VARIABLE = "BENCH_HOME"


def data_folder() -> Path:
    """Where downloads and simulations are kept on this machine: `Context.data` of every run.

    Raises:
        RequestError: as `Home.here`.
    """
    return Home.here().data


@dataclass(frozen=True)
class Home:
    """The bench's own folder; everything in it but `data` can be thrown away and made again."""

    root: Path

    @classmethod
    def here(cls) -> Home:
        """The folder that the environment names, else the user's cache folder.

        Raises:
            RequestError: it is a file.
        """
        from platformdirs import user_cache_path

        named = os.environ.get(VARIABLE)
        root = Path(named).expanduser().absolute() if named else user_cache_path("bench")
        if root.exists() and not root.is_dir():
            raise RequestError(f"{root} is a file; {VARIABLE} has to name a folder")
        return cls(root)

    @property
    def data(self) -> Path:
        """Downloads and simulations."""
        return self.root / "data"

    @property
    def tables(self) -> Path:
        """Feature tables, by content."""
        return self.root / "tables"

    @property
    def fits(self) -> Path:
        """Fitted models, by content."""
        return self.root / "fits"

    @property
    def smoke_fits(self) -> Path:
        """What guards said of fits on a few events, by content."""
        return self.root / "smoke-fits"

    @property
    def scratch(self) -> Path:
        """What an interrupted piece of work left to go on from."""
        return self.root / "scratch"
