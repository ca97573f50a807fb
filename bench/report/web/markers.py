"""Matplotlib's markers as the paths of a page, so that a model has the same one everywhere."""

from __future__ import annotations

from functools import cache

from bench.report.drawing.styles import Marker


@cache
def outline(marker: Marker) -> str:
    """The path of a marker in SVG's words, from -1 to 1 on its longer side."""
    import numpy as np
    from matplotlib.markers import MarkerStyle
    from matplotlib.path import Path

    words = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
    style = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform())
    upward = np.array([1, -1]) / np.abs(path.vertices).max()  # down is positive in a page
    parts = []
    for points, code in path.iter_segments(simplify=False):
        places = np.asarray(points).reshape(-1, 2) * upward
        text = " ".join(f"{number:.2f}".rstrip("0").rstrip(".") for number in places.ravel())
        parts.append(f"{words[code]}{text}" if code in words else "Z")
    return "".join(parts)
