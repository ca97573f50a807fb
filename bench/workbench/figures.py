"""Figures that a notebook shows by themselves, though nobody has loaded pyplot."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

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
