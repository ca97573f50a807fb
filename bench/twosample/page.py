"""A comparison as a folder: the page, its figures, and every feature's figures to take away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.report.exports import to_csv
from bench.report.markdown import markdown
from bench.storage.drafts import drafted
from bench.storage.files import write_bytes
from bench.twosample.blocks import feature_table, page
from bench.twosample.drawing import draw

if TYPE_CHECKING:
    from bench.twosample.comparison import Comparison

PAGE, FIGURES, FEATURES, SHARED = "compare.md", "figures", "features.csv", "shared.csv"


def demand_own(folder: Path) -> None:
    """Refuse a folder in which something that is no comparison's would be replaced.

    Raises:
        RequestError: what is there.
    """
    for name in (FIGURES, FEATURES, SHARED):
        if (folder / name).exists() and not (folder / PAGE).is_file():
            raise RequestError(f"{folder}: has {name} but no {PAGE}; wanted a folder of its own")


def write_page(comparison: Comparison, folder: Path) -> Path:
    """Write the page of a comparison into a folder; gives its path.

    The same events give the same bytes. Those of an earlier comparison there are replaced.

    Raises:
        RequestError: as `demand_own`.
    """
    demand_own(folder)
    with drafted(folder) as draft:
        (draft / FIGURES).mkdir()
        pictures = draw(comparison, draft, FIGURES)
        write_bytes(draft / FEATURES, to_csv(feature_table(comparison.features)).encode())
        if len(comparison.pair.shared):
            lines = ["event", *(f"{event:016x}" for event in comparison.pair.shared)]
            write_bytes(draft / SHARED, ("\n".join(lines) + "\n").encode())
        write_bytes(draft / PAGE, markdown(page(comparison, pictures)).encode())
    if not len(comparison.pair.shared):
        (folder / SHARED).unlink(missing_ok=True)
    return folder / PAGE
