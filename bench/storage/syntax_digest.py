"""What Python code does, however it is worded: its hash, and what it imports."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from hashlib import sha256


@dataclass(frozen=True)
class Syntax:
    """What is known of Python code by its syntax tree."""

    digest: str
    imports: frozenset[str] = frozenset()
    """The top-level names that it imports anywhere in it."""


def syntax_digest(source: bytes) -> str:
    """The hash of what Python code does: of its syntax tree without docstrings and comments.

    Code that looks at docstrings itself is hashed with them. What is no Python is hashed by byte.
    """
    return syntax_of(source).digest


@cache  # parts of one package share its files, and a run has some forty parts
def syntax_of(source: bytes) -> Syntax:
    """The hash and the imports of Python code; what is no Python imports nothing."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Syntax(sha256(source).hexdigest())
    names: set[str] = set()
    bare = b"__doc__" not in source and b"getdoc" not in source
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.partition(".")[0])
        if bare:
            _strip(node)
    return Syntax(sha256(ast.dump(tree).encode()).hexdigest(), frozenset(names))


def _strip(node: ast.AST) -> None:
    """Take the bare strings out of a block, those under a class's fields included."""
    body = getattr(node, "body", None)
    if isinstance(body, list):
        node.body = [line for line in body if not _is_text(line)]  # type: ignore[attr-defined]


def _is_text(line: ast.AST) -> bool:
    return (
        isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Constant)
        and isinstance(line.value.value, str)
    )
