"""How the colours of models are seen on a dark page."""

from __future__ import annotations

from bench.report.drawing.styles import COLOURS

DARK = 0.13
"""Relative luminance under which a line is not seen there."""
WEIGHTS = (0.2126, 0.7152, 0.0722)
"""Of red, green and blue in it. Source: W3C, WCAG 2.2."""


def luminance(colour: str) -> float:
    """Of `#rrggbb`, from 0 for black to 1 for white."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(weight * part for weight, part in zip(WEIGHTS, linear, strict=True))


def on_dark() -> str:
    """The style by which lines of a dark colour are lighter on a dark page."""
    rules = (
        f':root.dark .charts [{what}="{colour}"] '
        f"{{ {what}: color-mix(in oklab, {colour}, white 65%) }}\n"
        for colour in COLOURS
        if luminance(colour) < DARK
        for what in ("stroke", "fill")
    )
    return f"@media screen {{\n{''.join(rules)}}}\n"
