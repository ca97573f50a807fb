"""How many small changes of the code the tests catch: `make mutation`.

cosmic-ray makes the changes, one at a time and in memory, in a process forked from one that has the
heavy libraries loaded; the tests of its room run there until one fails. What came out is kept in
`.mutation/`, by the content of the changed file, so that a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import gc
import hashlib
import importlib.util
import json
import os
import random
import re
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from scipy.stats import binomtest

LEAST = 0.85
FOLDER = Path(".mutation")
RESULTS, SURVIVORS = FOLDER / "results.jsonl", FOLDER / "survivors.diff"
MEMORY = 8 << 30
WARM = ("numpy", "pandas", "pyarrow.parquet", "scipy.optimize", "scipy.stats", "sklearn.metrics")
WARM += ("sklearn.linear_model", "hypothesis", "msgspec", "click", "tabulate", "filelock", "pytest")

HAND = "test_pinned.py test_by_hand.py"
CURVES = "test_metrics.py test_floor.py test_probabilities.py"
PAIRED = "pinned or by_hand or spread or uniform or itself or needed or maximum or holm"
SHIFTED = "pinned or the_shift or shift_ or reweighting"
BROKEN = "test_fresh_process.py test_broken_smoke_fits.py test_guards_that_cannot_look.py"
BY_HAND = " ".join(sorted(file.name for file in Path("tests").glob("test_guards_*_by_hand.py")))
BY_HAND += " test_inspect_by_hand.py test_smoke_fit_by_hand.py"
IMPORTED = "test_outside_events.py test_imported.py test_decisions.py"
GUARDED = "by_hand or pause or fresh_process or broken_smoke_fits or cannot_look or let_through"
GUARDED += " or sound_model or B002 or B026-not-saved or B030-never"
ROOMS = {
    "bench/metrics/sculpting.py": (f"{HAND} test_shift.py", "pinned or mass or spectr"),
    "bench/metrics/": (f"{CURVES} {HAND}", "not table_of_a_comparison"),
    "bench/comparison/binormal.py": (f"{HAND} test_threshold.py", "points or pinned or freedom"),
    "bench/comparison/points.py": (f"{HAND} test_outside.py", "points or pinned"),
    "bench/comparison/shift.py": (f"{HAND} test_shift.py", SHIFTED),
    "bench/comparison/paired.py": (f"{HAND} test_comparison.py", PAIRED),
    "bench/comparison/": (f"{HAND} test_comparison.py", "not a_report"),
    "bench/guards/": (f"{BY_HAND} test_pauses.py {BROKEN} test_mutants.py", GUARDED),
}
"""The quick tests that are to catch a change, by how its file's path begins; the first counts."""
CODE = re.compile(r'^    code, [a-z, ]+ = "(B\d+)"', flags=re.MULTILINE)  # as guards say it
INSTEAD = {
    **{"Add": "Sub Mul", "Sub": "Add Mul", "Mul": "Div Add", "Div": "Mul Sub", "FloorDiv": "Div"},
    **{"Mod": "Mul", "Pow": "Mul", "BitOr": "BitAnd", "BitAnd": "BitOr", "BitXor": "BitOr"},
    **{"LShift": "RShift", "RShift": "LShift", "Eq": "NotEq", "NotEq": "Eq", "Lt": "LtE GtE"},
    **{"LtE": "Lt Gt", "Gt": "GtE LtE", "GtE": "Gt Lt", "Is": "IsNot", "IsNot": "Is"},
    **{"USub": "UAdd Not", "UAdd": "USub", "Delete": "Not Invert USub", "Invert": "UAdd"},
}
"""What takes an operator's place: its opposite and its neighbour, of cosmic-ray's up to eleven.

The others, such as a shift of floats, only fail where they stand, and would flatter the tests.
"""


@dataclass(frozen=True, order=True)
class Change:
    """One change of one file."""

    file: str
    line: int
    column: int
    operator: str
    occurrence: int

    @property
    def key(self) -> str:
        """What it is known by, whatever other files hold."""
        content = hashlib.sha256(Path(self.file).read_bytes()).hexdigest()[:16]
        return f"{content} {self.operator} {self.occurrence}"

    @property
    def code(self) -> str:
        """The whole file, changed."""
        operator = get_operator(self.operator)()
        changed = mutate_code(Path(self.file).read_text(), operator, self.occurrence)
        assert changed is not None
        return str(changed)

    @property
    def diff(self) -> str:
        """The change, as a diff."""
        sides = [code.splitlines() for code in (Path(self.file).read_text(), self.code)]
        return "\n".join(difflib.unified_diff(*sides, self.file, str(self), n=1, lineterm=""))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.operator.partition('/')[2]}"


def changes(files: Sequence[Path]) -> list[Change]:
    """All changes of these files, but for those of annotations, which nothing reads."""
    possible = []
    for file in files:
        annotations, nodes = list(_annotations(file)), list(ast_nodes(get_ast(file.read_text())))
        for name in filter(_is_tried, operator_names()):
            operator, occurrence = get_operator(name)(), -1
            for node in nodes:
                for start, _ in operator.mutation_positions(node):
                    occurrence += 1
                    if not any(first <= start < last for first, last in annotations):
                        possible.append(Change(str(file), *start, name, occurrence))
    return sorted(possible)


def _is_tried(name: str) -> bool:
    kind, _, rest = name.partition("/")[2].partition("_")
    if kind in ("VariableReplacer", "VariableInserter"):  # they want names of their own
        return False
    was, _, now = rest.partition("_")
    return not rest or now in INSTEAD.get(was, "").split()


def _annotations(file: Path) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations, and imports for them, begin and end."""
    for node in ast.walk(ast.parse(file.read_text())):
        inside = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            inside = [node]
        for one in filter(None, inside):
            yield (one.lineno, one.col_offset), (one.end_lineno or 0, one.end_col_offset or 0)


class Changed(SourceFileLoader):
    """Finds one module, with other code than its file's."""

    def __init__(self, file: str, code: str) -> None:
        super().__init__(file.removesuffix(".py").replace("/", "."), str(Path(file).resolve()))
        self.text = code

    def get_code(self, fullname: str) -> CodeType:
        """The other code."""
        return compile(self.text, self.path, "exec", dont_inherit=True)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Of the one module alone."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)


def tests_of(file: str) -> tuple[str, ...]:
    """What is told to pytest for a changed file."""
    names, words = next(tests for start, tests in ROOMS.items() if file.startswith(start))
    if code := CODE.search(Path(file).read_text()):
        # the broken plugins of this guard, slow ones too, and the sound one that it lets alone
        names = f"{BY_HAND} {IMPORTED if code[1].startswith('B06') else ''} test_mutants.py"
        words = f"by_hand or {code[1]} or sound_model or outside_events or imported or decisions"
    marks = "" if code else "not slow"
    return (*(f"tests/{name}" for name in names.split()), "-m", marks, "-k", words)


def attempt(tests: Sequence[str], change: Change | None, seconds: float) -> tuple[str, float]:
    """What becomes of a change, or of none, and the CPU seconds that it took.

    The time is that of the CPU, as a machine may be busy; ten times as much by the clock at most.
    """
    started = time.monotonic()
    if not (child := os.fork()):
        _child(tests, change, seconds)
    while not (ended := os.wait4(child, os.WNOHANG))[0]:
        if time.monotonic() - started > 10 * seconds:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.02)
    _, status, used = ended
    if os.WIFSIGNALED(status):
        return "endless", used.ru_utime + used.ru_stime
    code = os.WEXITSTATUS(status)
    if code in (4, 5):
        raise SystemExit(f"pytest found no tests in {tests}; see {FOLDER / 'output.txt'}")
    return "caught" if code else "survived", used.ru_utime + used.ru_stime


def _child(tests: Sequence[str], change: Change | None, seconds: float) -> None:
    """Run the tests and leave; never gives back."""
    code = 3
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        output = os.open(FOLDER / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        if change:
            sys.meta_path.insert(0, Changed(change.file, change.code))
        import pytest

        code = int(pytest.main(["-xq", "-p", "no:cacheprovider", "--assert=plain", *tests]))
    except BaseException:  # a fork that went on would try the changes a second time
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


@cache
def limit(tests: tuple[str, ...]) -> float:
    """CPU seconds that a change may take; the tests have to pass without any."""
    outcome, seconds = attempt(tests, None, 3600)
    if outcome != "survived":
        raise SystemExit(f"{' '.join(tests)} fail unchanged; see {FOLDER / 'output.txt'}")
    print(f"{seconds:.1f} s of CPU without a change: {' '.join(tests)}", flush=True)
    return 3 * seconds + 10


def earlier() -> dict[str, str]:
    """What became of changes that were tried before, by their key."""
    lines = RESULTS.read_text().splitlines() if RESULTS.is_file() else []
    return {one["key"]: one["outcome"] for one in map(json.loads, lines)}


def tried(chosen: Sequence[Change], again: bool) -> dict[Change, str]:
    """What becomes of each change; survivors are tried again if that is asked for."""
    known, seconds = earlier(), []
    outcomes = {change: known.get(change.key, "") for change in chosen}
    untried = {"", "survived"} if again else {""}
    left = [change for change, outcome in outcomes.items() if outcome in untried]
    for number, change in enumerate(left, 1):
        tests = tests_of(change.file)
        started, longest = time.monotonic(), limit(tests)
        outcomes[change] = attempt(tests, change, longest)[0]
        seconds.append(time.monotonic() - started)
        with RESULTS.open("a") as stream:
            stream.write(json.dumps({"key": change.key, "outcome": outcomes[change]}) + "\n")
        mean = sum(seconds) / number
        print(f"{number}/{len(left)} {mean:.1f} s each: {outcomes[change]:8} {change}", flush=True)
    return outcomes


def main() -> int:
    """Try the changes of some rooms; 1 if too few are caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="+", type=Path, help="Folders, such as bench/metrics.")
    parser.add_argument("--sample", type=int, help="Try so many changes, drawn at random.")
    parser.add_argument("--seed", type=int, default=0, help="Of the sample.")
    parser.add_argument("--again", action="store_true", help="Try those that survived again.")
    parser.add_argument("--share", default="1/1", help="2/3: every third from the second on.")
    arguments = parser.parse_args()
    first, _, step = arguments.share.partition("/")
    FOLDER.mkdir(exist_ok=True)
    every = changes([file for room in arguments.rooms for file in sorted(room.rglob("*.py"))])
    # in random order, so that those done of a run that was stopped are a sample too
    size = min(arguments.sample or len(every), len(every))
    chosen = random.Random(arguments.seed).sample(every, size)
    chosen = chosen[int(first) - 1 :: int(step)]  # the rest is for other processes
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # or each fork loads plugins that none wants
    for module in WARM:
        importlib.import_module(module)
    gc.freeze()
    assert not any(name.partition(".")[0] == "bench" for name in sys.modules)
    outcomes = tried(chosen, arguments.again)
    survivors = [change for change, outcome in outcomes.items() if outcome == "survived"]
    SURVIVORS.write_text("\n\n".join(change.diff for change in survivors) + "\n")
    return _summarize(arguments, len(every), outcomes)


def _summarize(arguments: argparse.Namespace, total: int, outcomes: dict[Change, str]) -> int:
    survivors = [change for change, outcome in outcomes.items() if outcome == "survived"]
    for change in survivors:
        print(f"survived: {change}")
    for file in sorted({change.file for change in outcomes}):
        of_file = Counter(outcome for change, outcome in outcomes.items() if change.file == file)
        print(f"{of_file.total() - of_file['survived']:5} of {of_file.total():5} in {file}")
    caught, tries = len(outcomes) - len(survivors), len(outcomes)
    ends = binomtest(caught, tries).proportion_ci(method="exact")
    drawn = f", drawn with seed {arguments.seed} from {total}" if tries < total else ""
    print(
        f"{caught} of {tries} changes in {', '.join(map(str, arguments.rooms))}{drawn} are caught: "
        f"{caught / tries:.1%} [{ends.low:.1%}, {ends.high:.1%}], wanted {LEAST:.0%}; "
        f"{list(outcomes.values()).count('endless')} ran too long; survivors: {SURVIVORS}"
    )
    return int(caught < LEAST * tries)


if __name__ == "__main__":
    raise SystemExit(main())
