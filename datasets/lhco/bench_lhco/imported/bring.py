"""Brings a file in another layout in as a dataset: all of it with its card, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock

from bench import Context, Import, RequestError, did_you_mean, write_bytes
from bench_lhco.cards import read_card, shipped_names, toml_of
from bench_lhco.cards.card import demand_name
from bench_lhco.files.sha256 import file_sha256
from bench_lhco.files.writer import LABELS
from bench_lhco.imported.convert import convert
from bench_lhco.imported.describe import card_of, meanings_of
from bench_lhco.imported.places import CARD, folder_of, imports
from bench_lhco.imported.portions import Portion
from bench_lhco.imported.readers import LAYOUTS
from bench_lhco.imported.stream import Foreign


def bring(wanted: Import, context: Context) -> list[str]:
    """Convert a file and keep it as a dataset of this name; gives what was done, a line each.

    Raises:
        RequestError: a name that is bad or taken, or options that do not go together.
        InputError: what is wrong with a file.
    """
    _demand_free(wanted, context)
    portions = _portions(wanted)
    with _in_place(wanted, context) as folder:
        originals = [(file, file_sha256(file, context.progress)) for file in _files(wanted)]
        made = convert(portions, folder, context, skip=wanted.skip_bad_events)
        card = card_of(wanted, made, file_sha256(made.file, context.progress), originals)
        write_bytes(folder / CARD, toml_of(card).encode())
        read_card(folder / CARD)
    told = ", ".join(f"{label.events} {label.name}" for label in card.labels)
    kept = folder_of(wanted.name, context.data)
    return [f"{wanted.name}: {told}; read as {made.layout}, kept in {kept}", *card.notes]


def _demand_free(wanted: Import, context: Context) -> None:
    demand_name(wanted.name)
    for text in (wanted.title, wanted.source, wanted.licence, *wanted.label_meanings):
        if not text.isprintable():
            raise RequestError(f"{text!r:.80}: wanted one line of printable text for the card")
    for file in (wanted.file, wanted.signal_file, wanted.labels):
        if file is not None and not file.name.isprintable():  # nor is what is no UTF-8
            raise RequestError(f"{str(file)!r:.80}: wanted a printable file name")
    if wanted.name in shipped_names():
        raise RequestError(f"{wanted.name} is a published dataset, wanted another name")
    if folder_of(wanted.name, context.data).exists() and not wanted.force:
        raise RequestError(f"there is a dataset {wanted.name} already; --force replaces it")


def _portions(wanted: Import) -> list[Portion]:
    """The files with where their labels come from.

    Raises:
        RequestError: options that do not go together.
    """
    if wanted.layout is not None and wanted.layout not in LAYOUTS:
        raise RequestError(f"no layout {wanted.layout!r}; {did_you_mean(wanted.layout, LAYOUTS)}")
    ways = {
        "--signal-file": wanted.signal_file,
        "--label": wanted.label,
        "--labels": wanted.labels,
    }
    if wanted.key is not None and not wanted.key.strip("/"):
        raise RequestError(f"--key {wanted.key!r}: wanted the name of what holds the events")
    if wanted.label_column is not None and wanted.label_column in wanted.without_columns:
        raise RequestError(f"column {wanted.label_column!r}: wanted as the label, or left out")
    meanings_of(wanted.label_meanings)
    given = [way for way, value in ways.items() if value is not None]
    if len(given) > 1:
        raise RequestError(f"{' and '.join(given)}: wanted one of them at most")
    files = [
        Foreign(file, wanted.layout, wanted.key, wanted.label_column, tuple(wanted.without_columns))
        for file in (wanted.file, wanted.signal_file)
        if file is not None
    ]
    if wanted.signal_file is None:
        return [Portion(files[0], wanted.label if wanted.labels is None else wanted.labels)]
    background, signal = files
    return [
        Portion(background, assumed=0, allowed=LABELS[:1]),
        Portion(signal, assumed=1, allowed=LABELS[1:]),
    ]


def _files(wanted: Import) -> Sequence[Path]:
    files = (wanted.file, wanted.signal_file, wanted.labels)
    return [file for file in files if file is not None and file.is_file()]


@contextmanager
def _in_place(wanted: Import, context: Context) -> Iterator[Path]:
    """A new folder, which is the dataset's when the block ends well, and is gone if it does not."""
    room, folder = imports(context.data), folder_of(wanted.name, context.data)
    room.mkdir(parents=True, exist_ok=True)
    with FileLock(room / f".{wanted.name}.lock"):
        for left in room.glob(f".{wanted.name}.*.tmp"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        draft = room / f".{wanted.name}.{uuid4().hex}.tmp"
        draft.mkdir()
        try:
            yield draft
            _demand_free(wanted, context)
            if folder.exists():
                folder.rename(room / f".{wanted.name}.{uuid4().hex}.tmp")
            draft.rename(folder)
        finally:
            for left in room.glob(f".{wanted.name}.*.tmp"):
                shutil.rmtree(left, ignore_errors=True)
