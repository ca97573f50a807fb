"""Ten plugins that are broken, each in its own way, installed together: none hides another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PART = """
from dataclasses import dataclass
import bench

@dataclass(frozen=True)
class Part(bench.Encoder):
    "A part."
    name = "{name}"
    produces = frozenset({{"numbers"}})

    def encode(self, table, learned):
        return {{"numbers": table.x}}
"""
HOOK = "\n@bench.hookimpl\ndef bench_encoders():\n    return {parts}\n"


def package(name: str, parts: str = "[Part]") -> str:
    return PART.format(name=name) + HOOK.format(parts=parts)


BROKEN = {
    "import-error": ("import no_such_library", "ModuleNotFoundError"),
    "syntax-error": ("def (", "SyntaxError"),
    "exits": ("raise SystemExit(7)", "SystemExit"),
    "endless": ("while True:\n    try:\n        pass\n    except Exception:\n        pass", "1 s"),
    "clash": (package("numbers"), "the core's own"),
    "wrong-types": (package("wrong", "[Part(), 'numbers', None]"), "wanted a named subclass"),
    "misspelt": (package("misspelt").replace("bench_encoders", "bench_encodrs"), "did you mean"),
    "undecorated": (package("undecorated").replace("@bench.hookimpl", ""), "not decorated"),
    "raises": (package("raises", "1 / 0"), "ZeroDivisionError"),
    "nameless": (package("x").replace('    name = "x"\n', ""), "wanted a named subclass"),
    "arguments": (
        package("arguments").replace("bench_encoders()", "bench_encoders(more)"),
        "cannot be registered",
    ),
    "quits": (package("quits", "exit(3)"), "bench_encoders fails: SystemExit"),
    "goes-on": (package("goes-on", "(Part for _ in iter(int, 1) if _)"), "the hook takes more"),
    "base-exception": ("class Odd(BaseException): ...\nraise Odd", "Odd: no message"),
    "numbered": (package("x").replace('name = "x"', "name = 7"), "wanted a named subclass"),
    "speechless": (
        "class Odd:\n    def __repr__(self): 1 / 0\n" + package("speechless", "[Odd()]"),
        "gives a Odd, wanted",
    ),
}
GOOD = {"fine": "fine", "talks": "talks"}
"""Plugins that work, the second one prints while it is imported."""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    sources = {name: source for name, (source, _) in BROKEN.items()}
    sources |= {"fine": package("fine"), "talks": 'print("hello")\n' + package("talks")}
    for name, source in sources.items():
        module = f"bench_{name.replace('-', '_')}"
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{module}-1.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: bench-{name}\nVersion: 1\n"
        (info / "METADATA").write_text(metadata)
        (info / "entry_points.txt").write_text(f"[bench]\n{name} = {module}\n")
    return tmp_path


def bench(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(site), "BENCH_IMPORT_SECONDS": "1"},
        timeout=60,
    )


def test_each_is_named_in_one_line_and_the_rest_works(site: Path) -> None:
    ran = bench(site, "list")
    assert ran.returncode == 0
    lines = (ran.stdout + ran.stderr).splitlines()
    for name, (_, problem) in BROKEN.items():
        named = [line for line in lines if name in line and problem in line]
        assert len(named) == 1, (name, problem, lines)
        assert len(named[0]) < 250
    for name in GOOD:
        assert any(name in line and f"encoder {name}" in line for line in lines)
    assert "hello" not in ran.stdout


def test_what_is_broken_is_told_where_it_is_asked_for(site: Path) -> None:
    for name in ("import-error", "endless"):
        ran = bench(site, "run", "--plugin", name, "--dataset", "rd")
        assert ran.returncode == 2
        assert len(ran.stderr.strip().splitlines()) == 1
        assert "cannot be imported" in ran.stderr


def test_what_works_can_be_checked_beside_them(site: Path) -> None:
    ran = bench(site, "check", "fine")
    assert "0 failed" in ran.stdout, ran.stdout + ran.stderr
    broken = bench(site, "check", "raises")
    assert broken.returncode == 1
    assert "ZeroDivisionError" in broken.stdout
