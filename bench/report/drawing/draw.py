"""All figures of one set of events, as files beside the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.report.blocks import Picture
from bench.report.drawing.curves import roc, sic
from bench.report.drawing.distributions import calibration, scores, sculpting
from bench.report.drawing.history import history
from bench.report.drawing.sheet import STYLE
from bench.report.event_sets import EventSet, Setting
from bench.storage.files import atomic_write

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
    import matplotlib

    shown = events.settings[:MOST]
    pictures = []
    with matplotlib.rc_context(STYLE):
        for name, (title, drawn) in KINDS.items():
            figure = drawn(shown)
            if figure is None:
                continue
            file = f"{room}/{name}-{events.slug}.png"
            with atomic_write(folder / file) as draft:
                figure.savefig(draft, format="png", dpi=100, metadata={"Software": None})
            pictures.append(Picture(file, f"{title}: {events.title}"))
    return pictures
