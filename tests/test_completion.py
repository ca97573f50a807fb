"""What a shell completes, and that it does so without a heavy library."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner
from outside_scores import in_use, with_a_run
from toys import Workplace

from bench.cli.completion import command
from bench.cli.main import cli

HEAVY = {"pandas", "matplotlib", "scipy", "sklearn", "pyarrow", "torch", "transformers", "xgboost"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return with_a_run(tmp_path_factory.mktemp("made"))


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    return in_use(made, tmp_path, monkeypatch)


def completed(line: str) -> list[str]:
    """What a shell offers for the last word of a line."""
    *words, begun = shlex.split(line)[1:] if not line.endswith(" ") else [*line.split()[1:], ""]
    shell = ShellComplete(cli, {}, "bench", "_BENCH_COMPLETE")
    return [item.value for item in shell.get_completions(words, begun)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("bench com", ["compare", "completion"]),
        ("bench run --plugin cu", ["cut"]),
        ("bench run --model llm-t", ["llm-text", "llm-token"]),
        ("bench run --dataset to", ["toy"]),
        ("bench run --encoder numbers-b", ["numbers-bins"]),
        ("bench run --plugin cut --dataset toy --set s", ["scale=", "shift="]),
        ("bench run --plugin cut --dataset toy --set scale=", []),
        ("bench run --protocol c", ["cathode"]),
        ("bench run --allow B06", [f"B06{number}" for number in range(10)]),
        ("bench try numbers --on gbt,lin", ["gbt,linear"]),
        ("bench try numbers --baseline cu", ["cut"]),
        ("bench show toy", ["toy"]),
        ("bench list run", ["runs"]),
        ("bench check cu", ["cut"]),
        ("bench clean sm", ["smoke-fits"]),
        ("bench clean ru", []),
        ("bench new encoder x --gives t", ["texts"]),
        ("bench data get to", ["toy"]),
        ("bench import --dataset to", ["toy"]),
    ],
)
def test_names_of_parts_are_completed(place: Workplace, line: str, names: list[str]) -> None:
    assert completed(line) == names


@pytest.mark.parametrize("what", ["compare", "report", "doctor", "show", "export", "run --from"])
def test_names_of_runs_are_completed(place: Workplace, what: str) -> None:
    (own,) = place.store.runs()
    offered = completed(f"bench {what} ")
    assert "cut" in offered
    assert own.name in offered
    assert completed(f"bench {what} {own.name[:8]}") == [own.name]


def test_a_folder_that_is_none_and_a_record_that_is_none_complete_nothing(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "strange" / "20260101T000000Z-abc").mkdir(parents=True)
    monkeypatch.setenv("BENCH_RUNS", str(tmp_path / "strange"))
    assert completed("bench compare ") == ["20260101T000000Z-abc"]
    monkeypatch.setenv("BENCH_RUNS", str(tmp_path / "nowhere"))
    assert completed("bench compare ") == []


def test_completing_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from bench.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print(*sys.modules)\n"
    )
    for words, number in (("bench run --plugin ", 3), ("bench compare ", 2)):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            env={
                "_BENCH_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": str(number),
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        *_, modules = ran.stdout.splitlines()
        assert {name.partition(".")[0] for name in modules.split()} & HEAVY == set()
        assert ("plain,gbt" in ran.stdout) is (number == 3)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_it_can_read(shell: str, tmp_path: Path) -> None:
    script = CliRunner().invoke(command, [shell], catch_exceptions=False).output
    assert "_BENCH_COMPLETE" in script
    if shutil.which(shell):
        ran = subprocess.run(
            [shell, "-n"], input=script, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr


def test_bash_completes_by_the_script() -> None:
    line = f'eval "$({sys.executable} -m bench completion bash)"; complete -p bench'
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert "complete" in ran.stdout
    assert "-F" in ran.stdout
