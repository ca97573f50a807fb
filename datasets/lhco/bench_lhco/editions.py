"""What an edition is called: `official`, `imported`, `twin`, or `twin:recoil` of a variation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bench
from bench_lhco.labels import NOMINAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TWIN = "twin"


def twin_edition(variation: str) -> str:
    """`twin`, or `twin:recoil` of a variation."""
    return TWIN if variation == NOMINAL else f"{TWIN}:{variation}"


def twin_name(dataset: str, variation: str) -> str:
    """The name of a twin's file."""
    return f"{dataset}.twin.h5" if variation == NOMINAL else f"{dataset}.{variation}.twin.h5"


def edition_of_file(
    file: Path, provenance: Mapping[str, object] | None, edition: str | None, variation: str
) -> str:
    """The edition that a file is of, by what it says of itself.

    Args:
        file: for messages.
        provenance: what it says, if it is a file of ours.
        edition: the one wanted, if any.
        variation: the one wanted; a file of another one is not to be taken for it.

    Raises:
        InputError: it is of another one.
    """
    said = provenance or {}
    own = str(said.get("variation", NOMINAL))
    recorded = twin_edition(own) if own != NOMINAL else str(said.get("edition", "official"))
    if edition not in (None, TWIN, recorded) or (edition == TWIN and not recorded.startswith(TWIN)):
        raise bench.InputError(f"{file} is the {recorded} edition, wanted {edition}")
    if own != variation:
        raise bench.InputError(
            f"{file} is the {recorded} edition, wanted {twin_edition(variation)}; "
            f"--set variation={own} reads it as what it is"
        )
    return recorded


def demand_varied_twin(edition: str | None, variation: str) -> None:
    """Refuse the official edition of a variation.

    Raises:
        RequestError: as simulations alone are varied.
    """
    if edition == "official" and variation != NOMINAL:
        raise bench.RequestError(
            f"the official edition has no variation {variation}; leave one of them out"
        )
