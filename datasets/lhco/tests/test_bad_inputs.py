"""Bad inputs through the command line: exit code 2, one short line, nothing lost, nothing left."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from bad_inputs import BAD, Bad

from bench.cli.main import main

SAFE = [bad for bad in BAD if not bad.dangerous]
DANGEROUS = [bad for bad in BAD if bad.dangerous]
MEASURE = """
import json, resource, subprocess, sys
ran = subprocess.run(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as f:
    json.dump([used.ru_utime + used.ru_stime, used.ru_maxrss * 1024], f)
sys.exit(ran.returncode)
"""
"""A small process of its own: what it starts is not charged with the memory of pytest."""


def named(bad: Bad) -> str:
    return bad.name


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("BENCH_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in" / "events.h5"


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is isolated: for what is bad, but harmless and needs no second."""

    def here(work: Callable[..., Iterator[Any]], path: Path, *more: object) -> Iterator[Any]:
        return work(path, *more)

    for module in ("inspect", "check"):
        monkeypatch.setattr(import_module(f"bench_lhco.files.{module}"), "isolated", here)


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """What is in a folder: large files by their length alone."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    small = 2**26
    return {
        str(path.relative_to(folder)): (
            path.stat().st_size,
            path.read_bytes() if path.stat().st_size < small else b"",
        )
        for path in files
    }


def one_line(said: str, message: str) -> None:
    assert said.startswith("bench: ")
    assert said.count("\n") == 1
    assert said.endswith("\n")
    assert len(said) <= 201
    assert said.rstrip("\n").isprintable()
    assert re.search(message, said), said


def command_line(*arguments: str) -> int:
    """The exit code of `bench` in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["bench", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
    return int(end.value.code or 0)


def measured(folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float, int]:
    """How `bench` ends in a process of its own, after computing how long, with how many bytes.

    Not after how long, which on a busy machine says nothing; the timeout is for one that waits.
    """
    import json

    figures = folder / "figures"
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, figures, sys.executable, "-m", "bench", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return ran, *json.loads(figures.read_text())


def test_each_of_them_has_a_name_of_its_own() -> None:
    assert [name for name, times in Counter(bad.name for bad in BAD).items() if times > 1] == []


@pytest.mark.parametrize("bad", SAFE, ids=named)
def test_a_check_refuses_it(
    bad: Bad, file: Path, home: Path, in_this_process: None, capfd: pytest.CaptureFixture[str]
) -> None:
    bad.make(file)
    before = contents(file.parent)
    assert command_line("data", "check", str(file), "--dataset", bad.dataset) == 2
    out, said = capfd.readouterr()
    one_line(said, bad.message)
    assert not out
    assert contents(file.parent) == before
    assert not home.exists()


@pytest.mark.parametrize(
    "bad", [*DANGEROUS, *(pytest.param(bad, marks=pytest.mark.slow) for bad in SAFE)], ids=named
)
def test_a_check_refuses_it_in_time_and_with_little_memory(
    bad: Bad, file: Path, home: Path
) -> None:
    bad.make(file)
    before = contents(file.parent)
    ran, seconds, used = measured(
        file.parents[1], "data", "check", str(file), "--dataset", bad.dataset
    )
    assert ran.returncode == 2, ran.stderr
    one_line(ran.stderr, bad.message)
    assert not ran.stdout
    assert seconds < 10
    assert used < 0.85e9  # the child's; the parent has a tenth of a gigabyte beside it
    assert contents(file.parent) == before
    assert not home.exists()
    assert {path.name for path in file.parents[1].iterdir()} == {"in", "figures"}


RUN = {
    "missing": "no such file",
    "wrong_key_of_the_frame": "there is no /df",
    "an_external_link": "soft or external link",
    "a_shape_bomb": "declares 16808000000000 bytes",
    "a_flipped_bit_where_the_hash_is_recorded": "as recorded beside it",
    "negative_pt": "event 3 has a negative pt; 3 invalid events among events 0 to 9",
    "key_with_bom": "not plain ASCII",
    "a_chunk_of_noise": "events 0 to 10 are damaged",
}


@pytest.mark.parametrize("name", RUN)
def test_a_run_refuses_it(
    name: str, file: Path, home: Path, in_this_process: None, capfd: pytest.CaptureFixture[str]
) -> None:
    (bad,) = (bad for bad in BAD if bad.name == name)
    bad.make(file)
    before = contents(file.parent)
    arguments = ("run", "--plugin", "gbt", "--dataset", bad.dataset, "--file", str(file))
    assert command_line(*arguments) == 2
    out, said = capfd.readouterr()
    one_line(said, RUN[name])
    assert not out
    assert contents(file.parent) == before
    left_nothing(home)


def test_a_run_refuses_a_bomb_in_time_and_with_little_memory(file: Path, home: Path) -> None:
    (bad,) = (bad for bad in BAD if bad.name == "a_chunk_that_unpacks_to_sixteen_gigabytes")
    bad.make(file)
    arguments = ("run", "--plugin", "gbt", "--dataset", "rd", "--file", str(file))
    ran, seconds, used = measured(file.parents[1], *arguments)
    assert ran.returncode == 2, ran.stderr
    one_line(ran.stderr, bad.message)
    assert seconds < 10
    assert used < 0.85e9
    left_nothing(home)


def left_nothing(home: Path) -> None:
    """No run, and in the bench's own folder nothing but locks and what is known of the inputs."""
    assert not Path("runs").exists()
    left = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    leftovers = [path for path in left if path.suffix != ".lock" and path.parent.name != "digests"]
    assert not leftovers


@pytest.mark.parametrize("deep", [1, 4])
def test_a_long_path_does_not_make_a_long_line(
    deep: int, tmp_path: Path, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path.joinpath(*["a" * 200] * deep, "events\n\x1b[2J.h5")
    assert command_line("data", "check", str(file)) == 2
    one_line(capfd.readouterr().err, r"^bench: /.*\.\.\..*\.h5: no such file")
