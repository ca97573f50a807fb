"""Which look at the valid split a fit scores with: the best, the last, or one by its number."""

from __future__ import annotations

from pathlib import Path

import bench

BEST, LAST, ALL = "best", "last", "all"
FOLDER, ABOUT = "looks", "look.json"


def demand_look(look: str, looks: str, most: int) -> None:
    """Refuse a look that no fit with such options has.

    Args:
        look: `best`, `last` or a number from 1 on, as somebody asked for it.
        looks: which are kept, `best` or `all`.
        most: how many there are if the training goes on to its end.

    Raises:
        ValueError: what is wrong with it.
    """
    if look == BEST:
        return
    if look != LAST and not (look.isdecimal() and look.isascii() and int(look) > 0):
        raise ValueError(f"look={look}: wanted {BEST}, {LAST} or a number from 1 on")
    if looks != ALL:
        raise ValueError(f"look={look}: a fit keeps the {BEST} look alone without looks={ALL}")
    if look != LAST and int(look) > most:
        raise ValueError(f"look={look}: a training of so many epochs has {most} looks at most")


def count_looks(fit: Path) -> int:
    """How many looks are kept with what was saved of a fit."""
    return sum(1 for _ in (fit / FOLDER).glob(f"*/{ABOUT}"))


def look_folder(fit: Path, look: str) -> Path:
    """The folder of what a fit had learned at a look.

    Args:
        fit: what was saved of it.
        look: `best`, `last` or a number from 1 on.

    Raises:
        RequestError: there are not so many.
    """
    if look == BEST:
        return fit
    count = count_looks(fit)
    number = count if look == LAST else int(look)
    if not 1 <= number <= count:
        raise bench.RequestError(f"look={look}: this fit has {count} looks")
    return fit / FOLDER / str(number)
