"""Units of foreign columns: who states them, what they are kept in, and what a name stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from math import pi

from bench import InputError, RequestError
from bench_lhco.imported.measure import Measure, Unit
from bench_lhco.imported.stream import Foreign

ENERGIES = {"eV": 1e-9, "keV": 1e-6, "MeV": 1e-3, "GeV": 1.0, "TeV": 1e3}
"""Of energies, momenta and masses, each in GeV, in which all are kept."""
ANGLES = {"rad": 1.0, "deg": pi / 180}
"""Each in rad, in which angles are kept."""
SPELLINGS = {
    **{name.lower(): name for name in (*ENERGIES, *ANGLES)},
    **dict.fromkeys(("radian", "radians"), "rad"),
    **dict.fromkeys(("degree", "degrees", "°"), "deg"),
    **dict.fromkeys(("1", "none", "unitless", "dimensionless"), "1"),
}
HEADER = re.compile(r"(?P<name>.+?)(?:\s*\[(?P<b>[^\]]+)\]|\s*\((?P<p>[^)]+)\)|\s*/\s*(?P<s>\w+))")
ENDING = re.compile(rf"(?P<name>.+)_(?P<e>{'|'.join((*ENERGIES, *ANGLES))})", re.IGNORECASE)
"""Ways to write a unit beside a name: `m_jj [TeV]`, `m_jj (TeV)`, `m_jj/TeV`, `m_jj_TeV`."""
LONGEST = 20
WORDS = ("pt", "eta", "phi")
"""The columns of particles in rows of the official form."""


@dataclass(frozen=True)
class Kind:
    """What columns of some names hold at the LHC."""

    what: str
    names: re.Pattern[str]
    unit: str
    least: float = 0.0
    """What the median of values other than 0 is not below, in absolute value."""
    most: float = 2e4  # GeV: the 14 TeV of the LHC's collisions, with room for the resolution
    """What no value is above."""
    signed: bool = False


_named = partial(re.compile, flags=re.IGNORECASE)
JET = r"(?:(?:sub)?lead(?:ing)?_?|sub_?)?(?:fat)?j(?:et)?_?\d*"
WHOSE, WHICH = r"(?:[a-z0-9]+_)*", r"(?:_?(?:j|jet)?_?\d+)?"
KINDS = (
    Kind("a mass of two jets", _named(r"m_?jj|mass_?jj|dijet_?mass"), "GeV", 20.0),
    Kind(
        "a mass",
        _named(rf"{WHOSE}(mass|m_?sd|msoftdrop){WHICH}|m_?j(et)?_?\d*|{JET}_?m"),
        "GeV",
        1.0,
    ),
    Kind("a pt", _named(rf"{WHOSE}pt{WHICH}|{JET}_?pt"), "GeV", 5.0),
    Kind("a momentum", _named(rf"{WHOSE}p[xyz]{WHICH}|{JET}_?p[xyz]"), "GeV", 5.0, 2e4, True),
    Kind("an energy", _named(rf"{WHOSE}energy{WHICH}|e_?j(et)?_?\d*|{JET}_?e"), "GeV", 5.0),
    Kind("a sum of momenta", _named(rf"{WHOSE}(ht|met|etmiss){WHICH}"), "GeV", 5.0),
    Kind("an azimuth", _named(rf"{WHOSE}(d|delta_?)?phi{WHICH}|{JET}_?phi"), "rad", 0.0, 6.3, True),
    Kind(
        "an eta", _named(rf"{WHOSE}(d|abs_?|delta_?)?eta{WHICH}|{JET}_?eta"), "1", 0.0, 10.0, True
    ),
)
SCALED = re.compile(r"(^|.*_)(log|ln|rel|frac|fraction|ratio|norm|scaled|std|err)(_.*|$)", re.I)
"""Names of what has been made another quantity of."""


def kind_of(name: str) -> Kind | None:
    """What a column of this name holds; None where the name does not tell."""
    if SCALED.fullmatch(name):
        return None
    return next((kind for kind in KINDS if kind.names.fullmatch(name)), None)


def unit_of(text: str) -> Unit:
    """A unit by its name; one that is not known is kept as it is."""
    word = re.sub(r"\s+|/c(\^|\*\*)?[2²]?$", "", text.strip())
    name = SPELLINGS.get(word.lower(), "")
    for table, stored in ((ENERGIES, "GeV"), (ANGLES, "rad")):
        if name in table:
            return Unit(name, stored, table[name])
    return Unit("1", "1") if name == "1" else Unit(text.strip(), text.strip())


def is_known(text: str) -> bool:
    """Whether this is the name of a unit."""
    return unit_of(text).stored in ("GeV", "rad", "1")


def parted(header: str) -> tuple[str, str | None]:
    """The name of a column, and the unit that stands beside it, if one does."""
    for pattern in (HEADER, ENDING):
        if match := pattern.fullmatch(header):
            name, *units = match.groups()
            unit = next(filter(None, units))
            if is_known(unit) and unit.strip() != "1":
                return name.strip(), unit
    return header, None


def said_units(said: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What the user says of units, as pairs of a name, or a pattern of names, and a unit.

    Raises:
        RequestError: something else, or a name twice.
    """
    units: dict[str, str] = {}
    for text in said:
        name, equals, unit = (word.strip() for word in text.rpartition("="))
        if not (name and equals and unit) or len(unit) > LONGEST or not text.isprintable():
            raise RequestError(f"--unit {text!r:.80}: wanted NAME=UNIT, such as m_jj=TeV")
        if name in units:
            raise RequestError(f"--unit {text}: {name} has a unit already")
        units[name] = unit
    return tuple(units.items())


def measures_of(
    names: Sequence[tuple[str, str]],
    said: Sequence[tuple[str, str]],
    stated: Mapping[str, str],
) -> tuple[Measure, ...]:
    """The unit of each column.

    Args:
        names: of each column, as the file calls it and as it is kept.
        said: what the user says, as `said_units` gives it.
        stated: what the file says, by its own names.

    Raises:
        RequestError: a unit that no such column has, or of a column that there is not.
    """
    used: set[str] = set()
    measures = []
    for raw, name in names:
        matching = [p for p, _ in said if any(p == n or fnmatchcase(n, p) for n in (raw, name))]
        used.update(matching)
        kind = kind_of(name)
        if matching:
            unit = unit_of(dict(said)[matching[-1]])
            if kind is not None and unit.stored not in (kind.unit, "1"):
                raise RequestError(f"--unit {name}={unit.name}: {_wanted(kind)}")
            measures.append(Measure(name, unit, "user"))
        elif raw in stated:
            measures.append(Measure(name, unit_of(stated[raw]), "file"))
        elif kind is not None:
            measures.append(Measure(name, unit_of(kind.unit), "name"))
        else:
            measures.append(Measure(name, Unit("1", "1")))
    if idle := [name for name, _ in said if name not in used]:
        known = ", ".join(name for _, name in names[:20]) + (" and more" if names[20:] else "")
        raise RequestError(f"--unit {idle[0]}: there is no such column, there is {known}")
    return tuple(measures)


def of_particles(
    foreign: Foreign,
    names: Sequence[str],
    stated: Mapping[str, str],
    words: Sequence[str] | None = None,
) -> tuple[Measure, ...]:
    """The units of particles' pt, eta, phi, or of px, py, pz, which have one in common.

    Args:
        foreign: the file, with what the user says.
        names: of the three columns.
        stated: the units that the file says, by name.
        words: what the three are, such as `pt`; None where their names end in it.

    Raises:
        RequestError: as `measures_of`.
        InputError: momenta in several units, or in one that is none of an energy.
    """
    words = words or [re.split(r"[^a-z0-9]", name.lower())[-1] for name in names]
    measures = measures_of(list(zip(names, words, strict=True)), foreign.units, stated)
    demand_kinds(foreign.file, measures)
    momenta = [m for m in measures if m.name.startswith("p") and m.name != "phi"]
    if len({m.unit for m in momenta}) > 1 or momenta[0].unit.stored != "GeV":
        units = ", ".join(f"{m.name} in {m.unit.name}" for m in momenta)
        raise InputError(f"{foreign.file}: {units}, wanted one unit of MeV, GeV or TeV")
    return tuple(replace(m, by="") if m.by == "name" else m for m in measures)


def _wanted(kind: Kind) -> str:
    units = {"GeV": "MeV, GeV or TeV", "rad": "rad or deg", "1": "1"}[kind.unit]
    more = "" if kind.unit == "1" else ", or 1 for a pure number"
    return f"it is {kind.what}, wanted {units}{more}"


def demand_kinds(file: object, measures: Sequence[Measure]) -> None:
    """Refuse units in a file that are none of what a name stands for.

    Raises:
        InputError: which.
    """
    for measure in measures:
        kind = kind_of(measure.name)
        if measure.by == "file" and kind and measure.unit.stored not in (kind.unit, "1"):
            raise InputError(
                f"{file}: {measure.name} is in {measure.unit.name!r:.40} by what the file says;"
                f" {_wanted(kind)}: say it by --unit {measure.name}=UNIT"
            )


def stated_in(text: object, names: Sequence[str]) -> dict[str, str]:
    """The units that an attribute of a file says, by name: of one text, of one each, or of JSON."""
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    if isinstance(text, str) and text.lstrip().startswith("{"):
        try:
            text = json.loads(text)
        except ValueError:
            return {}
    if isinstance(text, Mapping):
        return {str(name): str(unit) for name, unit in text.items() if unit}
    if isinstance(text, str):
        stored = unit_of(
            text
        ).stored  # one for all: it can be meant of those alone that may have it
        return {n: text for n in names if (kind := kind_of(n)) and kind.unit == stored != "1"}
    if isinstance(text, Sequence) and len(text) == len(names):
        words = [t.decode(errors="replace") if isinstance(t, bytes) else str(t) for t in text]
        return {name: unit for name, unit in zip(names, words, strict=True) if unit}
    return {}


def unit_notes(measures: Sequence[Measure]) -> Iterator[str]:
    """What to say of the units, a line for each who says them."""
    heads = {
        "user": "unit as stated by the user",
        "file": "unit as stated in the file",
        "name": "unit by the name, which the values bear out",
    }
    for by, head in heads.items():
        groups: dict[str, list[str]] = {}
        for measure in measures:
            if measure.by == by and (by != "name" or measure.unit.stored != "1"):
                unit = measure.unit
                conversion = "" if unit.stored == unit.name else f", kept in {unit.stored}"
                groups.setdefault(f"{unit.name}{conversion}", []).append(measure.name)
        for unit_text, names in groups.items():
            yield f"{head}: {', '.join(names)} in {unit_text}"
