"""The hash of what Python code does, however it is worded."""

from __future__ import annotations

import ast
from hashlib import sha256


def syntax_digest(source: bytes) -> str:
    """The hash of what Python code does: of its syntax tree without docstrings and comments.

    Code that looks at docstrings itself is hashed with them. What is no Python is hashed by byte.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return sha256(source).hexdigest()
    if b"__doc__" not in source and b"getdoc" not in source:
        for node in ast.walk(tree):
            _strip(node)
    return sha256(ast.dump(tree).encode()).hexdigest()


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
