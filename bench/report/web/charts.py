"""The charts of a sample in a page: their data, which a script draws, and what they look like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from bench.report.blocks import Charts

KINDS = ("roc", "sic", "scores")
"""What is drawn of each sample."""
SPECIFICATIONS = ("curve", "scores")
"""Of Vega-Lite; the first one is that of ROC and SIC alike. Their data come from the sample."""


def charts(block: Charts) -> str:
    """The room of a sample's charts; where no script runs, a word on where to see them."""
    shown = ", ".join(escape(picture.file) for picture in block.pictures)
    data = _data(block.data, 'class="data"')
    return (
        f'<section class="charts" aria-label="Charts: {escape(block.about)}">\n'
        f"<noscript>These charts need a script; as pictures they are in {shown}.</noscript>\n"
        f"{data}\n</section>"
    )


def specifications() -> str:
    """What the charts look like, the same for all samples."""
    static = files("bench.report.web") / "static"
    specs = {
        name: json.loads((static / f"{name}.json").read_text("utf-8")) for name in SPECIFICATIONS
    }
    return _data(specs, 'id="charts"')


def _data(content: Mapping[str, Any], attribute: str) -> str:
    """JSON that ends where it ends, whatever its strings hold."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    inside = text.replace("<", "\\u003c")
    return f'<script type="application/json" {attribute}>{inside}</script>'
