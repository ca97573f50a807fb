"""Whether values can be what their units say, at the LHC; what cannot is questioned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.files.values import SUMS
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.units import ANGLES, ENERGIES, Kind, kind_of, unit_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NONE = Kind("an energy", re.compile(""), "GeV", signed=True)
"""Of columns in GeV whose name tells nothing."""
STEEP = -0.01
"""What a negative value is allowed to be, against the median: masses are rounded."""


@dataclass(frozen=True)
class Extent:
    """What the values of a column come to."""

    median: float
    """Of their absolute values other than 0; 0 where all are."""
    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> Extent:
        """That of values."""
        import numpy as np

        size = np.abs(values[values != 0]).astype(np.float64)
        median = float(np.median(size)) if len(size) else 0.0
        return cls(median, float(values.min()), float(values.max()))

    def times(self, factor: float) -> Extent:
        """The same in another unit."""
        return Extent(self.median * factor, self.low * factor, self.high * factor)


def question_features(
    file: Path,
    measures: Sequence[Measure],
    values: Callable[[str], NDArray[np.floating]],
) -> list[str]:
    """Question units that the values of features are far from; gives what the user settled so.

    Args:
        file: where they are from, for the message.
        measures: their units.
        values: gives those of a column, as they are kept.

    Raises:
        InputError: what has to be said by `--unit`.
    """
    extents = {m.name: Extent.of(values(m.name)) for m in measures if _judged(m)}
    medians: dict[str, float] = {}
    for name, extent in extents.items():  # of a family, pt_0 to pt_99, the largest one speaks
        medians[_family(name)] = max(medians.get(_family(name), 0.0), extent.median)
    doubtful, settled = [], []
    for measure in measures:
        if measure.name not in extents:
            continue
        extent = extents[measure.name]
        kind = kind_of(measure.name) or NONE
        why = _doubt(kind, extent, medians[_family(measure.name)], measure)
        if why and measure.by == "user":
            settled.append(f"{measure.name} has values of {_span(extent)} {measure.unit.stored}")
        elif why:
            doubtful.append((measure, extent, kind, why))
    if doubtful:
        raise InputError(f"{file}: {_question(*doubtful[0])}{_others(doubtful[1:])}")
    return [f"{line}, far from what the LHC gives, as the user says" for line in settled]


def question_particles(file: Path, measures: Sequence[Measure], sums: Sequence[float]) -> list[str]:
    """The same of particles, by the sum of their pt in each event, in GeV."""
    import numpy as np

    momentum = measures[0]
    median = float(np.median(sums)) if sums else 0.0
    if not sums or SUMS[0] <= median <= SUMS[1]:
        return []
    if momentum.by == "user":
        return [f"the sum of pt is {median:.4g} GeV in the median, as the user says"]
    raw, unit = median / momentum.unit.factor, momentum.unit.name
    name = "p?" if momentum.name == "px" else momentum.name
    fitting = [
        other
        for other in ("MeV", "GeV", "TeV")
        if other != unit and SUMS[0] <= raw * ENERGIES[other] <= SUMS[1]
    ]
    ways = [f"--unit '{name}={other}'" for other in fitting] or [f"it by --unit '{name}=UNIT'"]
    raise InputError(
        f"{file}: the sum of pt in an event is {raw:.4g} in the median, hardly {unit};"
        f" say {' or '.join(ways)}, or --unit '{name}={unit}' if it is so"
    )


def _judged(measure: Measure) -> bool:
    """Whether a column's values can be held against anything."""
    kind = kind_of(measure.name)
    return measure.unit.stored == "GeV" or (kind is not None and kind.unit == measure.unit.stored)


def _family(name: str) -> str:
    return re.sub(r"\d+", "", name)


def _doubt(kind: Kind, extent: Extent, median: float, measure: Measure) -> str:
    """Why values cannot be of this kind; empty if they can."""
    if not kind.signed and extent.low < STEEP * extent.median:
        return f"{kind.what} is not negative"
    if max(-extent.low, extent.high) > kind.most:
        return "too large"
    if 0 < median < kind.least:
        return "too small"
    raw = extent.times(1 / measure.unit.factor)
    if measure.unit.name == "deg" and 0 < max(-raw.low, raw.high) <= ANGLES["rad"] * 6.3:
        return "too small"
    return ""


def _question(measure: Measure, extent: Extent, kind: Kind, why: str) -> str:
    raw = extent.times(1 / measure.unit.factor)
    name, unit = measure.name, measure.unit.name
    by = {"file": " as the file says", "name": " as its name suggests"}[measure.by]
    hardly = f"hardly {unit}" if unit != "1" else f"hardly {kind.what}"
    problem = f"{name} has values of {_span(raw)}, {hardly}{by}"
    if "not negative" in why:
        problem += f": {why}"
    fitting = list(_fitting(measure, raw, kind))
    ways = [f"--unit {name}={other}" for other in fitting] or [f"what it is by --unit {name}=UNIT"]
    return f"{problem}; say {' or '.join(ways)}, or --unit {name}={unit} if it is so"


def _fitting(measure: Measure, raw: Extent, kind: Kind) -> Iterator[str]:
    """Other units in which the values would be plausible."""
    units = {"GeV": {u: ENERGIES[u] for u in ("MeV", "GeV", "TeV")}, "rad": ANGLES}
    for name, factor in units.get(kind.unit, {}).items():
        if name == measure.unit.name:
            continue
        extent = raw.times(factor)
        if not _doubt(kind, extent, extent.median, Measure(measure.name, unit_of(name))):
            yield name


def _others(doubtful: Sequence[tuple[Measure, Extent, Kind, str]]) -> str:
    names = [measure.name for measure, *_ in doubtful]
    more = f" and {len(names) - 4} more" if names[4:] else ""
    return f"; likewise {', '.join(names[:4])}{more}" if names else ""


def _span(extent: Extent) -> str:
    return f"{extent.low:.4g} to {extent.high:.4g}"
