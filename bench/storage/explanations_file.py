"""What was found of a run's explanations, beside the runs: a run itself never changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bench.api.scores import Estimate
from bench.storage.files import make_folder, write_bytes
from bench.storage.parse import read_json
from bench.storage.secrets import masked_json

FOLDER = ".explanations"
"""Within a folder of runs, a file a run."""


@dataclass(frozen=True)
class Example:
    """An event with what the model says of it."""

    event: int
    """Its id, the content hash of its particles."""
    label: int
    """1 signal, 0 background."""
    score: float | None
    """P(signal) as the run has it; null for no answer."""
    answer: str
    """`signal` or `background`, generated before the text; empty for anything else."""
    text: str
    """What was generated behind the answer."""
    unread: str = ""
    """Those pieces of the text that could not be read."""


@dataclass(frozen=True)
class JudgedExplanations:
    """The figures of a run's explanations, and some of them."""

    events: int
    """As many were judged."""
    figures: dict[str, Estimate]
    """Each figure with its interval, by name."""
    void: tuple[str, ...] = ()
    """Why the explanations are worth nothing; empty where they are not void."""
    control: str = ""
    """The run whose figures stand beside them, if any."""
    control_figures: dict[str, Estimate] = field(default_factory=dict)
    """The control's, by name."""
    examples: tuple[Example, ...] = ()
    """Some of the events that were judged."""


def write_explanations(run: Path, judged: JudgedExplanations) -> None:
    """Keep what was found of the run in this folder, in place of what was found before."""
    import msgspec

    make_folder(run.parent / FOLDER)
    content = masked_json(msgspec.json.encode(judged))
    write_bytes(_file(run), msgspec.json.format(content, indent=1) + b"\n")


def read_explanations(run: Path) -> JudgedExplanations | None:
    """What was found of the run in this folder; None where nobody looked.

    Raises:
        DamagedError: it cannot be read.
    """
    file = _file(run)
    return read_json(file, JudgedExplanations) if file.is_file() else None


def _file(run: Path) -> Path:
    return run.parent / FOLDER / f"{run.name}.json"
