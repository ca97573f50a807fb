"""All figures of a report, as files beside the page, and what each of them has no room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.report.blocks import Picture
from bench.report.costs import Costs
from bench.report.drawing.calibration import calibration
from bench.report.drawing.cost import cost
from bench.report.drawing.curves import roc, sic
from bench.report.drawing.distributions import scores, sculpting
from bench.report.drawing.forest import forest, undrawn
from bench.report.drawing.history import history, unlogged
from bench.report.drawing.learning import Styled, learning
from bench.report.drawing.matrix import matrix
from bench.report.drawing.saved import leave_blank, save
from bench.report.drawing.sheet import STYLE
from bench.report.drawing.slope import slope, unordered
from bench.report.drawing.styles import Styles
from bench.report.drawing.subject import MOST, Subject
from bench.report.event_sets import EventSet
from bench.report.learning import LearningCurve
from bench.report.searches import Search
from bench.report.tested import Tested
from bench.report.training import Trained, events_known

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawing:
    """A figure to be drawn."""

    name: str
    """The beginning of its file's name."""
    title: str
    draw: Callable[[], Figure | None]
    absent: Sequence[str] = ()
    """Models that are not in it."""


@dataclass(frozen=True)
class Paper:
    """Where figures go, in which formats, and in which styles their models are drawn."""

    folder: Path
    room: str
    styles: Styles
    formats: Sequence[str] = ()
    """Beside PNG."""
    blank: bool = False
    """Leave the files empty, of a report whose figures nobody looks at."""

    def draw(self, drawings: Sequence[Drawing], about: EventSet | None = None) -> list[Picture]:
        """Draw what there is to draw."""
        import matplotlib

        pictures = []
        with matplotlib.rc_context(STYLE):
            for one in drawings:
                if (figure := one.draw()) is None:
                    continue
                slug, of = (about.slug, about.title) if about else ("", "")
                file = f"{self.room}/{'-'.join(filter(None, (one.name, slug)))}.png"
                to_file = leave_blank if self.blank else save
                width = to_file(figure, self.folder / file, self.formats)
                title = ": ".join(filter(None, (one.title, of)))
                pictures.append(Picture(file, title, tuple(one.absent), width))
        return pictures


def draw(subject: Subject, costs: Costs, paper: Paper) -> list[Picture]:
    """Draw what there is to draw of these events."""
    absent = subject.titles(subject.absent)
    timeless = [*subject.titles(costs.unknown(subject.settings)), *absent]
    quiet = [*subject.titles(unlogged(subject)), *absent]
    drawings = [
        Drawing("roc", "ROC with its 95 % band", partial(roc, subject), absent),
        Drawing("sic", "SIC with its 95 % band", partial(sic, subject), absent),
        Drawing("cost", "Cost against quality", partial(cost, subject, costs), timeless),
        Drawing("scores", "Score distributions", partial(scores, subject), absent),
        Drawing("calibration", "Calibration", partial(calibration, subject), absent),
        Drawing(
            "sculpting",
            "Background mass of the tightest tenth",
            partial(sculpting, subject),
            absent,
        ),
        Drawing("history", "Training history", partial(history, subject), quiet),
    ]
    return paper.draw(drawings, subject.events)


def draw_pairs(subject: Subject, tested: Tested, paper: Paper) -> list[Picture]:
    """Draw which models can be told apart."""
    absent = subject.titles(subject.absent)
    title = "Every pair of models"
    return paper.draw(
        [Drawing("pairs", title, partial(matrix, subject, tested), absent)], subject.events
    )


def draw_first(tests: Sequence[Tested], paper: Paper) -> list[Picture]:
    """Draw what the first screen shows: the forest, and how the order of the models changes."""
    if not tests:
        return []
    leaders = partial(forest, tests, paper.styles)
    order = partial(slope, tests, paper.styles)
    return paper.draw(
        [
            Drawing("forest", "Leaders and the best of each family", leaders, undrawn(tests)),
            Drawing(
                *("order", "Order of the models, by AUC, from sample to sample"),
                *(order, unordered(tests)),
            ),
        ]
    )


def draw_learning(curves: Sequence[LearningCurve], events: EventSet, paper: Paper) -> list[Picture]:
    """Draw the curves in the styles of the fits on most events."""
    styled = [(paper.styles[curve.largest], curve) for curve in curves]
    shown, absent = styled[:MOST], [curve.title for _, curve in styled[MOST:]]
    drawings = [
        Drawing("learning", "How many events it takes", partial(learning, shown, events), absent)
    ]
    return paper.draw(drawings if shown else [], events)


def draw_searches(every: Sequence[Search], events: EventSet, paper: Paper) -> list[Picture]:
    """Draw the fits without truth against the signal in their data, beside those by the truth."""
    several = [one for one in every if len(one.curve.points) > 1]
    styled = [(paper.styles[one.curve.largest], one.curve) for one in several[:MOST]]
    levels = [one.supervised for one in several[:MOST]]
    drawn = partial(learning, styled, events, "signal events in the data", "symlog", levels)
    absent = [one.title for one in several[MOST:]]
    drawings = [Drawing("searches", "Without truth, by signal in the data", drawn, absent)]
    return paper.draw(drawings if styled else [], events)


def draw_training(trainings: Sequence[Trained], events: EventSet, paper: Paper) -> list[Picture]:
    """Draw the fits over their looks, by the events seen or else by the look's number."""
    by_events = events_known(trainings)
    xlabel = "events seen" if by_events else "look"
    styled: list[Styled] = [
        (paper.styles[one.setting], one.curve(by_events=by_events)) for one in trainings
    ]
    shown, absent = styled[:MOST], [one.title for one in trainings[MOST:]]
    drawn = partial(learning, shown, events, xlabel, "linear")
    drawings = [Drawing("training", "Over the training", drawn, absent)]
    return paper.draw(drawings if shown else [], events)
