"""Figures as files: a picture of few colours for pages, and vectors for papers."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.storage.files import atomic_write

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

DPI, SHOWN = 300, 100
"""Dots an inch of a picture, and those that a page shows of it."""
VECTORS: dict[str, dict[str, Any]] = {
    "pdf": {"metadata": {"CreationDate": None, "Producer": None, "Creator": None}},
    "svg": {"metadata": {"Date": None, "Creator": None}},
}
"""Formats that a report may have beside the picture, without what changes from day to day."""
COLOURS, WHITE = 256, 255
EVERY, STRIP = 3, 256
"""Of which rows and columns the palette is made, and the rows that get it at once."""


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
    return _width(figure)


def leave_blank(figure: Figure, file: Path, formats: Sequence[str] = ()) -> int:
    """Leave empty files where `save` writes a figure's; gives the width that it gives."""
    for name in ("png", *formats):
        file.with_suffix(f".{name}").touch()
    figure.clear()
    return _width(figure)


def _width(figure: Figure) -> int:
    return round(figure.get_figwidth() * SHOWN)


def _picture(figure: Figure, draft: Path) -> None:
    """A figure drawn in `DPI` dots an inch."""
    from matplotlib.backends.backend_agg import RendererAgg
    from PIL import Image

    figure.set_dpi(DPI)
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    renderer = RendererAgg(width, height, DPI)  # type: ignore[no-untyped-call]
    figure.draw(renderer)
    dots = renderer.buffer_rgba()  # type: ignore[no-untyped-call]
    whole = Image.frombuffer("RGBA", (width, height), dots, "raw", "RGBA", 0, 1)
    few = _of_few_colours(whole)
    few.save(draft, format="PNG", dpi=(DPI, DPI))
    figure.set_dpi(SHOWN)


def _of_few_colours(whole: Image) -> Image:
    """The same with a palette: a third of the bytes, and no eye sees it in a drawing.

    Dots in rows and columns between give the palette, and get it in strips, as finding one of all
    dots at once takes twice the memory that they take themselves.
    """
    from PIL import Image

    width, height = whole.size
    some = whole.resize((width // EVERY, height // EVERY), Image.Resampling.NEAREST)
    palette = some.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    levels = [WHITE if x >= WHITE - 1 else x for x in palette.getpalette("RGB") or []]
    palette.putpalette(levels)
    few = Image.new("P", whole.size)
    few.putpalette(levels)
    for top in range(0, height, STRIP):
        strip = whole.crop((0, top, width, min(top + STRIP, height))).convert("RGB")
        few.paste(strip.quantize(palette=palette, dither=Image.Dither.NONE), (0, top))
    return few
