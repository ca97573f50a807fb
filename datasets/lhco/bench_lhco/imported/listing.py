"""Lists the imported datasets: a class for each card in the home folder."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path

import bench
from bench_lhco.imported.places import CARD, EARLIER, folder_of, imports

_log = logging.getLogger(__name__)


def imported(data: Path, taken: Collection[str]) -> list[type[bench.Dataset]]:
    """The imported datasets, by name; one with a broken card is warned of and left out.

    Args:
        data: the folder of data files.
        taken: names that a dataset has already.
    """
    datasets = []
    for name in _names(imports(data)):
        try:
            datasets.append(_dataset(name, folder_of(name, data), taken))
        except bench.BenchError as error:
            _log.warning("the imported dataset %s is left out: %s", name, error)
    return datasets


def _names(room: Path) -> list[str]:
    """Those of whole imports, in order; none where the room is not there."""
    try:
        names = {p.name for p in room.iterdir() if p.is_dir()}
        replaced = {n[1 : -len(EARLIER)] for n in names if n[0] == "." and n.endswith(EARLIER)}
        return sorted(replaced | {name for name in names if not name.startswith(".")})
    except FileNotFoundError:
        return []
    except OSError as error:
        _log.warning("the imported datasets are left out: %s: %s", room, error.strerror)
        return []


def _dataset(name: str, folder: Path, taken: Collection[str]) -> type[bench.Dataset]:
    """The class that an imported dataset is.

    Raises:
        InputError: a broken card, or one of another name.
    """
    from bench_lhco.cards import read_card
    from bench_lhco.imported.datasets import dataset_of

    card = read_card(folder / CARD)
    if card.name != name or card.name in taken:
        why = "another dataset's" if card.name in taken else f"not the folder's, {name}"
        raise bench.InputError(f"{folder / CARD}: the name {card.name} is {why}")
    return dataset_of(card)
