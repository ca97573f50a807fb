"""Which run an entry of a study goes on from: the same one when the study is done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.storage.called import called, saying
from bench.storage.fingerprint import digest

if TYPE_CHECKING:
    from bench.running.parts import RunParts
    from bench.storage.store import Store

START = "start"


def settled(parts: RunParts, store: Store) -> RunParts:
    """The same; the run that it goes on from is named so that it stays that one.

    Of a name that many runs share it is the newest one, but for those that this entry was done as
    before: else it would go on from itself when the study is done again.

    Raises:
        RequestError: no such run.
    """
    request = parts.request
    if request.start is None:
        return parts
    own, name = _but_start(request.said()), request.start
    others = []
    if not (store.root / name).is_dir():
        runs = called(store.runs(saying(name)), name)
        others = [run for run in runs if _but_start(run.record.request) != own]
    run = others[-1] if others else store.pick([name])[0]
    return replace(parts, request=replace(request, start=run.name))


def _but_start(said: Mapping[str, Any]) -> str:
    """What was asked for, whatever it goes on from."""
    return digest({name: value for name, value in said.items() if name != START})
