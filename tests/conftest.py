"""Twins that the tests of commands share, and a remark on how long all quick tests took."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from duration import MOST, remark
from filelock import FileLock

STARTED = pytest.StashKey[float]()
SMALL = (("rd", 400, 400), ("blackbox1", 60, 200))
"""Each twin's events: signal, background."""


@pytest.fixture(scope="session", autouse=True)
def heard() -> None:
    """Ctrl-C is heard as on a terminal, also where the tests were begun in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the bench, for all processes of a session, with small twins of both datasets."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "home"
    with FileLock(home.with_suffix(".lock")):
        for name, signals, background in SMALL:
            if not (home / "data" / f"{name}.twin.h5").exists():
                size = ("--signal", str(signals), "--background", str(background))
                made = subprocess.run(
                    [sys.executable, "-m", "bench", "data", "make", name, *size],
                    capture_output=True,
                    text=True,
                    check=False,
                    env={**os.environ, "BENCH_HOME": str(home)},
                )
                assert made.returncode == 0, made.stderr
                assert Path(made.stdout.strip()).is_file()
    return home


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report's page of toy runs, for all tests that open one."""
    from chromium import toy_report

    return toy_report(tmp_path_factory.mktemp("page"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[STARTED] = time.monotonic()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.option.markexpr == "not slow" and not config.option.keyword:
        seconds = time.monotonic() - config.stash[STARTED]
        load = "load average {:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg())
        terminalreporter.write_line(f"{remark(seconds)} ({load})", yellow=seconds > MOST)
