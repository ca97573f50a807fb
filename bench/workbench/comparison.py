"""Models against each other on the same events: in words, as tables, as figures, as a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.comparison.comparable import demand_comparable
from bench.comparison.floored import floor_of, under_one
from bench.comparison.paired import holm, max_sic_difference
from bench.comparison.table import compare
from bench.metrics.floors import Floor
from bench.report.blocks import TableBlock, Text, counted, estimated, plain
from bench.report.event_sets import EventSet, Setting, auc
from bench.report.markdown import markdown
from bench.report.samples import briefs
from bench.report.sections.conclusions import conclusions, over_seeds
from bench.report.sections.everything import titled
from bench.report.tested import Tested
from bench.workbench.figures import headed, shown_in_notebooks
from bench.workbench.shared_events import Shared

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from bench.api.parts import Metric
    from bench.report.drawing.subject import Subject
    from bench.storage.store import Run

FIGURES = ("AUC", "max SIC")
MARKED = "group"
FOLD = re.compile(r"</?(details|summary)>")
"""What a terminal would show as it stands."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Two or more models on the very same events, each with its runs over the seeds."""

    models: tuple[tuple[Run, ...], ...]
    said: str = ""
    """What events were left out, of runs that are compared on those that they share."""

    @classmethod
    def of(
        cls,
        models: Sequence[Sequence[Run]],
        *,
        common: Sequence[Metric] | None = None,
        floor: Floor | None = None,
    ) -> Comparison:
        """The comparison of these models, the runs of one model being its seeds.

        Args:
            models: of each its runs.
            common: compare them on the events that all have scored, with figures by these metrics.
            floor: of the maximum SIC; that of the runs' protocol, else the usual one, by default.

        Raises:
            RequestError: fewer than two of them, or runs that cannot be compared.
        """
        if len(models) < 2:
            raise RequestError(f"{len(models)} to compare; wanted two or more")
        if common is not None:
            shared = Shared.of(models, common)
            return cls(under_one(shared.models, floor), shared.said)
        first, *others = (run for runs in models for run in runs)
        for other in others:
            demand_comparable(first, other)
        return cls(under_one(models, floor))

    @cached_property
    def events(self) -> EventSet:
        """The events with the models on them, the best by AUC first.

        Raises:
            RequestError: decisions or one class alone, which have no order.
        """
        for run in (run for runs in self.models for run in runs):
            if run.record.decisions or not run.scored().two_classes:
                raise RequestError(
                    f"{run.name}: decisions, or events of one class: there is nothing to rank by; "
                    "two such runs can be compared, in `str(comparison)`"
                )
        settings = sorted(
            map(Setting, self.models), key=lambda setting: (-auc(setting.middle), setting.title)
        )
        sample = self.models[0][0].record.sample
        assert sample is not None
        (brief,) = briefs([sample])
        return EventSet(sample, tuple(settings), brief)

    def frame(self, figures: Sequence[str] = FIGURES) -> pd.DataFrame:
        """A row a model: figures of its run of median AUC with their 95 % intervals.

        Models that share a letter in `group` cannot be told apart. Over several seeds there are
        the median and the 16 to 84 % band beside, `AUC seeds`, `AUC seeds low`, `AUC seeds high`.

        Raises:
            RequestError: no such figure.
        """
        import pandas as pd

        rows = []
        for setting, mark in zip(self.events.settings, self._tested.marks, strict=True):
            row: dict[str, object] = {"model": setting.title, "seeds": len(setting.runs)}
            for name, heading in headed(figures).items():
                estimate = setting.middle.metrics().estimates[name]
                row |= {heading: estimate.value, f"{heading} low": estimate.low}
                row |= {f"{heading} high": estimate.high}
                if spread := setting.spread(name):
                    row |= {f"{heading} seeds": spread.median, f"{heading} seeds low": spread.low}
                    row |= {f"{heading} seeds high": spread.high}
            rows.append({**row, MARKED: mark})
        return pd.DataFrame(rows)

    def pairs(self) -> pd.DataFrame:
        """A row for each pair of models and figure: how much larger it is for the first of them.

        DeLong's test on AUC, a paired bootstrap on the maximum SIC, each with its 95 % interval,
        with `p` and with `p_holm`, corrected over all pairs of the figure. `needed` is how many
        signal events would tell the two apart.
        """
        import pandas as pd

        settings = self.events.settings
        scored = [setting.middle.scored() for setting in settings]
        auc_pairs = self._tested.pairs
        floor = self.events.floor
        sic = [max_sic_difference(scored[p.first], scored[p.second], floor) for p in auc_pairs]
        corrected = holm([difference.p for difference in sic])
        sic_pairs = [
            replace(pair, difference=difference, p=p)
            for pair, difference, p in zip(auc_pairs, sic, corrected, strict=True)
        ]
        return pd.DataFrame(
            {
                "figure": pair.difference.what,
                "first": settings[pair.first].title,
                "second": settings[pair.second].title,
                "difference": pair.difference.value,
                "low": pair.difference.low,
                "high": pair.difference.high,
                "p": pair.difference.p,
                "p_holm": pair.p,
                "needed": pair.difference.needed,
                "method": pair.difference.method,
            }
            for pair in [*auc_pairs, *sic_pairs]
        )

    def roc(self, *, ratio: bool = False) -> Figure:
        """ROC with its 95 % band; with `ratio` a panel below of each over the first model's."""
        from bench.report.drawing.curves import roc

        return self._drawn(lambda: roc(self._subject, ratio=ratio))

    def sic(self) -> Figure:
        """SIC against signal efficiency with its 95 % band."""
        from bench.report.drawing.curves import sic

        return self._drawn(lambda: sic(self._subject))

    def forest(self) -> Figure:
        """AUC and maximum SIC of each model side by side, with bars from events and over seeds."""
        from bench.report.drawing.forest import forest

        return self._drawn(lambda: forest([self._tested]))

    def latex(self, file: Path | str | None = None, figures: Sequence[str] = FIGURES) -> str:
        """A booktabs table, a row a model; written to the file if one is named.

        Raises:
            RequestError: no such figure.
        """
        from bench.report.exports import to_latex
        from bench.storage.files import write_bytes

        text = to_latex(self._table(figures))
        if file is not None:
            write_bytes(Path(file), text.encode())
        return text

    def report(
        self, folder: Path | str = "report", title: str = "", formats: Sequence[str] = ()
    ) -> Path:
        """Write the report that `bench report` writes; gives the path of its markdown page.

        Args:
            folder: to write.
            title: the page's heading.
            formats: of the figures beside PNG, `pdf` and `svg`.

        Raises:
            RequestError: no such format.
        """
        from bench.report.page import write_report
        from bench.storage.report_contents import Contents, vector_formats

        runs = [run for runs in self.models for run in runs]
        floor = floor_of(runs)
        said = str(floor) if floor.said else ""
        contents = Contents(title, formats=vector_formats(formats), floor=said)
        return write_report(runs, Path(folder), contents)

    def __str__(self) -> str:
        """Of two runs every paired test; of more, or over seeds, which can be told apart."""
        if max(map(len, self.models)) == 1 and len(self.models) == 2:
            text = compare(self.models[0][0], self.models[1][0])
            return f"{self.said}\n\n{text}" if self.said else text
        return FOLD.sub("", self._repr_markdown_())

    def __repr__(self) -> str:
        return f"<{' against '.join(Setting(runs).title for runs in self.models)}>"

    def _repr_markdown_(self) -> str:
        heading, *blocks = conclusions(self._tested)
        about = [Text(self.said)] if self.said else []
        return markdown([heading, *about, *blocks]).rstrip("\n")

    @cached_property
    def _tested(self) -> Tested:
        return Tested.of(self.events)

    def _table(self, figures: Sequence[str]) -> TableBlock:
        named = headed(figures)
        settings = self.events.settings
        seeded = any(len(setting.runs) > 1 for setting in settings)
        rows = []
        for setting, mark in zip(settings, self._tested.marks, strict=True):
            estimates = setting.middle.metrics().estimates
            row = [plain(setting.title), *([counted(len(setting.runs))] if seeded else [])]
            for name in named:
                row.append(estimated(estimates.get(name)))
                row += [over_seeds(setting.spread(name))] if seeded else []
            rows.append([*row, plain(mark)])
        headings = ["model", *(["seeds"] if seeded else [])]
        for heading in (titled(name, self.events.floor) for name in named):
            headings += [heading, f"{heading} over seeds"] if seeded else [heading]
        return TableBlock("comparison", [*headings, MARKED], rows)

    @cached_property
    def _subject(self) -> Subject:
        from bench.report.drawing.subject import Subject

        return Subject.of(self.events)

    def _drawn(self, draw: Callable[[], Figure]) -> Figure:
        import matplotlib

        from bench.report.drawing.sheet import STYLE

        with matplotlib.rc_context(STYLE):
            return shown_in_notebooks(draw())
