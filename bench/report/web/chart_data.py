"""What the charts of a sample show: for each model its curves, score distributions and cuts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from bench.metrics.floors import Floor
from bench.report.blocks import Block, Charts, Picture
from bench.report.drawing.sheet import labels
from bench.report.drawing.styles import Styles
from bench.report.event_sets import Setting
from bench.report.tested import Tested
from bench.report.web.charts import KINDS
from bench.report.web.curves import curve
from bench.report.web.cuts import cuts, rates, thresholds
from bench.report.web.distributions import distributions
from bench.report.web.markers import outline

MOST = 40
"""Models that the charts know: the best of each family, then the best ones. Others are named."""
ON = 6
"""Models that are shown before anybody clicks, the first ones of these."""


def asked(tested: Tested, styles: Styles, pictures: Sequence[Picture]) -> list[Block]:
    """The pictures, with charts in the place of those that a page draws itself."""
    drawn = [picture for picture in pictures if _kind(picture) in KINDS]
    others = [picture for picture in pictures if picture not in drawn]
    if not drawn:
        return [*pictures]
    return [Charts(tested.events.title, chart_data(tested, styles), drawn), *others]


def _kind(picture: Picture) -> str:
    return PurePosixPath(picture.file).name.partition("-")[0]


def chart_data(tested: Tested, styles: Styles) -> dict[str, Any]:
    """Of the models on these events, in the types of JSON.

    The run of median AUC stands for its setting, as in all figures.
    """
    sample, settings = tested.events.sample, tested.settings
    best = [0, *map(settings.index, tested.best_of_others), *range(len(settings))]
    first = list(dict.fromkeys(best))[:MOST]  # places in the order of the settings
    drawn = {place: settings[place] for place in sorted(first)}
    models = _models(list(drawn.values()), styles, rates(sample.background), tested.events.floor)
    return {
        "about": tested.events.title,
        "signal": sample.signal,
        "background": sample.background,
        "floor": tested.events.floor.least_events(sample.background),
        "thresholds": thresholds(),
        "rates": rates(sample.background),
        "models": [
            {**model, "on": place in first[:ON]} for place, model in zip(drawn, models, strict=True)
        ],
        "others": [styles.key(one) for place, one in enumerate(settings) if place not in drawn],
    }


def _models(
    settings: Sequence[Setting], styles: Styles, steps: Sequence[float], floor: Floor
) -> Iterator[dict[str, Any]]:
    names = labels([styles.key(setting) for setting in settings])
    for setting, name in zip(settings, names, strict=True):
        scored, style = setting.middle.scored(), styles[setting]
        yield {
            "name": name.replace("\\$", "$"),
            "title": styles.key(setting),
            "colour": style.colour,
            "shape": outline(style.marker),
            "dash": style.dashes[1],
            "curve": curve(scored, steps, floor),
            "scores": distributions(scored),
            "cuts": cuts(scored),
        }
