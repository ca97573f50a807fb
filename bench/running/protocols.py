"""Runs under a protocol: what it sets is filled in, and what contradicts it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.api.errors import RequestError
from bench.metrics.floors import Floor
from bench.plugins.protocols import demand_protocol

if TYPE_CHECKING:
    from bench.plugins.registry import Registry
    from bench.storage.protocol import Protocol
    from bench.storage.request import RunRequest

SEED, SEEDS = "seed", "seeds"


def with_protocol(request: RunRequest, registry: Registry) -> tuple[RunRequest, Protocol | None]:
    """The request with what its protocol sets, and the protocol; as it is where none is named.

    A quick run takes as few events as it always does.

    Raises:
        RequestError: no such protocol, one of another dataset, or the request says something else.
    """
    if request.protocol is None:
        return request, None
    protocol = demand_protocol(request.protocol, registry)
    if request.dataset != protocol.dataset:
        raise RequestError(
            f"--protocol {protocol.name} is of {protocol.dataset}, not of {request.dataset}"
        )
    sets = {k: v for k, v in protocol.sets().items() if not (request.quick and k == "events")}
    filled = replace(request, **sets)
    for name in sets:
        said, value = getattr(request, name), getattr(filled, name)
        if said is not None and said != value:
            raise RequestError(_contradicted(protocol, f"{name} {value}", f"--{name} {said}"))
    return filled, protocol


def demand_floor(protocol: Protocol | None, floor: Floor | None) -> None:
    """Refuse another floor than that of the protocol.

    Raises:
        RequestError: both of them.
    """
    if protocol and protocol.floor and floor and floor != Floor.read(protocol.floor):
        raise RequestError(_contradicted(protocol, f"floor {protocol.floor}", f"--floor {floor}"))


def count_of_seeds(protocol: Protocol | None, seeds: int | None, *, one: bool) -> int:
    """How many fits of a model there are to be; one where nobody says.

    Args:
        protocol: which may set it.
        seeds: as many were asked for; None if nobody said how many.
        one: whether one seed was named, for a run of its own.

    Raises:
        RequestError: another number than that of the protocol.
    """
    own = protocol.seeds if protocol else None
    if protocol and own and seeds not in (None, own):
        raise RequestError(_contradicted(protocol, f"{own} seeds", f"--seeds {seeds}"))
    return seeds or (1 if one else own) or 1


def with_seeds(entry: Mapping[str, Any], protocol: Protocol) -> dict[str, Any]:
    """The entry of a study, over the seeds of its protocol where it names none.

    Raises:
        RequestError: it names another number of them.
    """
    seeds = entry.get(SEEDS)
    count_of_seeds(protocol, None if seeds is None else len(seeds), one=True)
    if protocol.seeds and not {SEED, SEEDS} & entry.keys():
        return {**entry, SEEDS: list(range(protocol.seeds))}
    return dict(entry)


def _contradicted(protocol: Protocol, sets: str, said: str) -> str:
    return f"--protocol {protocol.name} sets {sets}; {said} contradicts it, so leave one out"
