"""Commands on files that name no dataset ask the installed ones in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from toys import Toy, Workplace

import bench
from bench.cli.data.group import command


@dataclass(frozen=True)
class Words(Toy):
    """A dataset of files that begin with a word."""

    name = "words"
    word = "words"

    def check(self, file: Path, context: bench.Context) -> Sequence[str]:
        text = file.read_text()
        if not text.startswith(self.word):
            raise bench.InputError(f"{file}: wanted {self.word}, got {text}")
        return [f"{self.word}: {len(text)} characters"]


class Letters(Words):
    """Another one."""

    name = word = "letters"


class Shy(Words):
    """One that is not asked unless it is named."""

    name = word = "shy"
    recognizes_files = False


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    place.registry.entries[bench.Dataset].clear()
    place.add(Toy)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    return place


def check(tmp_path: Path, text: str, *words: str) -> str:
    (tmp_path / "file").write_text(text)
    ran = CliRunner().invoke(command, ["check", str(tmp_path / "file"), *words])
    return ran.output or str(ran.exception)


def test_the_first_that_takes_a_file_says_what_it_is(place: Workplace, tmp_path: Path) -> None:
    place.add(Words, Letters, Shy)
    assert check(tmp_path, "words!") == "words: 6 characters\n"
    assert check(tmp_path, "letters!") == "letters: 8 characters\n"
    assert check(tmp_path, "shy!", "--dataset", "shy") == "shy: 4 characters\n"


def test_where_none_takes_it_each_says_why(place: Workplace, tmp_path: Path) -> None:
    place.add(Words, Letters, Shy)
    file = tmp_path / "file"
    assert check(tmp_path, "shy") == (
        "no installed dataset takes it (--dataset names one): "
        f"letters: {file}: wanted letters, got shy; words: {file}: wanted words, got shy"
    )


def test_where_there_is_one_its_reason_stands_alone(place: Workplace, tmp_path: Path) -> None:
    place.add(Words)
    assert check(tmp_path, "shy") == f"{tmp_path / 'file'}: wanted words, got shy"
    assert "no dataset 'word'; did you mean words" in check(tmp_path, "x", "--dataset", "word")


def test_where_there_is_none_that_is_said(place: Workplace, tmp_path: Path) -> None:
    assert "no installed dataset does that" in check(tmp_path, "words")
