"""Commands typed in the process of a test, where the toys are installed."""

from __future__ import annotations

import io
import logging
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from toys import Workplace

from bench.cli.main import main


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line that it was refused with."""
        (line,) = [line for line in self.err.splitlines() if line.startswith("bench: ")]
        return line


def typed(place: Workplace, *words: str) -> Ended:
    """Type `bench WORDS`; an exception that the command line lets through goes through here."""
    out, err = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(err)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    surroundings = {"BENCH_HOME": str(place.home.root), "BENCH_RUNS": str(place.store.root)}
    try:
        with (
            mock.patch.object(sys, "argv", ["bench", *words]),
            mock.patch.dict(os.environ, surroundings),
            mock.patch("bench.plugins.registry.load_registry", return_value=place.registry),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            main()
    except SystemExit as stop:
        return Ended(int(stop.code or 0), out.getvalue(), err.getvalue())
    finally:
        logging.getLogger().removeHandler(handler)
    raise AssertionError("a command line that does not exit")
