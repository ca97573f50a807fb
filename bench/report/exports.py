"""A report's tables for other programs: CSV with the interval's ends apart, and LaTeX."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO

from bench.report.blocks import Cell, TableBlock

LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "–": "--",
    "∞": r"$\infty$",
}
SYMBOLS = {"1/ε_B": r"$1/\epsilon_B$", "ε_S": r"$\epsilon_S$", "ε_B": r"$\epsilon_B$"}
UNSAFE = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run a cell of text for that begins with it."""


def to_csv(table: TableBlock) -> str:
    """One line a row; a column of figures becomes value, low and high, with its notes."""
    wide = [_kind(table, column) for column in range(len(table.headings))]
    headings = [
        f"{_text(heading)}{end}"
        for heading, ends in zip(table.headings, wide, strict=True)
        for end in ends
    ]
    rows = [
        [_part(cell, end, ends) for cell, ends in zip(row, wide, strict=True) for end in ends]
        for row in table.rows
    ]
    return "".join(map(_line, [headings, *rows]))


def _line(cells: Sequence[str]) -> str:
    out = StringIO()
    # a writer quotes what its own line ends are made of: a bare CR would end the line for a reader
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n") + "\n"


def to_latex(table: TableBlock) -> str:
    """A booktabs table, intervals as superscript and subscript distances."""
    from tabulate import tabulate

    rows = [[_latex(cell) for cell in row] for row in table.rows]
    headings = [latex_escaped(heading) for heading in table.headings]
    made = tabulate(rows, headings, tablefmt="latex_raw", disable_numparse=True)
    lines = made.splitlines()
    rules = iter(("\\toprule", "\\midrule", "\\bottomrule"))
    return "\n".join(next(rules) if line == "\\hline" else line for line in lines) + "\n"


def latex_escaped(text: str) -> str:
    """Text that means nothing but itself in LaTeX."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    parts = re.split("|".join(f"({re.escape(symbol)})" for symbol in SYMBOLS), line)
    return "".join(
        SYMBOLS.get(part) or "".join(LATEX.get(c, c) for c in part) for part in parts if part
    )


def _kind(table: TableBlock, column: int) -> tuple[str, ...]:
    """The endings of the names that a column is exported under."""
    cells = [row[column] for row in table.rows]
    ends: tuple[str, ...] = ("",)
    if any(cell.low is not None or cell.high is not None for cell in cells):
        ends = ("", " low", " high")
    return (*ends, " note") if any(cell.note for cell in cells) else ends


def _part(cell: Cell, end: str, ends: tuple[str, ...]) -> str:
    if end == " note":
        return _text(cell.note)
    number = {" low": cell.low, " high": cell.high}.get(end, cell.value)
    if number is not None:
        return f"{number:.6g}"
    return "" if end or " low" in ends else _text(cell.text)


def _text(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(UNSAFE) else text


def _latex(cell: Cell) -> str:
    shown = cell.text.partition(" ")[0]
    if cell.value is None or cell.low is None:
        return latex_escaped(cell.text)
    digits = len(shown.partition(".")[2])
    up = r"\infty" if cell.high is None else f"{cell.high - cell.value:.{digits}f}"
    return f"${shown}^{{+{up}}}_{{-{cell.value - cell.low:.{digits}f}}}$"
