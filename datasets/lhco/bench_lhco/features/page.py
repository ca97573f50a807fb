"""The page that documents the feature sets, made from their columns.

`python -m bench_lhco.features.page docs/reference/features.md` writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tabulate import tabulate

from bench_lhco.features.sets import SETS

HEAD = """# Features

What `--set features=NAME` chooses among, made from the columns themselves by
`python -m bench_lhco.features.page docs/reference/features.md`. Jets are anti-kt of R = 1.0 over
20 GeV unless `--set radius` and `--set min_pt` say otherwise, the first one being the harder one; a
column of a jet that is not there is 0.
"""


def page() -> str:
    """The text of the page, a table for each set."""
    return "\n".join([HEAD, *(_section(name) for name in SETS)])


def _section(name: str) -> str:
    features = SETS[name]
    others = (n for n, other in SETS.items() if set(other.columns) < set(features.columns))
    base = next(others, None)
    inherited = SETS[base].columns if base else ()
    rows = [
        (f"`{column.name}`", column.unit, column.group, column.meaning.replace("|", "\\|"))
        for column in features.columns
        if column not in inherited
    ]
    summary = f"{len(features.columns)} columns: {features.meaning}."
    if base:
        summary += f" Those of `{base}`, and:"
    table = tabulate(rows, ("column", "unit", "group", "meaning"), tablefmt="github")
    return f"## `{name}`\n\n{summary}\n\n{table}\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
