"""Figures as files: a picture of few colours for pages, and vectors for papers."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.storage.files import atomic_write

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI, SHOWN = 300, 100
"""Dots an inch of a picture, and those that a page shows of it."""
VECTORS: dict[str, dict[str, Any]] = {
    "pdf": {"metadata": {"CreationDate": None, "Producer": None, "Creator": None}},
    "svg": {"metadata": {"Date": None, "Creator": None}},
}
"""Formats that a report may have beside the picture, without what changes from day to day."""
COLOURS, WHITE = 256, 255


def save(figure: Figure, file: Path, formats: Sequence[str] = ()) -> int:
    """Write a figure as PNG, and beside it in other formats; gives the width that a page shows.

    The figure is empty afterwards, and the dots that it was drawn with, 25 MB, are free: its parts
    hold on to each other and to them until a collection of garbage.

    Args:
        figure: what is drawn.
        file: where, with the ending of a PNG.
        formats: of `VECTORS`.
    """
    with atomic_write(file) as draft:
        _picture(figure, draft)
    for name in formats:
        with atomic_write(file.with_suffix(f".{name}")) as draft:
            figure.savefig(draft, format=name, **VECTORS[name])
    figure.clear()
    gc.collect()
    return round(figure.get_figwidth() * SHOWN)


def _picture(figure: Figure, draft: Path) -> None:
    """A palette takes a third of the bytes of full colours, and no eye sees it in a drawing."""
    from matplotlib.backends.backend_agg import RendererAgg
    from PIL import Image

    figure.set_dpi(DPI)
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    renderer = RendererAgg(width, height, DPI)  # type: ignore[no-untyped-call]
    figure.draw(renderer)
    dots = renderer.buffer_rgba()  # type: ignore[no-untyped-call]
    whole = Image.frombuffer("RGBA", (width, height), dots, "raw", "RGBA", 0, 1)
    few = whole.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = few.getpalette("RGB") or []
    few.putpalette([WHITE if level >= WHITE - 1 else level for level in palette])
    few.save(draft, format="PNG", dpi=(DPI, DPI))
    figure.set_dpi(SHOWN)
