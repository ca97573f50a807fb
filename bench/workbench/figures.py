"""Figures of a comparison: by the names that people have for them, and shown by notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from bench.api.errors import RequestError, did_you_mean
from bench.report.sections.everything import HEADINGS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def shown_in_notebooks(figure: Figure) -> Figure:
    """The figure, with what a notebook asks an object for that it is to show as a picture.

    pyplot would bring its own way along, for all figures of a session, and a state to look after.
    """
    setattr(figure, "_repr_png_", partial(_png, figure))  # noqa: B010
    return figure


def _png(figure: Figure) -> bytes:
    content = BytesIO()
    figure.savefig(content, format="png", dpi=100)
    return content.getvalue()


def headed(figures: Sequence[str]) -> dict[str, str]:
    """Figures by their names, with the headings that tables have for them.

    Raises:
        RequestError: no such figure.
    """
    by_heading = {heading: name for name, heading in HEADINGS.items()}
    named = {}
    for figure in figures:
        name = by_heading.get(figure, figure)
        if name not in HEADINGS:
            raise RequestError(f"no figure {figure!r}; {did_you_mean(figure, by_heading)}")
        named[name] = HEADINGS[name]
    return named
