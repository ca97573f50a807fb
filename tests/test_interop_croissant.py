"""MLCommons' own validator takes the cards, and its reader gives the events of an import."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from other_tools import PYTHON, in_other_tools, other_tools
from test_croissant import SHIPPED, imported, said

from bench.exporting.croissant import LocalFile, croissant_of

HOUSE = Path(__file__).parents[1]
RECORDS = """
import json, sys
import mlcroissant
card = mlcroissant.Dataset("card.json")
rows = {name: list(card.records(name)) for name in ("labels", "events")}
text = lambda value: value.decode() if isinstance(value, bytes) else float(value)
print(json.dumps(rows, default=text))
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    other_tools("mlcroissant")
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def validated(card: Path) -> str:
    """What the validator said of a card; a refusal fails the test."""
    tool = PYTHON.with_name("mlcroissant")
    words = [tool, "validate", "--jsonld", card]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stderr


def written(name: str, folder: Path, *words: str) -> Path:
    file = folder / "card.json"
    said("data", "card", name, "--as", "croissant", "-o", str(file), *words)
    return file


@pytest.mark.parametrize("name", SHIPPED)
def test_the_card_of_a_published_dataset_is_valid(name: str, tmp_path: Path) -> None:
    warned = validated(written(name, tmp_path))
    # all that is recommended but is not known of every dataset
    missing = [line for line in warned.splitlines() if "recommended" in line]
    assert len(missing) <= 2
    assert all("datePublished" in line or "/version" in line for line in missing)


def test_the_validator_sees_an_error(tmp_path: Path) -> None:
    """So that the tests above can fail."""
    card = json.loads(written("rd", tmp_path).read_text())
    del card["distribution"][0]["contentUrl"]
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(AssertionError, match="contentUrl"):
        validated(tmp_path / "card.json")


def test_the_card_of_a_twin_is_valid(tmp_path: Path, home: Path) -> None:
    from bench_lhco.events import Events
    from bench_lhco.files import write

    (home / "data").mkdir(parents=True)
    particles = np.zeros((20, 700, 3), np.float32)
    particles[:, :2, 0], particles[:, 0, 2] = 1500, 3
    events = Events(particles, (np.arange(20) % 2).astype(np.int8))
    write(home / "data" / "rd.twin.h5", events, {"edition": "twin"})
    card = written("rd", tmp_path, "--edition", "twin")
    validated(card)
    assert "Simulate the twin with Pythia 8" in json.loads(card.read_text())["description"]
    with h5py.File(home / "data" / "rd.twin.h5") as file:
        assert file["df/block0_values"].shape[1] == 2101  # the label is in it, as the card says


@pytest.mark.parametrize(
    ("card", "file"),
    [
        ("bench/templates/dataset/card.toml.in", "my-events.csv"),
        ("tests/toptagging/bench_toptagging/cards/top-tagging.toml", "top.h5"),
    ],
)
def test_the_card_of_a_strangers_dataset_is_valid(card: str, file: str, tmp_path: Path) -> None:
    toml = tomllib.loads((HOUSE / card).read_text().replace("$name", "my-events"))
    described = croissant_of(toml, LocalFile("official", file, "a" * 64))
    (tmp_path / "card.json").write_text(json.dumps(described))
    validated(tmp_path / "card.json")


def test_its_reader_gives_the_events_and_labels_of_an_import(tmp_path: Path, home: Path) -> None:
    imported(tmp_path)
    validated(written("mine", tmp_path))
    rows = json.loads(in_other_tools(RECORDS, folder=tmp_path))
    assert [row["labels/name"] for row in rows["labels"]] == ["background", "signal"]
    events = pd.DataFrame(rows["events"])
    stored = pq.read_table(home / "data" / "imported" / "mine" / "features.parquet").to_pandas()
    assert events.columns.tolist() == ["events/m-jj", "events/tau21", "events/label"]
    assert np.array_equal(events.to_numpy(), stored.to_numpy(dtype=np.float64))
