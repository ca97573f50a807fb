"""Without truth: every model against how much signal its data held, and what a cut would bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isclose

from bench.api.scores import Estimate
from bench.metrics.ranking import AT_FLOOR
from bench.report.blocks import Block, Cell, Heading, Picture, TableBlock, Text, estimated, plain
from bench.report.event_sets import EventSet, Setting
from bench.report.learning import at_floor
from bench.report.searches import Search, significance
from bench.report.sections.guarded import marked

FIGURES = {"max_sic": "max SIC", "auc": "AUC"}
CUTS = {
    "max_sic": "where SIC is largest",
    "sic_at_fpr_0.01": "that one background event in a hundred passes",
}
SUPERVISED, BEFORE = "by the truth", "without a cut"
SEEDS = "median and 16 to 84 % band over the seeds"


def searches_section(
    events: EventSet, every: Sequence[Search], pictures: Sequence[Picture]
) -> list[Block]:
    """The figure, a table of each figure, and of the significance; nothing without a search."""
    if not every:
        return []
    tables: list[Block] = []
    for name, title in FIGURES.items():
        tables += [Text(f"{title} by signal events in the data:"), _figures(events, every, name)]
    for name, cut in CUTS.items():
        tables += [
            Text(f"Significance S / √B of the data, after a cut {cut}:"),
            _significances(events, every, name),
        ]
    return [
        Heading(f"Without truth: {events.title}", brief=f"without truth, {events.brief}"),
        *pictures,
        *tables,
        Text(_about(events, every)),
    ]


def _numbers(every: Sequence[Search]) -> list[int]:
    return sorted({n for search in every for n in search.curve.points})


def _figures(events: EventSet, every: Sequence[Search], name: str) -> TableBlock:
    numbers, rows = _numbers(every), []
    for search in every:
        points = search.curve.points
        records = [run.record for setting in points.values() for run in setting.runs]
        cells = [_cell(points.get(n), name) for n in numbers]
        rows.append([marked(search.title, records), *cells, _cell(search.supervised, name)])
    slug = name.replace("_", "-")
    headings = ["model", *map(str, numbers), SUPERVISED]
    return TableBlock(f"searches-{slug}-{events.slug}", headings, rows)


def _significances(events: EventSet, every: Sequence[Search], name: str) -> TableBlock:
    numbers, rows = _numbers(every), []
    for search in every:
        cells = [_cell(search.curve.points.get(n), name, significance_of) for n in numbers]
        rows.append([plain(search.title), *cells])
    slug = name.replace("_", "-").replace(".", "-")
    headings = ["model", *map(str, numbers)]
    rows += _before(every, numbers)
    return TableBlock(f"significance-{slug}-{events.slug}", headings, rows)


def _before(every: Sequence[Search], numbers: Sequence[int]) -> list[list[Cell]]:
    """S / √B of the data: a row for all models, or one for each where their data are not alike."""
    known = [
        {n: significance_of(one) for n, one in search.curve.points.items()} for search in every
    ]
    alike = {n: value for one in known for n, value in one.items()}
    if all(isclose(one[n], alike[n]) for one in known for n in one):
        return [_before_row(BEFORE, alike, numbers)]
    titles = [f"{search.title}, {BEFORE}" for search in every]
    return [_before_row(title, one, numbers) for title, one in zip(titles, known, strict=True)]


def _before_row(title: str, values: Mapping[int, float], numbers: Sequence[int]) -> list[Cell]:
    cells = [estimated(Estimate(values[n])) if n in values else plain("") for n in numbers]
    return [plain(title), *cells]


def significance_of(setting: Setting) -> float:
    """S / √B of the data, before a cut."""
    return significance(setting.runs[0].record) or 0.0


def _cell(
    setting: Setting | None, name: str, times: Callable[[Setting], float] | None = None
) -> Cell:
    """A figure over the seeds, or of one seed by its events; a dash where there is none."""
    if setting is None:
        return plain("")
    factor = times(setting) if times else 1.0
    estimate = setting.middle.metrics().estimates.get(name)
    if spread := setting.spread(name):
        estimate = Estimate(spread.median, spread.low, spread.high, SEEDS)
    if estimate is None:
        return plain("")
    ends = {
        end: value * factor
        for end in ("value", "low", "high")
        if (value := getattr(estimate, end)) is not None
    }
    if name == "max_sic" and at_floor(setting):
        return estimated(replace(estimate, **ends, note=f"{AT_FLOOR}, a lower limit"), marked=True)
    return estimated(replace(estimate, **ends, note=""))


def _about(events: EventSet, every: Sequence[Search]) -> str:
    sample = events.sample
    several = any(len(one.runs) > 1 for search in every for one in search.curve.points.values())
    bands = (
        f" Of several seeds, each of which draws its own signal and none its own background, it is "
        f"the {SEEDS}."
        if several
        else " The interval is that of the scored events, 95 %."
    )
    return (
        "The fits told data from a reference and saw no truth: data are background of the region "
        "and so many signal events, in the train and the valid split together; the reference is "
        "background of the region, or of its sidebands where a name says so. Looks and thresholds "
        "were chosen by the same labels. All were judged by the truth, on the same "
        f"{sample.signal} signal and {sample.background} background events, which no fit saw. "
        f"The column {SUPERVISED} is the same model fitted by true labels on the region.{bands} "
        "A significance is S / √B of the data times SIC, whose ε_S and ε_B are those of the scored "
        "events; the threshold of the largest SIC is chosen by the truth, which a search does not "
        "have. A score is that of data, so that calibration and decisions at 0.5 say nothing of "
        "signal. The sections below have the fits with most signal alone of each of these models."
    )
