"""What a run would fit on, and an event as its model reads it: `bench run --dry-run`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.api.inputs import PARTICLE, WITHIN
from bench.api.parts import Model
from bench.data.encode import encode, learn, views_of
from bench.guards.inspect import let_through, voiding
from bench.guards.messages import first_names
from bench.running.guarded import check_inputs
from bench.running.prepared import prepare

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs, Learned
    from bench.api.parts import Encoder
    from bench.api.table import Table
    from bench.running.parts import RunParts
    from bench.storage.home import Home
    from bench.storage.record import Verdict
    from bench.storage.store import Store

EVENTS = 256
"""Events that encoders learn of."""
MOST = 60
"""Numbers of a view that have a row of their own."""


@dataclass(frozen=True)
class Preview:
    """What is known of a run before its fit."""

    text: str
    verdicts: Sequence[Verdict]
    """What the guards say that look before the fit."""

    @property
    def void(self) -> bool:
        """Whether the run would be void before its fit."""
        return bool(voiding(self.verdicts))


def preview(parts: RunParts, home: Home, store: Store, context: Context) -> Preview:
    """The samples, the first event of the train split, its numbers, and what guards say of them.

    Nothing is fitted.

    Raises:
        BenchError: the request or its input is bad.
    """
    import numpy as np

    prepared = prepare(parts, home, store, context)
    samples = prepared.samples
    table = samples.tables["train"]
    few = table.take(np.arange(min(len(table), EVENTS)))
    learned = learn(parts.encoders, few)
    inputs = encode(parts.model, parts.encoders, learned, few, targets=True)
    verdicts = let_through(check_inputs(prepared), parts.request.allow)
    drawn = (f"{role}: {record.drawn}" for role, record in samples.records.items())
    numbers = {name: _numbers(view) for name, view in inputs.views.items()}
    rest = {name: inputs.views[name] for name, of in numbers.items() if of is None}
    # what a model has no words of its own for stands in the tables
    own = type(parts.model).preview is not Model.preview
    shown = parts.model.preview(
        inputs if own else replace(inputs, views=rest), replace(context, seed=parts.request.seed)
    )
    tables = []
    for name, of in sorted(numbers.items()):
        if of is not None and (mask := _mask_of(name, inputs)) is not None:
            tables += [_particles(name, inputs.views[name], mask), ""]
        elif of is not None and not _within(name, inputs):
            sources = _sources(name, of, parts.encoders, learned, few)
            tables += [_table(name, of, inputs.y, _names(of, few, sources)), ""]
    lines = [*drawn, "", *([shown, ""] if shown else []), *tables, *_said(verdicts)]
    return Preview("\n".join(lines), verdicts)


def _numbers(view: Any) -> NDArray[np.float64] | None:
    """The numbers of a view: (n, d); None of a view that holds none."""
    import numpy as np

    array = np.asarray(view)
    if array.dtype.kind not in "fiub" or not array.size:
        return None
    return array.reshape(len(array), -1).astype(np.float64)


def _mask_of(name: str, inputs: Inputs) -> NDArray[np.bool_] | None:
    """Where the particles of a view are: (n, p); None of a view of something else."""
    masks = [inputs.views[mask] for mask in WITHIN.get(name, ()) if mask in inputs.views]
    return masks[0] if masks and masks[0].dtype == bool else None


def _within(name: str, inputs: Inputs) -> bool:
    """Whether the view is the mask of another one, which is shown with it."""
    return any(
        name in WITHIN.get(other, ()) and _mask_of(other, inputs) is not None
        for other in inputs.views
    )


def _particles(name: str, view: NDArray[np.float32], mask: NDArray[np.bool_]) -> str:
    """What the particles of a view have, a row each, over all of them, with the first one's."""
    import numpy as np
    from tabulate import tabulate

    counts = mask.sum(axis=1)
    there = view[mask]  # (particles, f)
    rows = []
    for place, of in enumerate(there.T[:MOST]):
        called = PARTICLE[place] if place < len(PARTICLE) else f"{place + 1}"
        spread = (of.min(), np.median(of), of.max(), of[0]) if len(of) else ("-",) * 4
        rows.append([called, *map(_short, spread)])
    headings = [f"of {name}", "least", "median", "greatest", "the first one"]
    heading = (
        f"{np.median(counts):g} {name} of an event in the median, {counts.min()} to "
        f"{counts.max()} of at most {view.shape[1]}, in {len(view)} events of the train split:"
    )
    return "\n".join([heading, "", tabulate(rows, headings, "pipe", disable_numparse=True)])


def _sources(
    name: str,
    numbers: NDArray[np.float64],
    encoders: Sequence[Encoder],
    learned: Learned,
    table: Table,
) -> list[list[str]]:
    """The features that each number is made of: those without which it is another."""
    import numpy as np

    encoder = next(one for one in encoders if name in one.produces)
    sources: list[list[str]] = [[] for _ in numbers.T]
    for place, column in enumerate(table.columns):
        x = table.x.copy()
        x[:, place] = np.roll(x[:, place], 1)
        changed = views_of(encoder, replace(table, x=x), learned[encoder.name])
        other = _numbers(changed[name])
        if other is None or other.shape != numbers.shape:
            continue
        differ = ~((other == numbers) | (np.isnan(other) & np.isnan(numbers))).all(axis=0)
        for number in np.flatnonzero(differ):
            sources[number].append(column.name)
    return sources


def _names(
    numbers: NDArray[np.float64], table: Table, sources: Sequence[Sequence[str]]
) -> Iterator[str]:
    """What each number is called: the feature that it is, or its place and what it is made of."""
    import numpy as np

    units = {column.name: column.unit for column in table.columns}
    for place, (of, names) in enumerate(zip(numbers.T, sources, strict=True), 1):
        equal = [n for n in units if np.array_equal(of, table.column(n), equal_nan=True)]
        if equal and (len(names) == 1 or not names):
            name = names[0] if names and names[0] in equal else equal[0]
            yield f"{name} [{units[name]}]"
        else:
            yield f"{place} of {first_names(names)}" if names else f"{place}"


def _table(
    name: str, numbers: NDArray[np.float64], y: NDArray[np.int8], names: Iterator[str]
) -> str:
    """The numbers of a view, a row each, with some events of either class."""
    import numpy as np
    from tabulate import tabulate

    chosen = sorted([*np.flatnonzero(y == 0)[:2], *np.flatnonzero(y == 1)[:1]])
    headings = [name, "least", "median", "greatest"]
    headings += ["a signal event" if y[row] else "a background event" for row in chosen]
    rows = []
    for called, of in zip(names, numbers.T[:MOST], strict=False):
        finite = of[np.isfinite(of)]
        spread = (finite.min(), np.median(finite), finite.max()) if len(finite) else ("-",) * 3
        rows.append([called, *map(_short, [*spread, *of[chosen]])])
    more = [f"and {numbers.shape[1] - MOST} more"] if numbers.shape[1] > MOST else []
    heading = f"{numbers.shape[1]} {name}, over {len(numbers)} events of the train split:"
    return "\n".join([heading, "", tabulate(rows, headings, "pipe", disable_numparse=True), *more])


def _short(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _said(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What the guards found, a line each."""
    looked = [verdict for verdict in verdicts if not verdict.skipped]
    grave = [verdict for verdict in looked if verdict.findings]
    what = f"and found something: {len(grave)}" if grave else "and found nothing"
    yield f"{len(looked)} guards looked before the fit {what}; others look at a fit and its scores"
    for verdict in grave:
        yield f"{verdict.code} {verdict.guard} ({verdict.outcome}): {'; '.join(verdict.findings)}"
        yield f"  what to do: {verdict.remedy}"
