"""The forms of the files of a run as JSON Schema, made from the types that read and write them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.api.errors import RequestError, did_you_mean
from bench.api.scores import Counts, Estimate
from bench.api.table import Column
from bench.exporting.record import FORM as EXPORT_FORM
from bench.exporting.record import ExportRecord
from bench.plugins.options import options_of
from bench.storage.archive import Packed
from bench.storage.explanations_file import Example, JudgedExplanations
from bench.storage.protocol import Protocol, PublishedFigure
from bench.storage.record import SCHEMA, OutsideRecord, PartRecord, RunRecord, SampleRecord, Verdict
from bench.storage.stored_run import Metrics

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parent / "schemas"
"""Where they lie for whoever reads them without Python."""
Schema = dict[str, Any]
Scalars = dict[str, int | float | None]
"""A line of training scalars, by name; null stands for what is no finite number."""


@dataclasses.dataclass(frozen=True)
class Form:
    """A file of a run, and what one of its JSON values holds."""

    kind: Any
    """The type that it is read as."""
    number: int
    """Raised when a field is removed, or changes its type or meaning."""
    title: str


FORMS = {
    "run": Form(RunRecord, SCHEMA, "run.json: the record of a run"),
    "metrics": Form(Metrics, SCHEMA, "metrics.json: every figure of a run"),
    "history": Form(Scalars, SCHEMA, "history.jsonl: a line, the training scalars of one step"),
    "packed": Form(Packed, SCHEMA, "results/runs.jsonl: a line, a run beside a report"),
    "export": Form(ExportRecord, EXPORT_FORM, "bench.json: an exported model"),
}
NUMBERED = (("schema", RunRecord, SCHEMA), ("form", ExportRecord, EXPORT_FORM))
"""Where a file says the number of its form, without which it is refused."""
DOCUMENTED = (
    *(RunRecord, SampleRecord, PartRecord, OutsideRecord, Verdict, Metrics, Estimate, Counts),
    *(Packed, ExportRecord, Column, JudgedExplanations, Example, Protocol, PublishedFigure),
)
"""The types whose fields say what they are by the text that stands under them."""
BESIDE = {
    "value": "The figure, in the unit that its name says, a pure number as a rule; null is a dash.",
    "low": "Lower end of the 95 % interval.",
    "high": "Upper end of the 95 % interval.",
    "note": "Why there is no figure, or what has to be known of it.",
    "true_signal": "Signal called signal, events.",
    "true_background": "Background called background, events.",
    "unjudged_signal": "Signal without an answer, events.",
    "unjudged_background": "Background without an answer, events.",
    "record": "As in its run.json; the hashes of files are left out.",
    "metrics": "As in its metrics.json; null of a run that did not end well.",
    "history": "Training scalars that a report draws, a step each.",
    "name": "Its name.",
    "meaning": "What it is.",
    "step": "Steps of the optimiser, or trees, so far.",
}
"""Of fields that carry no text, as their names are enough within the code."""


def schema_of(name: str) -> Schema:
    """The JSON Schema of a file, by the file's short name.

    Raises:
        RequestError: no such file.
    """
    import msgspec

    if name not in FORMS:
        raise RequestError(f"no schema of {name!r}; {did_you_mean(name, FORMS)}")
    form = FORMS[name]
    made = msgspec.json.schema(form.kind)
    definitions: Schema = made.pop("$defs", {})
    body: Schema = definitions.pop(made.pop("$ref", "").rpartition("/")[2], made)
    every = {form.kind.__name__: body} | definitions
    for kind in (one for one in DOCUMENTED if one.__name__ in every):
        _describe(kind, every[kind.__name__])
    if form.kind == Scalars:
        step = {"type": "integer", "description": BESIDE["step"]}
        body |= {"description": "Scalars by name.", "properties": {"step": step}}
        body["required"] = ["step"]
    for said, kind, number in NUMBERED:
        if kind.__name__ in every:
            _numbered(every[kind.__name__], said, number)
    head = {"$schema": DIALECT, "$id": f"classifier-bench/{name}/{form.number}"}
    rest = {"$defs": definitions} if definitions else {}
    return head | body | {"title": form.title} | rest


def shipped(name: str) -> Path:
    """The file of the package that holds a schema; those of earlier numbers lie beside it."""
    return FOLDER / f"{name}-{FORMS[name].number}.schema.json"


def text_of(schema: Schema) -> bytes:
    """A schema as its file has it."""
    import msgspec

    content: bytes = msgspec.json.format(msgspec.json.encode(schema), indent=1)
    return content + b"\n"


def broken(before: Schema, after: Schema) -> list[str]:
    """What a reader of the one would miss or take amiss in files of the other, a line each.

    Fields may be added with a default. Whatever else happens to a field wants a new number.
    """
    pairs = dict(_objects(before)), dict(_objects(after))
    return [line for where, one in pairs[0].items() for line in _changes(where, one, pairs[1])]


def _changes(where: str, before: Schema, every: dict[str, Schema]) -> Iterator[str]:
    after = every.get(where, {"properties": {}})
    fields = after["properties"]
    for name, field in before["properties"].items():
        if name not in fields:
            yield f"{where}.{name} is removed"
        elif _type(fields[name]) != _type(field):
            yield f"{where}.{name} has another type"
    for name in set(after.get("required", ())) - set(before.get("required", ())):
        yield f"{where}.{name} has no default, which older files need"


def _type(field: Schema) -> Schema:
    """What a field may hold, without its text and its default."""
    return {key: value for key, value in field.items() if key not in ("description", "default")}


def _objects(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The file itself and the kinds of objects in it, by name."""
    every = {"": schema} | schema.get("$defs", {})
    yield from ((name, one) for name, one in every.items() if "properties" in one)


def _numbered(schema: Schema, field: str, number: int) -> None:
    schema["properties"][field] |= {"const": number}
    schema["properties"][field].pop("default", None)
    schema["required"].append(field)


def _describe(kind: type, schema: Schema) -> None:
    texts = {option.name: option.help for option in options_of(kind)}
    for name, field in schema["properties"].items():
        if text := texts.get(name) or BESIDE.get(name):
            field["description"] = text
