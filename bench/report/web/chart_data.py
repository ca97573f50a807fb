"""What the charts of a sample show: for each model its curves, score distributions and cuts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from bench.metrics.curve import BACKGROUND_FLOOR
from bench.report.blocks import Block, Charts, Picture
from bench.report.drawing.sheet import labels
from bench.report.event_sets import EventSet, Setting
from bench.report.web.charts import KINDS
from bench.report.web.cuts import cuts, rates, thresholds
from bench.report.web.curves import curve
from bench.report.web.distributions import distributions
from bench.report.web.looks import looks

MOST = 40
"""Models that the charts know; the best ones. Others are named."""
ON = 12
"""Models that are shown before anybody clicks; the best ones."""


def asked(events: EventSet, pictures: Sequence[Picture]) -> list[Block]:
    """The pictures, with charts in the place of those that a page draws itself."""
    drawn = [picture for picture in pictures if _kind(picture) in KINDS]
    others = [picture for picture in pictures if picture not in drawn]
    if not drawn:
        return [*pictures]
    return [Charts(events.title, chart_data(events), drawn), *others]


def _kind(picture: Picture) -> str:
    return PurePosixPath(picture.file).name.partition("-")[0]


def chart_data(events: EventSet) -> dict[str, Any]:
    """Of the models on these events, in the types of JSON.

    The run of median AUC stands for its setting, as in all figures.
    """
    settings = events.settings[:MOST]
    sample = events.sample
    return {
        "about": events.title,
        "signal": sample.signal,
        "background": sample.background,
        "floor": BACKGROUND_FLOOR,
        "thresholds": thresholds(),
        "rates": rates(sample.background),
        "models": list(_models(settings, sample.background)),
        "others": [setting.title for setting in events.settings[MOST:]],
    }


def _models(settings: Sequence[Setting], background: int) -> Iterator[dict[str, Any]]:
    titles = [setting.title for setting in settings]
    styles = looks(settings)
    for place, (setting, name, look) in enumerate(
        zip(settings, labels(titles), styles, strict=True)
    ):
        scored = setting.middle.scored()
        yield {
            "name": name.replace("\\$", "$"),
            "title": setting.title,
            "colour": look.colour,
            "dash": look.dash,
            "on": place < ON,
            "threshold": round(scored.threshold, 6),
            "curve": curve(scored, rates(background)),
            "scores": distributions(scored),
            "cuts": cuts(scored),
        }
