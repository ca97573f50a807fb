"""Writes the fitted model of a run into a folder that others can load, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import InputError, RequestError
from bench.api.table import Column, Table
from bench.data.encode import read_learned, view_modules
from bench.exporting.card import card
from bench.exporting.record import CARD, ENCODERS, ExportRecord, digests
from bench.plugins.interruption import raise_if_users
from bench.running.fit_request import COLUMNS, MODEL
from bench.running.fit_request import ENCODERS as LEARNED
from bench.running.stored_fit import fit_folder, parts_of
from bench.storage.distributions import changes
from bench.storage.files import naming, put_in_place
from bench.storage.parse import read_json
from bench.storage.secrets import mask_files, masked

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.inputs import Learned
    from bench.api.parts import Encoder
    from bench.plugins.registry import Registry
    from bench.storage.home import Home
    from bench.storage.record import PartRecord, RunRecord
    from bench.storage.store import Run


def export(run: Run, folder: Path, registry: Registry, home: Home, context: Context) -> None:
    """Write the run's fitted model, what its encoders learned, and a card.

    Raises:
        RequestError: the run has no model to export, or the folder has something in it.
    """
    fit = fit_folder(run, home, "exporting")
    _demand_empty(folder)
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = tempfile.TemporaryDirectory(
        prefix=f".{folder.name}.", dir=folder.parent, ignore_cleanup_errors=True
    )
    with naming(folder), beside as scratch:
        draft = Path(scratch) / folder.name  # the name that snippets of the card say
        draft.mkdir()
        _write(run, fit, draft, registry, context)
        shared = draft.stat().st_mode & 0o666  # some libraries write files for their owner alone
        for path in (*draft.rglob("*"), draft):
            if path.is_file():
                path.chmod(shared)
        if folder.is_dir():
            folder.rmdir()
        put_in_place(draft, folder)


def _write(run: Run, fit: Path, folder: Path, registry: Registry, context: Context) -> None:
    record = run.record
    assert record.model is not None
    for line in changes(record.versions):
        context.notice(f"{line}: the exported model may score differently")
    model, encoders = parts_of(record, registry)
    learned = read_learned(encoders, fit / LEARNED)
    context = replace(
        context, seed=record.seed, view_modules=view_modules(model, encoders, learned)
    )
    shutil.copytree(fit / LEARNED, folder / ENCODERS)
    local = _local_names([record.model, *record.encoders])
    written = ExportRecord(
        run=run.name,
        model=_without_paths(record.model, local),
        encoders=[_without_paths(encoder, local) for encoder in record.encoders],
        columns=read_json(fit / COLUMNS, list[Column]),
        seed=record.seed,
        without=record.without,
        versions=record.versions,
    )
    written.write(folder)  # for the model's own part to read
    matter = model.export(fit / MODEL, folder, context)
    text = card(run, written, folder, matter, beside=_reads_beside(encoders, learned, written))
    for path, name in local.items():
        text = text.replace(path, name)
    (folder / CARD).write_text(masked(text), encoding="utf-8")
    mask_files(folder)
    replace(written, files=digests(folder)).write(folder)


def _reads_beside(encoders: Sequence[Encoder], learned: Learned, written: ExportRecord) -> bool:
    """Whether an encoder reads a file beside the table, without which it refuses even no events."""
    import numpy as np

    x, none = np.zeros((0, len(written.columns)), np.float32), np.zeros(0)
    ids, y = none.astype(np.uint64), none.astype(np.int8)
    table = Table(tuple(written.columns), x, y, ids, none)
    try:
        for encoder in encoders:
            encoder.encode(table, learned[encoder.name])
    except InputError:
        return True
    except Exception as error:  # it cannot encode no events, which is nothing to the user
        raise_if_users(error)
    return False


def _demand_empty(folder: Path) -> None:
    """Refuse a folder that has something in it.

    Raises:
        RequestError: it has, or it is a file.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RequestError(f"{folder}: wanted a folder that is new or empty")


def _local_names(parts: Sequence[PartRecord]) -> dict[str, str]:
    """Options' values that name a place on this machine, each with its last part, longest first."""
    values = {value for part in parts for value in part.options.values() if _is_place(value)}
    return {value: Path(value).name for value in sorted(values, key=len, reverse=True)}


def _is_place(value: object) -> bool:
    """Whether a value is a path, and more than a name."""
    if not isinstance(value, str) or Path(value).name == value:
        return False
    path = Path(value).expanduser()
    return path.is_absolute() or path.exists()


def without_places(record: RunRecord) -> RunRecord:
    """A record as others may see it: of every place on this machine its last name alone."""
    samples = {
        name: replace(sample, options=_shown(sample.options))
        for name in ("train", "valid", "sample")
        if (sample := getattr(record, name)) is not None
    }
    parts = [replace(part, options=_shown(part.options)) for part in record.encoders]
    model = record.model and replace(record.model, options=_shown(record.model.options))
    return replace(record, request=_shown(record.request), model=model, encoders=parts, **samples)


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    return Path(value).name if _is_place(value) else value


def _without_paths(part: PartRecord, local: dict[str, str]) -> PartRecord:
    options: dict[str, Any] = {
        name: local.get(value, value) if isinstance(value, str) else value
        for name, value in part.options.items()
    }
    return replace(part, options=options)
