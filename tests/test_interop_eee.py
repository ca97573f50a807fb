"""Every Eval Ever's own validator takes what `bench export --as eee` writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from other_tools import PYTHON, in_other_tools, other_tools

from bench.cli.export import command

HOUSE = Path(__file__).parents[1]
VALIDATE = """
import json, sys
from pathlib import Path
from every_eval_ever.cli import main
files = sorted(str(f) for f in Path().glob("data/*/*/*/*") if f.suffix in (".json", ".jsonl"))
sys.exit(main(["validate", "--format", "json", *files]))
"""
SCHEMAS = """
import json, sys
from pathlib import Path
import every_eval_ever, jsonschema
rooms = Path(every_eval_ever.__file__).parent / "schemas"
def valid(name):
    return jsonschema.Draft7Validator(json.loads((rooms / name).read_text()))
whole, line = valid("eval.schema.json"), valid("instance_level_eval.schema.json")
count = 0
for file in Path().glob("data/*/*/*/*"):
    if file.suffix == ".json":
        whole.validate(json.loads(file.read_text()))
    else:
        for text in file.read_text().splitlines()[:200]:
            line.validate(json.loads(text))
    count += 1
print(count)
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runs of a small report with their events, and the published counts of another."""
    other_tools("every_eval_ever")
    folder = tmp_path_factory.mktemp("eee")
    for report in ("rare-signal", "diary"):
        words = [
            str(folder),
            "--as",
            "eee",
            "--events",
            "--report",
            str(HOUSE / "reports" / report),
        ]
        CliRunner().invoke(command, words, catch_exceptions=False)
    return folder


def test_its_validator_has_nothing_to_say_against_any_file(written: Path) -> None:
    said = json.loads(in_other_tools(VALIDATE, folder=written))
    assert len(said) > 90
    assert not [one for one in said if not one["valid"] or one["errors"] or one["warnings"]]
    assert {one["file_type"] for one in said} == {"aggregate", "instance"}


def test_its_validator_sees_an_error(written: Path, tmp_path: Path) -> None:
    """So that the test above can fail."""
    file = next(written.glob("data/*/*/*/*.json"))
    evaluation = json.loads(file.read_text())
    evaluation["evaluation_results"][0]["score_details"]["score"] = "high"
    bad = tmp_path / file.relative_to(written)
    bad.parent.mkdir(parents=True)
    bad.write_text(json.dumps(evaluation))
    with pytest.raises(AssertionError, match="score_details"):
        in_other_tools(VALIDATE, folder=tmp_path)


def test_its_json_schemas_hold(written: Path) -> None:
    assert PYTHON.exists()
    assert int(in_other_tools(SCHEMAS, folder=written)) > 90
