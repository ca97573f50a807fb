"""Names: values by what they hold, one meaning a name, and no word of the old dialect."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
ROOMS = ("bench", "plugins", "datasets", "tests", "benchmarks")
EMPTY = frozenset({"found", "told", "there", "wanted", "asked", "kept"})
"""They say of a value what happened to it, and not what it is."""
MOST = 20
SINGLE = frozenset(
    {"Table", "Plan", "Training", "Recipe", "Progress", "Pair", "Chance", "Tokens", "Separation"}
)
"""Classes of which there were two, each with a meaning of its own."""
OLD = frozenset(
    {"cast", "Shelf", "shelf", "Offer", "Trouble", "Material", "Ledger", "ledger", "welcomes"}
    | {"lacks", "fronts", "rehearsal", "rehearse", "company"}
)
"""Words that a newcomer had to learn; the glossary has the field's."""
OTHERS = frozenset({".cast()", "lacks"})
"""A method of pyarrow's, and a field of imported results; a model once had a method `lacks()`."""


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def files(*rooms: str) -> list[Path]:
    """Every Python file of the rooms that is the project's own."""
    return [
        file
        for room in rooms
        for file in sorted((HOUSE / room).rglob("*.py"))
        if not any(part == ".venv" or part.endswith(".egg-info") for part in file.parts)
    ]


def product() -> list[Path]:
    """The files that are installed: the core, and the packages without their tests."""
    packages = [*HOUSE.glob("plugins/*/bench_*"), *HOUSE.glob("datasets/*/bench_*")]
    return files("bench", *(str(p.relative_to(HOUSE)) for p in sorted(packages)))


def values(module: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that are bound to values, parameters among them, and where."""
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name, node.lineno
            case ast.ExceptHandler(name=str(name)):
                yield name, node.lineno
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno
            case ast.MatchMapping(rest=str(name)):
                yield name, node.lineno


def identifiers(module: ast.AST) -> Iterator[tuple[str, int]]:
    """Every identifier and where it is; `name()` where it is defined, `.name()` where it is called.

    What is imported from `typing` is no name of ours.
    """
    called = {node.func for node in ast.walk(module) if isinstance(node, ast.Call)}
    of_typing = {
        alias.asname or alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == "typing"
        for alias in node.names
    }
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name) if name not in of_typing:
                yield name, node.lineno
            case ast.Attribute(attr=name):
                yield f".{name}()" if node in called else name, node.lineno
            case ast.arg(arg=name) | ast.keyword(arg=str(name)) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield f"{name}()", node.lineno
            case ast.Import(names=names) | ast.ImportFrom(names=names) if not _of_typing(node):
                yield from ((name, node.lineno) for name in _imported(node, names))


def _of_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "typing"


def _imported(node: ast.AST, aliases: Iterable[ast.alias]) -> Iterator[str]:
    yield from (getattr(node, "module", None) or "").split(".")
    for alias in aliases:
        yield from (*alias.name.split("."), alias.asname or "")


def old_words(module: ast.AST, file: str) -> list[str]:
    """Where a file says a word of the old dialect."""
    lines = [(form, line) for form, line in identifiers(module) if form not in OTHERS]
    lines += [(part, 1) for part in Path(file).with_suffix("").parts]
    return sorted({f"{file}:{line} {form}" for form, line in lines if form.strip(".()") in OLD})


def test_values_are_named_by_what_they_hold() -> None:
    places = [
        f"{file.relative_to(HOUSE)}:{line} {name}"
        for file in files(*ROOMS)
        for name, line in values(tree(file))
        if name in EMPTY
    ]
    assert len(places) <= MOST, "\n".join([f"{len(places)} places, at most {MOST}:", *places])


def test_two_meanings_never_share_a_name() -> None:
    places = defaultdict(list)
    for file in product():
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ClassDef) and node.name in SINGLE:
                places[node.name].append(f"{file.relative_to(HOUSE)}:{node.lineno}")
    twice = [f"{name}: {' and '.join(where)}" for name, where in places.items() if len(where) > 1]
    assert not twice, "\n".join(twice)
    assert "Table" in places


def test_no_word_of_the_old_dialect_is_left() -> None:
    places = [
        place for file in product() for place in old_words(tree(file), str(file.relative_to(HOUSE)))
    ]
    assert not places, "\n".join([f"{len(places)} places:", *places])


@pytest.mark.parametrize(
    "source",
    [
        *("found = 1", "a, (found, *b) = c", "found: int = 1", "found += 1", "del_, found = x"),
        *("for found in x: pass", "with x as found: pass", "(found := 1)", "[a for found in x]"),
        *(
            "def f(found): pass",
            "def f(*found): pass",
            "def f(*, found=1): pass",
            "lambda found: 1",
        ),
        *("def f(**found): pass", "try: pass\nexcept E as found: pass"),
        *("match x:\n case [found]: pass", "match x:\n case {1: 2, **found}: pass"),
        *("match x:\n case [*found]: pass", "class A:\n found: int"),
    ],
)
def test_every_way_to_name_a_value_is_seen(source: str) -> None:
    assert [name for name, _ in values(ast.parse(source)) if name in EMPTY] == ["found"]


@pytest.mark.parametrize("source", ["plan.told", "f(told=1)", "'told'", "print(found)"])
def test_a_name_is_counted_where_it_is_given_and_not_where_it_is_read(source: str) -> None:
    assert not [name for name, _ in values(ast.parse(source)) if name in EMPTY]


@pytest.mark.parametrize(
    "source",
    [
        *("cast = 1", "run.cast", "f(cast=1)", "def cast(): pass", "class Shelf: pass"),
        *("from bench.ledger import x", "from x import Offer", "from x import a as shelf"),
        *("import bench.rehearsal", "from typing import Any\ncast(x)", "def f(company): pass"),
        *("model.lacks(x)", "def lacks(): pass", "from . import fronts"),
    ],
)
def test_an_old_word_is_seen_whatever_it_names(source: str) -> None:
    assert len(old_words(ast.parse(source), "bench/x.py")) == 1


def test_an_old_word_is_seen_as_the_name_of_a_file() -> None:
    assert old_words(ast.parse(""), "bench/guards/rehearsal.py") != []
    assert old_words(ast.parse(""), "bench/company/x.py") != []


@pytest.mark.parametrize(
    "source",
    [
        *("from typing import cast\ncast(int, x)", "import typing\ntyping.cast(int, x)"),
        *("column.cast(kind)", "record.lacks", "f(lacks=1)", "'the company of a shelf'"),
    ],
)
def test_what_is_no_word_of_ours_is_let_be(source: str) -> None:
    assert not old_words(ast.parse(source), "bench/x.py")
