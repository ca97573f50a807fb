"""A dataset's card as Croissant: all that the card says, and nothing that it does not."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from bench.api.errors import RequestError
from bench.cli.main import cli
from bench.exporting.croissant import LocalFile, croissant_of
from bench.storage.fingerprint import file_digest

SHIPPED = ("rd", "rd3", "blackbox1", "blackbox2", "blackbox3")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def said(*words: str) -> str:
    ran = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def card_of(name: str, *words: str) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(said("data", "card", name, "--as", "croissant", *words))
    return card


def imported(folder: Path) -> None:
    frame = {"m jj": [3500.0, 2800.0] * 20, "tau21": [0.1, 0.9] * 20, "label": [1, 0] * 20}
    frame["tau21"] = [value + 0.001 * row for row, value in enumerate(frame["tau21"])]
    pd.DataFrame(frame).to_csv(folder / "mine.csv", index=False)
    words = ("--name", "mine", "--unit", "m jj=GeV", "--unit", "tau21=1", "--licence", "CC0 1.0")
    said("data", "import", str(folder / "mine.csv"), *words)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_published_file_has_its_address_and_the_hash_that_is_known(name: str) -> None:
    toml, card = tomllib.loads(said("data", "card", name)), card_of(name)
    described = {one["name"]: one for one in card["distribution"] if "contentUrl" in one}
    assert list(described) == [file["name"] for file in toml["files"]]
    for file in toml["files"]:
        one = described[file["name"]]
        address = f"https://zenodo.org/records/{file['record']}/files/{file['name']}"
        assert one["contentUrl"] == address
        assert {k: one.get(k) for k in ("sha256", "md5")} == {
            k: file.get(k) for k in ("sha256", "md5")
        }
    assert card["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert card["url"] in ("https://doi.org/10.5281/zenodo.6466204",) or "4536624" in card["url"]
    assert card["citeAs"].startswith(toml["title"])


def test_the_labels_and_the_row_are_as_the_card_says() -> None:
    labels, events = card_of("blackbox1")["recordSet"]
    assert [row["labels/events"] for row in labels["data"]] == [999_166, 834]
    assert labels["data"][1]["labels/meaning"].endswith("masses 3823, 732, 378 GeV")
    (row,) = events["field"]
    assert row["arrayShape"] == "2100"
    assert row["source"]["fileObject"] == {"@id": "events_LHCO2020_BlackBox1.h5"}


def test_a_twin_is_said_to_be_a_simulation_and_has_nothing_of_the_official_file() -> None:
    toml = tomllib.loads(said("data", "card", "rd"))
    card = croissant_of(toml, LocalFile("twin", "rd.twin.h5", "a" * 64, "by random numbers"))
    assert card["name"] == "rd-twin"
    assert "How it was made: by random numbers." in card["description"]
    assert "It is not the official data" in card["description"]
    assert not card.keys() & {"license", "citeAs", "url", "version"}
    (file,) = card["distribution"]
    assert (file["contentUrl"], file["sha256"]) == ("rd.twin.h5", "a" * 64)
    labels, _ = card["recordSet"]
    assert not any("labels/events" in row for row in labels["data"])


def test_an_import_has_its_columns_with_units_and_the_hash_of_its_file(
    tmp_path: Path, home: Path
) -> None:
    imported(tmp_path)
    card = card_of("mine")
    (file,) = card["distribution"]
    stored = home / "data" / "imported" / "mine" / "features.parquet"
    assert file["contentUrl"] == "features.parquet"  # beside the card
    assert file["sha256"] == file_digest(stored)
    assert "made of mine.csv, sha256" in card["description"]
    fields = {one["name"]: one for one in card["recordSet"][1]["field"]}
    assert list(fields) == ["m jj", "tau21", "label"]
    assert fields["m jj"]["description"] == "Unit GeV."
    assert fields["m jj"]["@id"] == "events/m-jj"
    assert fields["tau21"]["description"] == "A pure number."
    assert [row["labels/events"] for row in card["recordSet"][0]["data"]] == [20, 20]


def test_a_written_card_names_the_file_from_where_it_lies(tmp_path: Path) -> None:
    imported(tmp_path)
    said("data", "card", "mine", "--as", "croissant", "-o", str(tmp_path / "card.json"))
    (file,) = json.loads((tmp_path / "card.json").read_text())["distribution"]
    assert file["contentUrl"] == "home/data/imported/mine/features.parquet"


def test_a_card_that_says_too_little_is_refused() -> None:
    with pytest.raises(RequestError, match="no title and no labels, which Croissant wants"):
        croissant_of({"name": "x", "layout": {"form": "features", "row": "x"}})


def test_a_card_in_toml_has_no_edition() -> None:
    with pytest.raises(RequestError, match="goes with --as croissant"):
        CliRunner().invoke(cli, ["data", "card", "rd", "--edition", "twin"], catch_exceptions=False)
