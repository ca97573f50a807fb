"""Unlucky commands are told in one line what is wrong, and leave nothing behind."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from bench.cli.main import main

RUN = "run --plugin linear --dataset rd"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    return tmp_path


def refused(line: str, capfd: pytest.CaptureFixture[str]) -> str:
    """The line that a command is refused with."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["bench", *shlex.split(line)])
        with pytest.raises(SystemExit) as stop:
            main()
    printed = capfd.readouterr()
    assert stop.value.code == 2, printed.err
    assert not printed.out
    (line_printed,) = printed.err.splitlines()
    return line_printed


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"{RUN} --permute ''", "permute is empty"),
        (f"{RUN} --without ''", "without is empty"),
        (f"{RUN} --ratio ''", "ratio is empty"),
        (f"{RUN} --train-ratio ''", "train-ratio is empty"),
        (f"{RUN} --train ''", "train is empty"),
        (f"{RUN} --from ''", "--from is empty"),
        (f"{RUN} --seed 99999999999999999999", "wanted 0 to 4294967295"),
        (f"{RUN} --events 10k", "--events '10k': wanted a number of events from 1 on, or all"),
        (f"{RUN} --train-events 0", "--train-events '0': wanted"),
        (f"{RUN} --set strength=1 --set strength=2", "option 'strength' is 1 already"),
        (f"{RUN} --set ' =3'", "wanted option=value"),
        (f"{RUN} --skip-bad-events --set skip_bad_events=no", "beside --set skip_bad_events=no"),
        (f"{RUN} --runs a-file", "is a file"),
        ("run linear rd", "unexpected extra arguments (linear rd)"),
        ("list runs --runs a-file", "is a file"),
        ("report -o a-file", "is a file"),
        ("compare '' ''", "no run called ''"),
        ("doctor .", "no run called ''"),
        ("study a-folder", "Is a directory"),
        ("import a-folder --model a --dataset rd", "is not a file"),
        ("data check a-folder", "not a regular file"),
        ("data export rd -o a-folder/x.txt", "ends in .parquet or .csv"),
        ("data import a-file --name ../x", "name '../x'"),
        ("new encoder größe", "no plugin can be called 'größe'"),
        ("data make rd --signal -1", "-1 is not in the range"),
    ],
)
def test_an_unlucky_command_is_told_in_one_line(
    folder: Path, line: str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(line, capfd)
    assert {path.name for path in folder.iterdir()} == {"a-file", "a-folder"}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("BENCH_HOME=a-file", "a-file is a file; BENCH_HOME has to name a folder"),
        ("BENCH_RUNS=a-file", "is a file"),
        ("BENCH_JOBS=-1", "wanted a positive whole number"),
        ("BENCH_IMPORT_SECONDS=soon", "BENCH_IMPORT_SECONDS=soon: wanted a number of seconds"),
        ("BENCH_IMPORT_SECONDS=-1", "wanted a number of seconds above 0"),
        ("BENCH_IMPORT_SECONDS=nan", "wanted a number of seconds above 0"),
    ],
)
def test_an_unlucky_environment_is_told_in_one_line(
    folder: Path,
    setting: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(*setting.split("="))
    assert message in refused(RUN, capfd)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            'defaults = 3\n[[runs]]\nplugin = "linear"',
            "study.toml, defaults: wanted a table",
        ),
        ("runs = [3]", "run 1: wanted a table, got a whole number"),
        ('[[runs]]\nplugin = "linear"\ndataset = "rd"\nseeds = []', "wanted at least one"),
        (
            '[[runs]]\nplugin = "linear"\ndataset = "rd"\nseeds = "01"',
            "run 1, seeds: wanted a list",
        ),
        (
            '[[runs]]\nplugin = "linear"\ndataset = "rd"\nseed = 1\nseeds = [2]',
            "run 1: wanted seed",
        ),
        ('[[runs]]\nplugin = "linear"\ndataset = "rd"\nseed = -1', "seed -1: wanted 0 to"),
        ('[[runs]]\nplugin = "linear"\ndataset = "rd"\npermute = ""', "permute is empty"),
        ('title = ["a"]\n[[runs]]\nplugin = "linear"\ndataset = "rd"', "title: wanted a text"),
        ('counts = ["nowhere.csv"]', "nowhere.csv: No such file"),
    ],
)
def test_an_unlucky_study_is_told_in_one_line(
    folder: Path, content: str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "study.toml").write_text(content)
    assert message in refused("study study.toml", capfd)
    assert not (folder / "runs").exists()


def test_a_seed_of_a_run_goes_before_the_seeds_of_all(tmp_path: Path) -> None:
    from bench.running.study import read_study

    runs = "[[runs]]\nseed = 7\n[[runs]]\n[[runs]]\nseeds = [3]\n"
    file = tmp_path / "study.toml"
    file.write_text(f'[defaults]\nplugin = "a"\ndataset = "b"\nseeds = [0, 1]\n{runs}')
    assert [request.seed for request in read_study(file).runs] == [7, 0, 1, 3]
