"""The JSON Schemas of a run's files: as the types are, kept by every record, and never narrowed."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from toys import Workplace

from bench.cli.schema import NAMES
from bench.exporting.record import ExportRecord
from bench.exporting.schema import FORMS, broken, schema_of, shipped, text_of
from bench.running.pipeline import run
from bench.storage.archive import read_packed
from bench.storage.fingerprint import file_digest
from bench.storage.record import PartRecord
from bench.storage.request import RunRequest
from bench.storage.store import Store

HOUSE = Path(__file__).parents[1]
OLDER = Path(__file__).parent / "records" / "older.jsonl"
"""Runs as earlier benches packed them, one of each form of the record, cut short."""
REPORTS = sorted(HOUSE.glob("reports/*/results/runs.jsonl"))


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(name))


def lines(file: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, file.read_bytes().splitlines())


@pytest.fixture(scope="module")
def older() -> list[dict[str, Any]]:
    return list(lines(OLDER))


@pytest.mark.parametrize("name", FORMS)
def test_the_schema_that_the_package_ships_is_that_of_the_types(name: str) -> None:
    before, after = json.loads(shipped(name).read_bytes()), schema_of(name)
    assert broken(before, after) == [], "raise the number of the form (docs/reference/files.md)"
    assert shipped(name).read_bytes() == text_of(after), "make schemas"


@pytest.mark.parametrize("name", FORMS)
def test_a_schema_is_one_and_says_what_every_field_is(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"classifier-bench/{name}/{FORMS[name].number}"
    for where, kind in {"": schema, **schema.get("$defs", {})}.items():
        assert kind["description"], where
        for field, one in kind.get("properties", {}).items():
            assert one.get("description"), f"{where}.{field}"


def test_the_command_prints_each_and_names_them_all() -> None:
    assert tuple(FORMS) == NAMES
    words = [sys.executable, "-m", "bench", "schema", "metrics"]
    printed = subprocess.run(words, capture_output=True, check=True).stdout
    assert printed == shipped("metrics").read_bytes()


@pytest.mark.parametrize("file", REPORTS, ids=[file.parts[-3] for file in REPORTS])
def test_every_record_of_a_committed_report_is_as_its_schema_says(file: Path) -> None:
    for one in lines(file):
        validator("packed").validate(one | {"history": one["history"][-1:]})  # they are thousands


def test_every_file_of_a_run_is_as_its_schema_says(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    request = RunRequest(plugin="cut", dataset="toy")
    done, _ = run(request, place.registry, place.home, place.store, place.context)
    validator("run").validate(json.loads((done.folder / "run.json").read_bytes()))
    validator("metrics").validate(json.loads((done.folder / "metrics.json").read_bytes()))
    history = list(lines(done.folder / "history.jsonl"))
    assert history
    for line in history:
        validator("history").validate(line)


def test_what_is_written_beside_an_exported_model_is_as_its_schema_says(tmp_path: Path) -> None:
    part = PartRecord("cut", {"at": 0.5}, "toys", "toys", "1", "ab")
    ExportRecord("run", part, [part], [], 0).write(tmp_path)
    validator("export").validate(json.loads((tmp_path / "bench.json").read_bytes()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seed", "nought"),
        ("schema", 2),
        ("verdicts", {}),
        ("seconds", {"fit": "long"}),
        ("sample", {"dataset": "rd"}),
    ],
)
def test_a_record_with_a_wrong_type_is_not(
    older: list[dict[str, Any]], field: str, value: Any
) -> None:
    record = older[-1]["record"]
    assert validator("run").is_valid(record)
    assert not validator("run").is_valid(record | {field: value})
    assert not validator("packed").is_valid({"name": "x", "record": record | {field: value}})


def test_a_record_that_does_not_say_its_form_is_not(older: list[dict[str, Any]]) -> None:
    record = {name: value for name, value in older[-1]["record"].items() if name != "schema"}
    assert not validator("run").is_valid(record)


TITLES = [
    ("A text p4, r12, lr3e-5, 1:1, checkpoint 1100", "rd (official) 1:1 @1000", 0.805),
    ("gbt, seed 0", "blackbox1 (twin) natural @8000", 0.970),
    ("llm-nfa, numbers off, seed 0", "rd (twin) 1:1 @4000", 0.926),
    ("gbt, seed 0", "rd (twin) 1:10 @8000", 0.993),
    ("gbt, features=diary, seed 0", "rd (twin) 1:10 @8000", 0.985),
    ("A text p4, r12, lr3e-5, 1:1, checkpoint 1100", "rd (official) 1:1 @1000", None),
    ("gbt, seed 0", "rd (twin) 1:10 @8000", 0.992),
    ("gbt, train events 2000, valid events 200, seed 0", "rd (twin) 1:1 @2000", 0.986),
]
"""Title, sample and AUC of each older run."""


def test_runs_that_earlier_benches_packed_have_the_titles_and_figures_that_they_had(
    tmp_path: Path,
) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "runs.jsonl").write_bytes(OLDER.read_bytes())
    shown = []
    for one in read_packed(tmp_path):
        sample, metrics = one.record.sample, one.metrics
        assert sample is not None
        assert metrics is not None
        auc = metrics.estimates["auc"].value
        rounded = None if auc is None else round(auc, 3)
        shown.append((one.record.title, f"{sample.label} {sample.size}", rounded))
    assert shown == TITLES


def test_runs_that_earlier_benches_sealed_are_read_from_their_folders(
    older: list[dict[str, Any]], tmp_path: Path
) -> None:
    for number, one in enumerate(older):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        (folder / "metrics.json").write_text(json.dumps(one["metrics"]))
        files = {"metrics.json": file_digest(folder / "metrics.json")}
        (folder / "run.json").write_text(json.dumps(one["record"] | {"files": files}))
    runs = list(Store(tmp_path).runs())
    assert [one.record.title for one in runs] == [title for title, _, _ in TITLES]
    assert [one.metrics().counts.signal > 0 for one in runs] == [True] * len(TITLES)


def test_each_older_record_is_of_a_form_of_its_own_and_as_the_schema_says(
    older: list[dict[str, Any]],
) -> None:
    """So that a field which is removed or retyped is seen, whoever writes the schema anew."""
    objects = {"": schema_of("run"), **schema_of("run")["$defs"]}
    names = {"sample": "SampleRecord", "model": "PartRecord", "outside": "OutsideRecord"}
    forms = set()
    for one in older:
        record = one["record"]
        validator("packed").validate(one)
        assert not record.keys() - objects[""]["properties"].keys()
        for field, kind in names.items():
            assert not (record[field] or {}).keys() - objects[kind]["properties"].keys()
        for verdict in record.get("verdicts", []):
            assert not verdict.keys() - objects["Verdict"]["properties"].keys()
        forms.add(json.dumps([sorted(record), record["views"], sorted(record["sample"])]))
    assert len(forms) > 5


def changed(change: str) -> dict[str, Any]:
    """The schema of a record after a change of its types."""
    schema = copy.deepcopy(schema_of("run"))
    fields = schema["properties"]
    if change == "removed":
        del fields["fit"]
    elif change == "retyped":
        fields["seed"]["type"] = "string"
    elif change == "retyped inside":
        schema["$defs"]["SampleRecord"]["properties"]["signal"]["type"] = "number"
    elif change == "kind removed":
        del schema["$defs"]["Verdict"]
    elif change == "added without a default":
        fields["mood"] = {"type": "string"}
        schema["required"].append("mood")
    elif change == "added":
        fields["mood"] = {"type": "string", "default": ""}
    elif change == "said anew":
        fields["seed"]["description"] = "Of the fit."
    return schema


BREAKING = {
    "removed": ".fit is removed",
    "retyped": ".seed has another type",
    "retyped inside": "SampleRecord.signal has another type",
    "kind removed": "Verdict.code is removed",
    "added without a default": ".mood has no default, which older files need",
}


@pytest.mark.parametrize("change", BREAKING)
def test_a_change_that_breaks_readers_wants_a_new_number(change: str) -> None:
    assert BREAKING[change] in broken(schema_of("run"), changed(change))


@pytest.mark.parametrize("change", ["added", "said anew"])
def test_a_change_that_breaks_nobody_wants_none(change: str) -> None:
    assert changed(change) != schema_of("run")
    assert broken(schema_of("run"), changed(change)) == []


def test_with_a_new_number_the_file_gets_a_new_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMS, "metrics", replace(FORMS["metrics"], number=2))
    assert re.search(r"metrics-2\.schema\.json$", str(shipped("metrics")))
    assert schema_of("metrics")["$id"].endswith("/2")
