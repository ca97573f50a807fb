"""What the guides tell a newcomer to type works as written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from documented import lines
from newcomer import environment, typed

from bench.api import hookspecs
from bench.guards.pages import pages
from bench.plugins.registry import HOOKS

DOCS = Path(__file__).parents[1] / "docs"
GUIDE = DOCS / "tutorial" / "plugin.md"


def commands() -> list[str]:
    return lines(GUIDE)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A virtual environment of its own that sees what is installed here."""
    return environment(tmp_path)


def test_what_names_the_new_encoder_works_on_a_small_twin(fresh: Path, tmp_path: Path) -> None:
    """All other commands of the guide are typed by `test_commands.py`."""
    home = {"BENCH_HOME": str(tmp_path / "home")}
    small = "bench data make rd --signal 150 --background 150"
    own = [line for line in commands() if "my-encoder" in line and "llm" not in line]
    for line in (small, *own, "bench list my-encoder"):
        ran = typed(line, fresh, tmp_path, home)
        assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"
        if "check" in line:
            assert "0 failed" in ran.stdout
    assert "clip=" in ran.stdout
    assert len(own) == 5
    tested = typed("pytest -q", fresh, tmp_path / "bench-my-encoder")
    assert "2 passed" in tested.stdout


@pytest.mark.slow
def test_the_ten_minutes_work_as_written(fresh: Path, tmp_path: Path) -> None:
    for line in commands():
        if "compare" in line or "my-events" in line:
            continue  # runs are named by the day; a dataset has tests of its own
        ran = typed(line, fresh, tmp_path)
        assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"
    report = (tmp_path / "report" / "report.md").read_text()
    assert "gbt, my-encoder" in report
    assert "Guards looked at all 2 runs and found nothing" in report


@pytest.mark.parametrize("kind", ["model", "metric"])
def test_the_other_templates_pass_their_own_tests(fresh: Path, tmp_path: Path, kind: str) -> None:
    for line in (
        f"bench new {kind} my-part",
        "pip install -e bench-my-part",
        "bench check my-part",
    ):
        ran = typed(line, fresh, tmp_path)
        assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"
    assert "1 passed" in typed("pytest -q", fresh, tmp_path / "bench-my-part").stdout


@pytest.mark.parametrize(
    ("gives", "files"),
    [("texts", 4), ("values", 4), ("front", 5)],
    ids=["texts", "values", "front"],
)
def test_an_encoder_that_gives_something_else_passes_its_own_tests(
    fresh: Path, tmp_path: Path, gives: str, files: int
) -> None:
    for line in (
        f"bench new encoder my-part --gives {gives}",
        "pip install -e bench-my-part",
        "bench show my-part",
    ):
        ran = typed(line, fresh, tmp_path)
        assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"
        assert line.split()[1] != "new" or ran.stdout.count("written: ") == files
    views = {"texts": "texts", "values": "texts, values", "front": "numbers"}
    assert f"  gives {views[gives]}\n" in ran.stdout
    assert "2 passed" in typed("pytest -q", fresh, tmp_path / "bench-my-part").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("new model my-model --gives texts", "--gives texts: a new model gives what it gives"),
        ("new encoder my-encoder --gives text", "is not one of"),
        ("new model My_Model", "no plugin can be called 'My_Model'"),
        ("new model there", "there already"),
        ("new modl x", "is not one of"),
        ("new encoder gbt", "'gbt' is taken by what is installed"),
        ("check gbtt", "no plugin or part 'gbtt'"),
        ("doctor nothing", "no run called 'nothing'"),
        ("run --plugin gbt --dataset rd --allow B999", "no guard has that code"),
    ],
)
def test_a_bad_request_is_one_line(tmp_path: Path, words: str, message: str) -> None:
    (tmp_path / "bench-there").mkdir()
    ran = typed(f"bench {words}", Path(sys.executable), tmp_path)
    assert ran.returncode == 2
    assert message in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_every_hook_is_in_the_guide() -> None:
    text = GUIDE.read_text()
    specified = [name for name, hook in vars(hookspecs).items() if hasattr(hook, "bench_spec")]
    assert sorted(specified) == sorted(HOOKS)
    assert [name for name in specified if f"`{name}`" not in text] == []


def test_every_guard_has_its_page_as_it_describes_itself() -> None:
    made = {path.name: path.read_text() for path in (DOCS / "reference" / "guards").glob("*.md")}
    assert made == pages(), "python -m bench.guards.pages docs/reference/guards"
