"""What a file tells of a fit without truth: which events were data, and which the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api.errors import InputError, RequestError
from bench.data.region import inside
from bench.data.weak import WeakSample
from bench.outside.dataframes import demand_columns, part_of, read_frame
from bench.outside.predictions import numbers_in, rows_of
from bench.storage.region import Region
from bench.storage.weak import DATA, WeakRequest, outer_edges

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Table
    from bench.outside.predictions import Claim
    from bench.storage.record import SampleRecord

LABEL = "label"


def demand_told(claim: Claim) -> None:
    """Refuse what says nothing of labels without another option.

    Raises:
        RequestError: which option is missing.
    """
    if not claim.weak:
        if claim.sidebands is not None:
            raise RequestError(f"--sidebands is of --labels {DATA}")
        return
    if claim.region is None:
        raise RequestError(f"--labels {DATA}: no --region; say where the data are")
    if claim.trained_on is None:
        raise RequestError(
            f"--labels {DATA}: no --trained-on; wanted a file that labels each event of the fit, 1 "
            f"for data and 0 for the reference, as `bench data export` writes with --labels {DATA}"
        )


def as_fitted(
    claim: Claim, table: Table, events: Table, record: SampleRecord, split: str
) -> tuple[Table, SampleRecord]:
    """Events of a fit without truth as it saw them, and their record.

    Args:
        claim: what the user says.
        table: the whole dataset that they are of.
        events: those of a split, with their true labels.
        record: of these events.
        split: `train` or `valid`.

    Raises:
        InputError: no label of an event, data outside the region, or a reference that is neither
            in the region nor in its sidebands.
    """
    from dataclasses import replace

    assert claim.trained_on is not None
    assert claim.region is not None
    region = Region.read(claim.region)
    data = _labels(claim.trained_on, table, events)
    here = inside(events, region)
    if beyond := int((data & ~here).sum()):
        raise InputError(f"{claim.trained_on}: {beyond} of {data.sum()} data are not in {region}")
    sample = WeakSample(events, data, _reference(claim, region, events, ~data, here))
    return sample.labelled, sample.recorded(replace(record, split=split, region=str(region)))


def _labels(file: Path, table: Table, events: Table) -> NDArray[np.bool_]:
    """Whether each event is data, as a file labels it: (n,)."""
    import numpy as np
    import pandas as pd

    every = read_frame(file)
    demand_columns(file, every, [LABEL])
    lines = [part_of(file, every, role) for role in ("train", "valid")]
    frame = pd.concat(lines) if len(lines[0]) < len(every) else every
    rows, labels = rows_of(file, frame, table), numbers_in(file, frame, LABEL)
    if strange := int((~np.isin(labels, (0, 1))).sum()):
        raise InputError(f"{file}: {strange} of {len(frame)} labels are neither 0 nor 1")
    known = dict(zip(table.ids[rows].tolist(), (labels == 1).tolist(), strict=True))
    given = [known.get(event) for event in events.ids.tolist()]
    if missing := given.count(None):
        raise InputError(f"{file}: no label of {missing} of {len(given)} events of the fit")
    return np.array(given, dtype=np.bool_)


def _reference(
    claim: Claim,
    region: Region,
    events: Table,
    reference: NDArray[np.bool_],
    here: NDArray[np.bool_],
) -> str:
    """What data were told from, as a record has it."""
    import numpy as np

    file, beside = claim.trained_on, reference & ~here
    if not reference.any() or reference.all():
        raise InputError(f"{file}: wanted data, labelled 1, and a reference, labelled 0")
    if not beside.any() and claim.sidebands is None:
        return "region"
    outer = None if claim.sidebands is None else outer_edges(claim.sidebands, region)
    weak = WeakRequest(region, 0, "sidebands", claim.seed, outer)
    values, (low, high) = events.column(region.column).astype(np.float64), weak.sidebands
    within = beside & (values >= low.low) & (values < high.high)
    if beyond := int((reference & ~within).sum()):
        raise InputError(
            f"{file}: {beyond} of {reference.sum()} reference events are not in the sidebands "
            f"{low.low:g} to {low.high:g} and {high.low:g} to {high.high:g}; wanted all of them "
            f"there or all in {region}; --sidebands LOW:HIGH says where sidebands begin and end"
        )
    return weak.reference
