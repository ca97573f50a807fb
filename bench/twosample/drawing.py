"""Every feature of both sides over each other, with Poisson errors and the ratio below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.metrics.format import p_value
from bench.report.blocks import Block, Picture
from bench.report.drawing.sheet import STYLE, safe, short
from bench.storage.files import atomic_write
from bench.twosample.binning import Filled, edges_for, filled
from bench.twosample.comparison import groups

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from bench.twosample.comparison import Comparison
    from bench.twosample.features import FeatureDifference

COLUMNS, PANELS = 3, 9
"""Panels in a row, and on a page."""
WIDTH, MAIN, GAP, RATIO = 2.75, 1.75, 0.07, 0.65
"""Of a panel and its two parts, and between them, inches."""
LEFT, RIGHT, BELOW, ABOVE, LEGEND = 0.72, 0.12, 0.56, 0.34, 0.34
"""Room around a panel, and for the legend, inches."""
RANGE = (0.25, 1.75)
"""Of the ratio; what lies beyond is an arrow."""
LOOK: Any = {**STYLE, "font.size": 8.5, "axes.labelsize": 9.5, "axes.titlesize": 8.5}
COLOUR = "#2166ac"


def draw(comparison: Comparison, folder: Path, room: str) -> list[Block]:
    """Draw all features into a room of the folder, a page or more for each group of them."""
    import matplotlib

    tested = {feature.column.name: feature for feature in comparison.features}
    columns = comparison.pair.a.table.columns
    pictures: list[Block] = []
    with matplotlib.rc_context(LOOK):
        for group, places in groups(columns).items():
            pages = [places[i : i + PANELS] for i in range(0, len(places), PANELS)]
            for number, these in enumerate(pages, 1):
                end = f"-{number}" if len(pages) > 1 else ""
                file = f"{room}/{_slug(group)}{end}.png"
                figure = _page(comparison, [tested[columns[place].name] for place in these])
                with atomic_write(folder / file) as draft:
                    figure.savefig(draft, format="png", dpi=150, metadata={"Software": None})
                title = f"{group}, {number} of {len(pages)}" if end else group
                pictures.append(Picture(file, f"Features: {title}"))
    return pictures


def _page(comparison: Comparison, features: Sequence[FeatureDifference]) -> Figure:
    from matplotlib.figure import Figure

    across = min(len(features), COLUMNS)
    down = -(-len(features) // COLUMNS)
    cell = LEFT + WIDTH + RIGHT, ABOVE + MAIN + GAP + RATIO + BELOW
    size = cell[0] * across, cell[1] * down + LEGEND
    figure = Figure(figsize=size)

    def part(i: int, up: float, height: float) -> Axes:
        x, y = cell[0] * (i % COLUMNS) + LEFT, cell[1] * (down - 1 - i // COLUMNS) + up
        return figure.add_axes((x / size[0], y / size[1], WIDTH / size[0], height / size[1]))

    for i, feature in enumerate(features):
        main, below = part(i, BELOW + RATIO + GAP, MAIN), part(i, BELOW, RATIO)
        _feature(comparison, feature, main, below)
    lines, names = figure.axes[0].get_legend_handles_labels()
    handles = dict(sorted(zip(names, lines, strict=True)))
    pair = comparison.pair
    kind = "events" if pair.chosen == "all" else f"{pair.chosen} events"
    sides = {"A": pair.a, "B": pair.b}
    labels = [f"{n}: {short(sides[n].title, 60)}, {len(sides[n].table)} {kind}" for n in handles]
    columns = 1 if across == 1 else 2
    figure.legend(
        list(handles.values()),
        labels,
        loc="upper center",
        ncols=columns,
        fontsize=9 if across > 1 else 7,
    )
    return figure


def _feature(comparison: Comparison, feature: FeatureDifference, main: Axes, below: Axes) -> None:
    """One feature: A as points, B as a line with a band, and A over B."""
    import numpy as np

    column = feature.column
    a, b = (side.table.column(column.name) for side in (comparison.pair.a, comparison.pair.b))
    edges = edges_for(a, b)
    one, other = filled(a, edges), filled(b, edges)
    middle = (edges[1:] + edges[:-1]) / 2
    main.stairs(other.high, edges, baseline=other.low, fill=True, color=COLOUR, alpha=0.25)
    main.stairs(other.share, edges, color=COLOUR, label="B", linewidth=1.3)
    bars = np.stack([one.share - one.low, one.high - one.share])
    main.errorbar(middle, one.share, bars, fmt="o", color="black", ms=2.6, lw=0.9, label="A")
    top = max(float(one.high.max()), float(other.high.max()))
    main.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.28 * top), ylabel="share of events")
    main.set_title(short(column.meaning), loc="left", pad=4)
    test = f"KS {feature.distance:.3f}, p = {p_value(feature.p)}"
    main.text(0.97, 0.95, test, transform=main.transAxes, ha="right", va="top", fontsize=8)
    main.tick_params(labelbottom=False)
    _ratio(below, edges, one, other)
    unit = "" if column.unit == "1" else f" [{column.unit}]"
    below.set_xlabel(safe(f"{column.name}{unit}"))
    for axes in (main, below):
        axes.yaxis.set_label_coords(-0.19, 0.5)


def _ratio(axes: Axes, edges: NDArray[np.float64], one: Filled, other: Filled) -> None:
    """A over B with A's errors, and those of B as a band around 1."""
    import numpy as np

    some = other.share > 0
    share = np.where(some, other.share, 1.0)
    low, high = (np.where(some, end / share, 1.0) for end in (other.low, other.high))
    axes.stairs(high, edges, baseline=low, fill=True, color=COLOUR, alpha=0.25)
    axes.axhline(1, color=COLOUR, linewidth=1.0)
    middle = ((edges[1:] + edges[:-1]) / 2)[some]
    ratio, down, up = (values[some] / share[some] for values in (one.share, one.low, one.high))
    bars = np.stack([ratio - down, up - ratio])
    axes.errorbar(middle, ratio, bars, fmt="o", color="black", ms=2.6, lw=0.9)
    for beyond, edge, mark in (
        (ratio > RANGE[1], RANGE[1], "^"),
        (ratio < RANGE[0], RANGE[0], "v"),
    ):
        inside = edge + 0.09 * (1 if mark == "v" else -1)
        axes.plot(middle[beyond], np.full(beyond.sum(), inside), mark, color="black", ms=3.2)
    axes.set(xlim=(edges[0], edges[-1]), ylim=RANGE, ylabel="A / B", yticks=(0.5, 1.0, 1.5))


def _slug(text: str) -> str:
    ascii_text = "".join(c if c.isalnum() and c.isascii() else "-" for c in text.lower())
    return ascii_text.strip("-") or "group"
