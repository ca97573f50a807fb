"""The events of a run as data frames: to fit on, to choose by and to score."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from bench.api.parts import Dataset
    from bench.data.run_samples import RunSamples

UNITS, MEANINGS = "units", "meanings"


@dataclass(frozen=True, eq=False)
class Events:
    """The samples that `bench run` would fit on, choose by and evaluate on.

    Each is a data frame, a row an event: `event` (its id, a content hash), `label` (1 signal, 0
    background), `weight` (back to the natural rate of signal), the `features`, and where it is
    from (`sample`, `dataset`, `edition`, `index`). The features' units and meanings are in
    `frame.attrs["units"]` and `frame.attrs["meanings"]`.
    """

    samples: RunSamples
    dataset: Dataset

    @property
    def features(self) -> list[str]:
        """The columns that a model may read."""
        return list(self.units)

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of each feature: `GeV`, `rad`, `1` for a pure number."""
        return {column.name: column.unit for column in self.samples.tables["train"].columns}

    @cached_property
    def train(self) -> pd.DataFrame:
        """To fit on."""
        return self._frame("train")

    @cached_property
    def valid(self) -> pd.DataFrame:
        """To stop and to choose by."""
        return self._frame("valid")

    @cached_property
    def test(self) -> pd.DataFrame:
        """To be evaluated on: what figures are of."""
        return self._frame("evaluated")

    def __repr__(self) -> str:
        return "\n".join(
            f"{name}: {record.drawn}, {record.signal} signal and {record.background} background"
            for name, record in zip(
                ("train", "valid", "test"), self.samples.records.values(), strict=True
            )
        )

    def _frame(self, role: str) -> pd.DataFrame:
        from bench.data.export import sample_frame

        frame = sample_frame(self.samples, role)
        columns = self.samples.tables[role].columns
        frame.attrs[UNITS] = dict(self.units)
        frame.attrs[MEANINGS] = {column.name: column.meaning for column in columns}
        return frame
