"""The sha256 of a twin, recorded beside it when it is made and compared whenever it is opened."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bench_lhco.files import demand_recorded
from bench_lhco.files.sha256 import record_sha256
from bench_lhco.labels import NOMINAL


def demand_as_made(path: Path, digest: str, dataset: str, variation: str = NOMINAL) -> None:
    """Refuse a twin that is not what was made; one of an earlier bench is recorded as it is.

    Raises:
        InputError: a byte of it is another one, with the command that makes it anew.
    """
    varied = "" if variation == NOMINAL else f" --set variation={variation}"
    command = f"bench data make {dataset}{varied} --force"
    way_out = f"; it was damaged or changed, `{command}` makes it anew"
    if demand_recorded(path, digest, way_out=way_out) is None:
        with suppress(OSError):  # a folder that others share may be read only
            record_sha256(path, digest)
