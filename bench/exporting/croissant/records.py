"""What a record of a dataset's files holds, in the words of Croissant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Described = Mapping[str, Any]
LABEL = "label"
"""The column of labels in a table of features."""
COLUMNS = ("application/x-parquet", "text/csv")
"""Formats whose columns have names."""
OF_LABELS = {
    "value": ("sc:Integer", "The label: 0 is background, 1 and more are kinds of signal."),
    "name": ("sc:Text", "What it is called."),
    "meaning": ("sc:Text", "What such an event is."),
    "events": ("sc:Integer", "How many there are."),
}


def name_in_ids(name: str) -> str:
    """A name as it stands in an `@id`, where readers take no space, not even an escaped one."""
    return re.sub(r"[^\w.+-]+", "-", name)


def record_sets(
    card: Described, files: Sequence[Described], *, ours: bool, counted: bool
) -> list[dict[str, Any]]:
    """The labels' meanings, and the events of the file that holds them.

    Args:
        card: of the dataset.
        files: as they are described.
        ours: whether the bench wrote the file, in place of whoever published one.
        counted: whether the card's numbers of events are those of the file.
    """
    roles = {file["name"]: file["role"] for file in card.get("files", ())}
    sets = [_labels(card, counted=counted)]
    for file in files:
        if file["encodingFormat"] in COLUMNS and card.get("columns"):
            sets.append(_columns(card, file))
        elif roles.get(file["name"], "events") == "events":
            sets.append(_rows(card, file, ours=ours))
    return sets


def _labels(card: Described, *, counted: bool) -> dict[str, Any]:
    """What each label means, as records within the card."""
    labels = card["labels"]
    known = counted and all("events" in label for label in labels)
    kinds = {name: kind for name, kind in OF_LABELS.items() if name != "events" or known}
    data = [
        {f"labels/{name}": _meant(one) if name == "meaning" else one[name] for name in kinds}
        for one in labels
    ]
    fields = [_field("labels", name, *kind) for name, kind in kinds.items()]
    return _set("labels", "What the labels mean.", fields) | {
        "key": {"@id": "labels/value"},
        "data": data,
    }


def _meant(label: Described) -> str:
    """What a label means, with the masses of its particles."""
    masses = ", ".join(f"{mass:g}" for mass in label.get("masses", ()))
    parts = (label.get("meaning", ""), masses and f"masses {masses} GeV")
    return "; ".join(part for part in parts if part)


def _columns(card: Described, file: Described) -> dict[str, Any]:
    """The events of a table, a field a column."""
    columns = {name: ("sc:Float", _measured(one)) for name, one in card["columns"].items()}
    columns[LABEL] = ("sc:Integer", "The label; see the record set labels.")
    fields: dict[str, dict[str, Any]] = {}
    for name, kind in columns.items():
        field = _field("events", name, *kind)
        if field["@id"] in fields:
            field["@id"] += f".{len(fields)}"
        field["source"] = _source(file, column=name)
        fields[field["@id"]] = field
    return _set("events", "The events, with their features.", list(fields.values()))


def _measured(column: Described) -> str:
    """What a column means, and its unit."""
    unit = column.get("unit", "1")
    measured = "a pure number" if unit == "1" else f"unit {unit}"
    text = ", ".join(part for part in (column.get("meaning", ""), measured) if part)
    return f"{text[0].upper()}{text[1:]}."


def _rows(card: Described, file: Described, *, ours: bool) -> dict[str, Any]:
    """The events of a file of which the card names no columns: a row each."""
    layout = card["layout"]
    # a file of the bench's own has its labels in it, wherever those of the published one are
    more = "; the last number of a row is the label" if ours else ""
    row = _field("events", "row", "sc:Float", f"{layout['row']}{more}.") | {"isArray": True}
    if not ours and "width" in layout:
        row["arrayShape"] = str(layout["width"])
    row["source"] = _source(file, fileProperty="content")
    return _set("events", "The events, a row each.", [row])


def _set(name: str, text: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": text,
        "field": fields,
    }


def _field(within: str, name: str, kind: str, text: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{within}/{name_in_ids(name)}",
        "name": name,
        "description": text,
        "dataType": kind,
    }


def _source(file: Described, **extract: str) -> dict[str, Any]:
    return {"fileObject": {"@id": file["@id"]}, "extract": extract}
