"""All figures of one set of events, as files beside the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bench.report.blocks import Picture
from bench.report.drawing.curves import roc, sic
from bench.report.drawing.distributions import calibration, scores, sculpting
from bench.report.drawing.forest import forest
from bench.report.drawing.history import history
from bench.report.drawing.learning import learning
from bench.report.drawing.sheet import STYLE
from bench.report.drawing.slope import slope
from bench.report.event_sets import EventSet, Setting
from bench.report.learning import LearningCurve
from bench.report.tested import Tested
from bench.report.training import Trained, events_known
from bench.storage.files import atomic_write

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Drawing: TypeAlias = "tuple[str, str, Callable[[], Figure | None]]"
"""The beginning of a file's name, what it shows, and how it is drawn."""
KINDS: dict[str, tuple[str, Callable[[Sequence[Setting]], Figure | None]]] = {
    "roc": ("ROC with its 95 % band", roc),
    "sic": ("SIC with its 95 % band", sic),
    "scores": ("Score distributions", scores),
    "calibration": ("Calibration", calibration),
    "sculpting": ("Background mass of the tightest tenth", sculpting),
    "history": ("Training history", history),
}
MOST = 12
"""Settings that a figure shows; the best ones."""


def draw(events: EventSet, folder: Path, room: str) -> list[Picture]:
    """Draw what there is to draw of these events into a room of the folder."""
    shown = events.settings[:MOST]
    drawings = [(name, title, partial(drawn, shown)) for name, (title, drawn) in KINDS.items()]
    return _drawn(drawings, events.slug, events.title, folder, room)


def draw_first(tests: Sequence[Tested], folder: Path, room: str) -> list[Picture]:
    """Draw what the first screen shows: the forest, and how the order of the models changes."""
    drawings: list[Drawing] = [
        ("forest", "Leaders and the best of each family", partial(forest, tests)),
        ("order", "Order of the models, by AUC, from sample to sample", partial(slope, tests)),
    ]
    return _drawn(drawings if tests else [], "", "", folder, room)


def draw_learning(
    curves: Sequence[LearningCurve], events: EventSet, folder: Path, room: str
) -> list[Picture]:
    """Draw the curves in the colours that `draw` gives their fits on most events."""
    places = {run.name: i for i, s in enumerate(events.settings[:MOST]) for run in s.runs}
    coloured = {
        places[name]: curve for curve in curves if (name := curve.largest.runs[0].name) in places
    }
    drawings = [("learning", "How many events it takes", partial(learning, coloured))]
    return _drawn(drawings if coloured else [], events.slug, events.title, folder, room)


def draw_training(
    trainings: Sequence[Trained], events: EventSet, folder: Path, room: str
) -> list[Picture]:
    """Draw the fits over their looks, by the events seen or else by the look's number."""
    by_events = events_known(trainings)
    curves = {i: one.curve(by_events=by_events) for i, one in enumerate(trainings[:MOST])}
    drawn = partial(learning, curves, "events seen" if by_events else "look", "linear")
    drawings = [("training", "Over the training", drawn)] if curves else []
    return _drawn(drawings, events.slug, events.title, folder, room)


def _drawn(
    drawings: Sequence[Drawing], slug: str, about: str, folder: Path, room: str
) -> list[Picture]:
    import matplotlib

    pictures = []
    with matplotlib.rc_context(STYLE):
        for name, title, drawn in drawings:
            figure = drawn()
            if figure is None:
                continue
            file = f"{room}/{'-'.join(filter(None, (name, slug)))}.png"
            with atomic_write(folder / file) as draft:
                figure.savefig(draft, format="png", dpi=100, metadata={"Software": None})
            pictures.append(Picture(file, ": ".join(filter(None, (title, about)))))
    return pictures
