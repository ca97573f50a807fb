"""What a dataset card says: its schema, and how one is read; an unknown key is an error."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bench import InputError, RequestError
from bench_lhco.labels import ANY

NAME = r"[a-z][a-z0-9_-]{0,39}"
"""Names of datasets and of kinds of signal."""
Name = Annotated[str, msgspec.Meta(pattern=f"^{NAME}$")]
Label = Annotated[int, msgspec.Meta(ge=0, le=9)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Md5 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
LARGEST = 2**20
"""Bytes of a card."""


class LabelCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One label: 0 is background, 1 and more are the kinds of signal."""

    value: Label
    name: Name
    meaning: str = ""
    events: Count | None = None
    """How many there are."""
    masses: tuple[float, ...] = ()
    """Of the resonance and of what it decays into, GeV."""


class LayoutCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the events lie in their file."""

    form: Literal["particles", "features"]
    """What an event is given by."""
    row: str
    """One event's row, in words."""
    width: Count | None = None
    """Columns of a row."""


class FileCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file, and the hashes of its bytes as far as they are known."""

    role: Literal["events", "key", "features", "original", "splits"]
    """`events` of particles, the `key` with their labels, or `features`; or the `original` that an
    import was made from; or what a published division says of each event, `splits`."""
    name: str
    record: int | None = None
    """The number of the record that publishes it."""
    label: Label | None = None
    """The label of all its events, where it has no label column and no key."""
    sha256: Sha256 | None = None
    md5: Md5 | None = None


class ColumnCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A feature of imported events."""

    unit: str = "1"
    meaning: str = ""


class DivisionCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published division of the events into train, valid and test."""

    source: str
    """What says it."""
    train: Count = 0
    valid: Count = 0
    test: Count = 0
    open: Count = 0
    """Events of which it says nothing, which go by their hash."""


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A dataset card."""

    name: Name
    title: str
    source: str = ""
    licence: str = ""
    generator: str = ""
    selection: str = ""
    notes: tuple[str, ...] = ()
    layout: LayoutCard
    labels: tuple[LabelCard, ...]
    files: tuple[FileCard, ...] = ()
    division: DivisionCard | None = None
    """None where every event goes by its hash."""
    columns: dict[str, ColumnCard] = {}
    """By name; those that are not listed are pure numbers."""

    def __post_init__(self) -> None:
        """Refuse labels that no dataset can have."""
        values = [label.value for label in self.labels]
        if not values or values != list(range(len(values))):
            raise ValueError(f"labels are {values}, wanted 0, 1 and so on, each once")
        names = [label.name for label in self.labels]
        if len(set(names)) < len(names) or ANY in names:
            raise ValueError(f"labels are named {names}, wanted each name once and none {ANY!r}")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the kinds of signal, which have the labels 1, 2 and so on."""
        return tuple(label.name for label in self.labels if label.value)

    def file(self, role: str) -> FileCard | None:
        """The first file of a role, if there is one."""
        return next((file for file in self.files if file.role == role), None)


def read_card(path: Path) -> Card:
    """The card in a TOML file.

    Raises:
        InputError: no such file, no TOML, or not what a card says.
    """
    try:
        with path.open("rb") as stream:
            text = stream.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise InputError(f"{path}: more than {LARGEST} bytes, wanted a dataset card")
        return msgspec.convert(tomllib.loads(text.decode()), Card)
    except (OSError, ValueError, RecursionError) as e:  # of TOML, UTF-8 and what a card says
        reason = e.strerror if isinstance(e, OSError) else " ".join(str(e).split())
        raise InputError(f"{path}: {reason}, wanted a dataset card") from e


def demand_name(name: str) -> None:
    """Refuse a name that no dataset can have.

    Raises:
        RequestError: such a name.
    """
    if not re.fullmatch(NAME, name):
        rule = "wanted a small letter first, then small letters, digits, - or _, 40 at most"
        raise RequestError(f"name {name!r}: {rule}")
