"""Dataset cards: those that are shipped, how one is read and written, what a broken one does."""

from __future__ import annotations

import logging
import tomllib
from dataclasses import replace
from pathlib import Path

import bench_lhco
import msgspec
import pytest
from bench_lhco.cards import Card, read_card, shipped_card, shipped_names, toml_of
from bench_lhco.imported.listing import imported
from bench_lhco.records import publication

import bench

PUBLISHED = bench_lhco.PUBLISHED
PLAIN = """name = "mine"
title = "Events of mine"

[layout]
form = "particles"
row = "as ever"

[[labels]]
value = 0
name = "background"
"""


@pytest.mark.parametrize("part", PUBLISHED, ids=lambda part: part.name)
def test_every_published_dataset_has_a_card(part: type[bench.Dataset]) -> None:
    card = shipped_card(part.name)
    assert (card.name, card.kinds, card.licence) == (part.name, part.kinds, "CC BY 4.0")
    assert all((card.title, card.source, card.generator, card.selection))
    assert publication(part.name).events.name == card.file("events").name
    assert part().card().startswith(f'name = "{part.name}"\n')


def test_every_card_is_of_a_published_dataset() -> None:
    assert set(shipped_names()) == {part.name for part in PUBLISHED}
    with pytest.raises(bench.RequestError, match=r"did you mean blackbox1 or"):
        shipped_card("blackbox4")


def test_what_is_published_and_where_its_labels_are() -> None:
    published = {name: publication(name) for name in shipped_names()}
    assert {name for name, source in published.items() if source.key} == {"blackbox1", "blackbox3"}
    labels = {
        n: source.events.label for n, source in published.items() if source.events.label is not None
    }
    assert labels == {"blackbox2": 0, "rd3": 1}
    assert {source.events.record for source in published.values()} == {6466204, 4536624}
    assert published["rd"].events.sha256.startswith("5da8fda2ca78")


def test_counts_add_up() -> None:
    counts = {n: [label.events for label in shipped_card(n).labels] for n in shipped_names()}
    assert counts.pop("rd") == [1_000_000, 100_000]
    assert counts.pop("rd3") == [None, None]
    assert {sum(numbers) for numbers in counts.values()} == {1_000_000}


@pytest.mark.parametrize("name", shipped_names())
def test_a_card_that_is_written_is_the_same_when_read(tmp_path: Path, name: str) -> None:
    card = shipped_card(name)
    (tmp_path / "card.toml").write_text(toml_of(card))
    assert read_card(tmp_path / "card.toml") == card


def test_any_text_survives(tmp_path: Path) -> None:
    odd = 'a "b" \\c \x7f é 日本 # = [x]'
    card = msgspec.structs.replace(
        shipped_card("rd"), title=odd, notes=(odd, odd), columns={odd: {}, "plain": {}}
    )
    card = msgspec.convert(msgspec.to_builtins(card), Card)
    (tmp_path / "card.toml").write_text(toml_of(card), encoding="utf-8")
    assert read_card(tmp_path / "card.toml") == card


BROKEN = {
    "no TOML": ("name = ", "Invalid value"),
    "an unknown key": (f'owner = "me"\n{PLAIN}', "unknown field `owner`"),
    "an unknown key below": (PLAIN.replace("row", "rows"), "unknown field `rows`"),
    "another type": (PLAIN.replace("value = 0", 'value = "0"'), "Expected `int`, got `str`"),
    "a bad name": (PLAIN.replace('"mine"', '"../mine"'), "matching regex"),
    "no labels": (PLAIN.partition("[[labels]]")[0], "missing required field `labels`"),
    "a gap in the labels": (PLAIN.replace("value = 0", "value = 2"), r"labels are \[2\]"),
    "a name twice": (f'{PLAIN}[[labels]]\nvalue = 1\nname = "background"\n', "each name once"),
    "a name for all": (PLAIN.replace("background", "any"), "none 'any'"),
    "a tower of lists": ("x = " + "[" * 5000, "wanted a dataset card"),
    "too large": (PLAIN + "#" * 2**20, "more than 1048576 bytes"),
    "no text": (b"\xff", "can't decode byte"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_card_is_refused_in_one_line(tmp_path: Path, what: str) -> None:
    text, message = BROKEN[what]
    path = tmp_path / "card.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(bench.InputError, match=message) as caught:
        read_card(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_broken_import_is_named_and_hides_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    room = tmp_path / "imported"
    cards = {"mine": PLAIN, "other": PLAIN, "rd": PLAIN.replace("mine", "rd"), "torn": "name ="}
    cards["tower"] = "x = " + "[" * 5000
    for name, text in cards.items():
        (room / name).mkdir(parents=True)
        (room / name / "card.toml").write_text(text)
    (room / "empty").mkdir()
    (room / ".half.tmp").mkdir()
    (room / "stray.txt").write_text("")
    with caplog.at_level(logging.WARNING):
        datasets = imported(tmp_path, ["rd"])
    assert [(part.name, part.__doc__) for part in datasets] == [("mine", "Events of mine")]
    warnings = [record.getMessage() for record in caplog.records]
    assert [line.split()[3] for line in warnings] == ["empty", "other", "rd", "torn", "tower"]
    assert not any("\n" in line for line in warnings)
    assert imported(tmp_path / "nowhere", []) == []


def test_an_imported_dataset_has_its_card_and_no_twin(tmp_path: Path) -> None:
    (tmp_path / "imported" / "mine").mkdir(parents=True)
    (tmp_path / "imported" / "mine" / "card.toml").write_text(PLAIN)
    (part,) = imported(tmp_path, [])
    assert tomllib.loads(part().card()) == tomllib.loads(PLAIN)
    context = bench.Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    with pytest.raises(bench.RequestError, match="no published file"):
        part().get(context)
    with pytest.raises(bench.RequestError, match="no simulation"):
        part().make(bench.SimulationRequest(), context)
    with pytest.raises(bench.InputError, match="no such file"):
        part().open(None, None, context)
    with pytest.raises(bench.InputError, match="mine is imported, wanted no edition, got twin"):
        part().open("twin", None, context)
    with pytest.raises(ValueError, match="signal trijet: wanted any"):
        replace(part(), signal="trijet")
