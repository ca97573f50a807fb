"""The package of `bench new dataset`: checked, run, reported, and strict with files."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from documented import lines
from newcomer import environment, typed

import bench
from bench.templates import DESCRIPTIONS, write_package
from bench.templates.toy import toy_csv

HOUSE = Path(__file__).parents[1]
GUIDED = [line for line in lines(HOUSE / "docs" / "tutorial" / "plugin.md") if "my-events" in line]
WRITING, INSTALLING, *REST = GUIDED
SMALL = {"llm-nfa": "--train-events 64 --events 40"}
"""What makes a run of it last seconds."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the package is written and installed in an environment of its own."""
    place = tmp_path_factory.mktemp("dataset")
    environment(place)
    for line in (WRITING, INSTALLING):
        do(place, line)
    (place / "other.csv").write_text(toy_csv(seed=2))
    return place


def do(place: Path, line: str, code: int = 0) -> str:
    """What is printed by a command that ends with this exit code."""
    home = {"BENCH_HOME": str(place / "home"), "BENCH_RUNS": str(place / "runs")}
    ran = typed(line, place / "venv/bin/python", place, home)
    assert ran.returncode == code, f"{line}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("line", REST)
def test_what_the_guide_says_of_it_works(place: Path, line: str) -> None:
    more = " ".join(words for plugin, words in SMALL.items() if plugin in line)
    printed = do(place, f"{line} {more}")
    if " run " not in line:
        assert ", 0 failed" in printed or "2000 background, 1000 signal" in printed
    else:
        auc = re.search(r"\| AUC +\| ([\d.]+)", printed)
        assert auc
        assert more or float(auc[1]) > 0.7
        assert "my-events (official), test split, natural" in printed


def test_it_passes_its_own_tests(place: Path) -> None:
    assert "11 passed" in do(place, "pytest -q bench-my-events")


def test_every_other_command_takes_it(place: Path) -> None:
    run = "bench run --plugin linear --dataset my-events --threshold fpr=0.1"
    assert "guards looked and found nothing" in do(place, run)
    assert "my-events (imported), all split, natural @3000" in do(place, f"{run} --file other.csv")
    do(place, "bench report -o report")
    assert "my-events (official), test" in (place / "report" / "report.md").read_text()
    assert "falling background" in do(place, "bench list my-events")
    assert 'name = "my-events"' in do(place, "bench data card my-events")
    assert "natural @1227" in do(place, "bench plan --plugin gbt --dataset my-events --seed 1")
    do(place, "bench data export my-events -o exported.csv")
    compared = do(place, "bench data compare official other.csv --dataset my-events --folds 2")
    assert "cannot be told apart" in compared


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("data get my-events", "has no published file to download"),
        ("data make my-events", "has no simulation"),
        ("run --plugin gbt --dataset my-events --edition twin", "official edition, wanted twin"),
        ("run --plugin gbt --dataset my-events --file none.csv", "none.csv: No such file"),
        ("run --plugin gbt --dataset my-events --file .", ".: Is a directory"),
        ("data check venv/pyvenv.cfg --dataset my-events", "wanted a file called .csv or .parq"),
    ],
)
def test_what_it_has_not_is_refused_in_one_line(place: Path, words: str, message: str) -> None:
    printed = do(place, f"bench {words}", code=2)
    assert message in printed
    assert len(printed.strip().splitlines()) == 1


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The package's module, imported here."""
    folder = tmp_path_factory.mktemp("imported") / "package"
    write_package("dataset", "written-here", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        importlib.import_module("bench_written_here.reader")
        return importlib.import_module("bench_written_here")


def csv(change: Callable[[str], str]) -> Callable[[pd.DataFrame, Path], Path]:
    """Writes a CSV whose text is changed."""

    def write(events: pd.DataFrame, folder: Path) -> Path:
        (folder / "events.csv").write_bytes(change(events.to_csv(index=False)).encode("latin-1"))
        return folder / "events.csv"

    return write


def parquet(**columns: object) -> Callable[[pd.DataFrame, Path], Path]:
    """Writes a Parquet file with other columns."""

    def write(events: pd.DataFrame, folder: Path) -> Path:
        events.assign(**columns).to_parquet(folder / "events.parquet")
        return folder / "events.parquet"

    return write


WRONG = {
    "blank": (csv(lambda text: "\n\n"), "Empty CSV file"),
    "header alone": (csv(lambda text: text.splitlines()[0] + "\n"), "no events"),
    "column missing": (csv(lambda text: text.replace("pt_yy", "pt")), "no column 'pt_yy'"),
    "column twice": (csv(lambda text: text.replace("pt_yy", "m_yy")), "2 columns 'm_yy'"),
    "semicolons": (csv(lambda text: text.replace(",", ";")), "no column 'm_yy'"),
    "index without name": (csv(lambda text: text.replace("\n", "\n0,", 1)), "Row #2: Expected 6"),
    "infinite": (csv(lambda text: f"{text}1,inf,1,1,1,0\n"), "pt_yy of event 21 is inf"),
    "beyond float32": (csv(lambda text: f"{text}1,1e60,1,1,1,0\n"), "pt_yy of event 21 is inf"),
    "label of a half": (csv(lambda text: f"{text}1,1,1,1,1,0.5\n"), "event 21 is 0.5, wanted 0"),
    "row twice": (csv(lambda text: text + text.splitlines()[3] + "\n"), "features of event 3"),
    "latin-1": (csv(lambda text: text.replace("n_jets", "n_j\xe9ts")), "can't decode byte 0xe9"),
    "binary": (csv(lambda text: "\x89HDF\r\n\x1a\n" + "\0" * 300), "can't decode byte 0x89"),
    "Parquet with text": (parquet(pt_yy="soft"), "column pt_yy: Failed to parse string: 'soft'"),
    "Parquet with lists": (parquet(n_jets=[[1.0]] * 20), "column n_jets: Unsupported cast"),
    "Parquet with times": (parquet(m_yy=pd.Timestamp("2020")), "column m_yy: Unsupported cast"),
    "Parquet with gaps": (parquet(m_yy=[None, *range(19)]), "m_yy of event 1 is nan"),
    "Parquet, label 2": (parquet(label=2), "label of event 1 is 2, wanted 0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_wrong_is_an_error_of_one_line(
    package: ModuleType, name: str, tmp_path: Path
) -> None:
    write, message = WRONG[name]
    file = write(pd.read_csv(package.EVENTS).head(20), tmp_path)
    with pytest.raises(bench.InputError, match=re.escape(message)) as error:
        package.WrittenHere().check(file, None)
    assert str(error.value).startswith(str(file))
    assert "\n" not in str(error.value)


def test_columns_in_another_order_and_another_format_are_the_same_events(
    package: ModuleType, tmp_path: Path
) -> None:
    events, same = pd.read_csv(package.EVENTS), tmp_path / "same.PARQUET"
    events[events.columns[::-1]].astype({"label": bool}).to_parquet(same)
    reader = sys.modules["bench_written_here.reader"]
    first, second = (
        reader.read(file, package.COLUMNS, package.LABEL) for file in (package.EVENTS, same)
    )
    assert (first.ids == second.ids).all()
    assert (first.x == second.x).all()
    assert (first.y == second.y).all()


def test_the_toy_events_are_the_same_for_the_same_seed() -> None:
    assert toy_csv() == toy_csv(seed=1) != toy_csv(seed=2)


def test_a_class_is_not_called_as_what_its_module_imports(tmp_path: Path) -> None:
    write_package("dataset", "path", tmp_path / "package")
    module = (tmp_path / "package/bench_path/__init__.py").read_text()
    assert "class PathDataset(bench.Dataset)" in module


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_a_new_package_is_clean_and_typed(
    kind: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    write_package(kind, "my-part", tmp_path / "package")
    cache = tmp_path_factory.getbasetemp() / "mypy"
    strictly = ["--follow-imports=silent", "--cache-dir", str(cache)]
    for words in (["ruff", "check"], ["ruff", "format", "--check"], ["mypy", *strictly]):
        ran = subprocess.run(
            [sys.executable, "-m", *words, "."],
            cwd=tmp_path / "package",
            env={"MYPYPATH": str(HOUSE), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
