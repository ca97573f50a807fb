"""Collections of particles among the columns of a file, and which of them are the event's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import InputError, did_you_mean
from bench_lhco.imported.readers.particles import Variables, bare, last_word, variables
from bench_lhco.imported.stream import Foreign

if TYPE_CHECKING:
    import pyarrow as pa

FLOW = ("EFlowTrack", "EFlowPhoton", "EFlowNeutralHadron")
"""What Delphes calls the three kinds of particle-flow candidates, which make up an event."""
WHOLE = ("ParticleFlowCandidate", "Tower")
"""What else of it makes up an event by itself, the better first: newer particle flow, towers."""
ALL_FLOW = "EFlow"
"""The key that stands for the three."""
GENERATED = re.compile(r"(gen|truth|mc)([^a-z].*|part.*|jet.*)?", re.IGNORECASE)
"""Names of particles that a generator made, which no detector has seen."""


@dataclass(frozen=True)
class Collection:
    """Columns of lists, or one of records, that hold particles."""

    key: str
    """What the names of its columns begin with; may be empty."""
    variables: Variables
    records: str | None = None
    """The column that holds records, if its momenta are fields of one."""
    generated: bool = False
    """Whether they are a generator's, by their names."""

    @property
    def is_delphes(self) -> bool:
        """Whether its columns are called as Delphes calls them."""
        return self.key in (*FLOW, *WHOLE) and all(
            name.startswith(f"{self.key}.") for name in self.variables.names
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to read."""
        return self.variables.used if self.records is None else (self.records,)

    def fields(self, schema: pa.Schema) -> list[pa.Field]:
        """Of the three columns."""
        inner = schema if self.records is None else schema.field(self.records).type.value_type
        return [inner.field(name) for name in self.variables.names]

    def other_fields(self, schema: pa.Schema) -> list[str]:
        """Names of what the records hold beside momenta."""
        if self.records is None:
            return []
        names = _inner_names(schema.field(self.records))
        return [f"{self.records}.{name}" for name in names if name not in self.variables.used]


def chosen(
    foreign: Foreign, fields: Sequence[pa.Field]
) -> tuple[tuple[Collection, ...], tuple[str, ...]]:
    """The collections that make up the event, and a line about those that do not.

    Of Delphes' these are the particle-flow candidates, or the towers where there are none.

    Raises:
        InputError: there are none, or several, or generated ones, and no key that says which.
    """
    path = foreign.file
    lists = [field for field in fields if is_list(field.type)]
    names = Counter(one.key for one in _collections(lists)).most_common(1)
    if names and names[0][1] > 1:
        raise InputError(
            f"{path}: two sets of particles are called {names[0][0]!r:.60}, wanted one;"
            " leave the other out by --without-column"
        )
    every = {one.key: one for one in _collections(lists)}
    if not every:
        listed = ", ".join(f"{f.name:.60} ({f.type!s:.30})" for f in lists[:8]) or "no lists"
        how = "; of features, leave them out by --without-column" if lists else ""
        raise InputError(
            f"{path}: wanted lists of pt, eta, phi or px, py, pz; there is {listed}{how}"
        )
    flow = tuple(every[key] for key in FLOW if key in every)
    if foreign.key is not None:
        return _of_key(foreign, every, flow), ()
    expected = _expected(every, flow)
    if not expected:
        how = "say by --key which, or leave others out by --without-column"
        raise InputError(f"{path}: wanted one set of particles, {how}; there is {_listed(every)}")
    if expected[0].generated:
        raise InputError(
            f"{path}: the only particles are a generator's, {_listed(every)};"
            f" wanted --key {expected[0].key} if they are meant"
        )
    others = [key for key in every if every[key] not in expected]
    taken = ", ".join(one.key for one in expected)
    more = ", ".join(others[:8]) + (f" and {len(others) - 8} more" if others[8:] else "")
    return expected, (f"particles are {taken}; --key takes others: {more}",) if others else ()


def _expected(
    every: Mapping[str, Collection], flow: tuple[Collection, ...]
) -> tuple[Collection, ...]:
    """What makes up the event where nobody says it; nothing where it would be a guess."""
    if flow:
        return flow if len(flow) == len(FLOW) else ()
    whole = [every[key] for key in WHOLE if key in every and every[key].is_delphes]
    if whole:
        return (whole[0],)
    return tuple(every.values()) if len(every) == 1 else ()


def _of_key(
    foreign: Foreign, every: Mapping[str, Collection], flow: tuple[Collection, ...]
) -> tuple[Collection, ...]:
    key = bare(foreign.key or "")
    if key in every:
        return (every[key],)
    if key == ALL_FLOW and flow:
        return flow
    raise InputError(
        f"{foreign.file}: no particles for --key {foreign.key!r:.60};"
        f" {did_you_mean(key, list(every))}"
    )


def _listed(every: Mapping[str, Collection]) -> str:
    known = [
        f"{key or 'no name'} ({', '.join(one.variables.names)})"
        for key, one in list(every.items())[:8]
    ]
    more = list(every)[8:]
    return (
        ", ".join(known)
        + (f", {', '.join(more[:20])}" if more else "")
        + (f" and {len(more) - 20} more" if len(more) > 20 else "")
    )


def _collections(lists: Sequence[pa.Field]) -> Iterator[Collection]:
    """The columns that may be particles, each time with what a key calls them."""
    import pyarrow as pa

    plain: dict[str, list[str]] = {}
    for field in lists:
        if pa.types.is_struct(field.type.value_type):
            names = _inner_names(field)
            if (which := variables(names)) is not None:
                key = bare(field.name)
                yield Collection(key, which, field.name, _is_generated(key, names))
        else:
            word = last_word(field.name)
            plain.setdefault(bare(field.name[: -len(word) or None]), []).append(field.name)
    for key, names in plain.items():
        if (which := variables(names)) is not None:
            yield Collection(key, which, None, _is_generated(key, names))


def _is_generated(key: str, names: Sequence[str]) -> bool:
    """Whether these are a generator's particles: by name, or as they have a status."""
    return bool(GENERATED.fullmatch(key)) or "status" in map(last_word, names)


def _inner_names(field: pa.Field) -> list[str]:
    inner = field.type.value_type
    return [inner.field(i).name for i in range(inner.num_fields)]


def is_list(kind: pa.DataType) -> bool:
    """Whether columns of this kind hold a list for each event."""
    import pyarrow as pa

    kinds = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_kind(kind) for is_kind in kinds)
