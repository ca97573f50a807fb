"""The runs that a command comes down to: one for each seed, as many as its protocol sets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.cli.options import was_said
from bench.running.protocols import count_of_seeds, demand_floor, with_protocol

if TYPE_CHECKING:
    from bench.metrics.floors import Floor
    from bench.plugins.registry import Registry
    from bench.running.parts import RunParts
    from bench.storage.request import RunRequest


def over_seeds(
    first: RunRequest, registry: Registry, seeds: int = 1, floor: Floor | None = None
) -> list[RunRequest]:
    """The requests, from the seed of the first one on, with what their protocol sets.

    Args:
        first: as it was typed.
        registry: of all parts.
        seeds: of `--seeds`, where the command has it; counts where it was typed.
        floor: of `--floor`, where the command has it.

    Raises:
        RequestError: what contradicts the protocol.
    """
    filled, protocol = with_protocol(first, registry)
    demand_floor(protocol, floor)
    said = seeds if was_said("seeds") else None
    count = count_of_seeds(protocol, said, one=was_said("seed"))
    return [replace(filled, seed=filled.seed + n) for n in range(count)]


def parts_over_seeds(first: RunRequest, seeds: int, floor: Floor | None) -> list[RunParts]:
    """The parts of each of them, of all that is installed.

    Raises:
        RequestError: what contradicts the protocol, or cannot work.
    """
    from bench.plugins.registry import load_registry
    from bench.running.parts import resolve_parts

    registry = load_registry()
    return [resolve_parts(one, registry) for one in over_seeds(first, registry, seeds, floor)]
