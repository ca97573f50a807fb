"""What the core does without until it is asked for reports, figures or data frames."""

from __future__ import annotations

from importlib.util import find_spec

from bench.api.errors import RequestError
from bench.storage.distributions import CORE

REPORT = {
    "PIL": "pillow",
    "itables": "itables",
    "matplotlib": "matplotlib",
    "pandas": "pandas",
    "sklearn": "scikit-learn",
    "tensorboardX": "tensorboardX",
    "threadpoolctl": "threadpoolctl",
    "vl_convert": "vl-convert-python",
}
"""The modules that the core imports of its extra `report`, and the packages that they come with."""
PAGES = ("itables", "matplotlib", "vl_convert")
"""Those that no report is written without."""


CLUSTER = "distributed"
"""The module and the package of the extra `cluster`."""


class NotInstalledError(RequestError):
    """The request needs packages that are not installed; a line for each says how to have it."""


def demand_libraries(*modules: str) -> None:
    """Refuse work that needs libraries of an extra, before it begins.

    Raises:
        NotInstalledError: one is not installed; with the extra to install.
    """
    if missing := [module for module in modules if find_spec(module) is None]:
        raise NotInstalledError(how_to_install(*missing))


def demand_cluster() -> None:
    """Refuse `--on`, before any work, where there is nothing to spread runs with.

    Raises:
        NotInstalledError: with the extra to install.
    """
    if find_spec(CLUSTER) is None:
        raise NotInstalledError(f"{CLUSTER} is not installed; for --on: {command('cluster')}")


def how_to_install(*modules: str) -> str:
    """A line about modules of an extra that are not installed."""
    *first, last = (REPORT[module] for module in modules)
    names = f"{', '.join(first)} and {last}" if first else last
    be = "is" if len(modules) == 1 else "are"
    return f"{names} {be} not installed; for reports, figures and tables: {command('report')}"


def command(extra: str) -> str:
    """What to type to have an extra of the core."""
    return f"pip install '{CORE}[{extra}]'"
