"""What to choose by the valid split, which no event that is scored elsewhere takes part in."""

from __future__ import annotations

from collections.abc import Sequence

from bench.comparison.groups import LEVEL
from bench.comparison.paired import Difference, holm
from bench.metrics.format import figure, number
from bench.report.blocks import Block, Cell, Heading, TableBlock, Text, counted, estimated, plain
from bench.report.sections.conclusions import over_seeds
from bench.report.validation import Candidate, Validation

HEADINGS = ("model", "seeds", "AUC on valid", "over seeds", "difference from the plugin's best")


def validation_section(validations: Sequence[Validation]) -> list[Block]:
    """For each valid split a table of all settings, and the choice of each plugin in words."""
    return [block for one in validations for block in _section(one)]


def _section(validation: Validation) -> list[Block]:
    plugins = list(dict.fromkeys(one.plugin for one in validation.candidates))
    behind: dict[str, Difference] = {}
    for plugin in plugins:
        best, *others = validation.of(plugin)
        behind |= {one.title: one.behind(best) for one in others}
    sample = validation.sample
    name = f"valid-{sample.fingerprint[:6]}"
    rows = [_row(one, behind.get(one.title)) for one in validation.candidates]
    choices = [_choice(validation.of(plugin), behind) for plugin in plugins]
    return [
        Heading(f"By the valid split: {sample.label}, {sample.size}"),
        TableBlock(name, HEADINGS, rows),
        Text(" ".join([_about(validation), *filter(None, choices)])),
    ]


def _row(candidate: Candidate, behind: Difference | None) -> list[Cell]:
    return [
        plain(candidate.title),
        counted(len(candidate.by_seed)),
        estimated(candidate.auc),
        over_seeds(candidate.spread),
        plain("") if behind is None else _difference(behind),
    ]


def _difference(one: Difference) -> Cell:
    value, low, high = (number(each, 4) for each in (one.value, one.low, one.high))
    text = f"{value} [{low}, {high}]"
    return Cell(text, one.value, one.low, one.high)


def _about(validation: Validation) -> str:
    sample = validation.sample
    events = f"{sample.signal} signal and {sample.background} background events"
    if sample.data:
        reference = sample.signal + sample.background - sample.data
        events = f"{sample.data} data and {reference} reference events, told apart without truth,"
    return (
        f"These are the {events} of the valid split: what is chosen here is chosen without any "
        "event that is scored elsewhere. "
        "Each training has chosen its best look by the same events, so that the figures lean "
        "upwards, those of many looks a little more. The AUC is that of the seed of median AUC "
        "with the 95 % interval of its events; over seeds stands the median with the 16 to 84 % "
        "band; differences are on the same events (DeLong's paired test, Holm over the settings "
        "of a plugin)."
    )


def _choice(candidates: Sequence[Candidate], behind: dict[str, Difference]) -> str:
    """The best of one plugin, and which of its others cannot be told from it."""
    best, *others = candidates
    if not others:
        return ""
    corrected = holm([behind[one.title].p for one in others])
    equal = [one.title for one, p in zip(others, corrected, strict=True) if not p < LEVEL]
    text = f"Best of {best.plugin}: {best.title}, AUC {figure(best.auc)}"
    if not equal:
        return f"{text}, above all its others."
    return f"{text}; these events cannot tell it from {'; '.join(equal)}."
