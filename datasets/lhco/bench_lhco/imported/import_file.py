"""Imports a file in another layout as a dataset: all of it with its card, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from uuid import uuid4

from bench import (
    Context,
    ImportRequest,
    RequestError,
    Split,
    demand_held,
    did_you_mean,
    locked,
    make_folder,
    put_in_place,
    write_bytes,
)
from bench_lhco.cards import DivisionCard, FileCard, read_card, shipped_names, toml_of
from bench_lhco.cards.card import demand_name
from bench_lhco.files.sha256 import file_sha256
from bench_lhco.files.writer import LABELS
from bench_lhco.imported.columns import said_columns
from bench_lhco.imported.convert import Made, convert
from bench_lhco.imported.describe import card_of, meanings_of
from bench_lhco.imported.divided import meanings_of as splits_meant
from bench_lhco.imported.folders import demand_alone, files_of
from bench_lhco.imported.places import CARD, SPLITS, earlier_of, folder_of, imports, place_of
from bench_lhco.imported.portions import Portion, opened_portion
from bench_lhco.imported.readers import LAYOUTS
from bench_lhco.imported.stream import Foreign
from bench_lhco.imported.units import said_units

LARGE = 2**29  # bytes
"""Of a file that is hashed for seconds."""


def import_file(request: ImportRequest, context: Context) -> list[str]:
    """Convert a file and keep it as a dataset of this name; gives what was done, a line each.

    Raises:
        RequestError: a name that is bad or taken, or options that do not go together.
        InputError: what is wrong with a file.
    """
    _demand_free(request, context)
    portions = _portions(request)
    _first_look(portions)
    with _in_place(request, context) as folder:
        originals = [(file, file_sha256(file, context.progress)) for file in _files(request)]
        made = convert(portions, folder, context, skip=request.skip_bad_events)
        division = _division(request, made)
        written = [_file_card(made.role, made.file, context)]
        written += [_file_card("splits", made.file.with_name(SPLITS), context)] if division else []
        card = card_of(request, made, written, originals, division)
        write_bytes(folder / CARD, toml_of(card).encode())
        read_card(folder / CARD)
    counts = ", ".join(f"{label.events} {label.name}" for label in card.labels)
    folder = folder_of(request.name, context.data)
    return [f"{request.name}: {counts}; read as {made.layout}, kept in {folder}", *card.notes]


def _first_look(portions: Sequence[Portion]) -> None:
    """Read the beginning of large files, which may be refused before minutes of hashing.

    Raises:
        InputError: what is wrong with one.
    """
    for portion in portions:
        file = portion.foreign.file
        if file.is_file() and file.stat().st_size > LARGE:
            with opened_portion(portion) as opened:
                next(opened.slices, None)


def _file_card(
    role: Literal["events", "features", "splits"], file: Path, context: Context
) -> FileCard:
    return FileCard(role, file.name, sha256=file_sha256(file, context.progress))


def _demand_free(request: ImportRequest, context: Context) -> None:
    demand_name(request.name)
    for text in (request.title, request.source, request.licence, *request.label_meanings):
        if not text.isprintable():
            raise RequestError(f"{text!r:.80}: wanted one line of printable text for the card")
    for file in (*_given(request), request.labels):
        if file is not None and not file.name.isprintable():  # nor is what is no UTF-8
            raise RequestError(f"{str(file)!r:.80}: wanted a printable file name")
    if request.name in shipped_names():
        raise RequestError(f"{request.name} is a published dataset, wanted another name")
    if folder_of(request.name, context.data).exists() and not request.force:
        raise RequestError(f"there is a dataset {request.name} already; --force replaces it")


def _portions(request: ImportRequest) -> list[Portion]:
    """The files with where their labels come from.

    Raises:
        RequestError: options that do not go together.
    """
    if request.layout is not None and request.layout not in LAYOUTS:
        raise RequestError(f"no layout {request.layout!r}; {did_you_mean(request.layout, LAYOUTS)}")
    ways = {
        "--signal-file": request.signal_file,
        "--label": request.label,
        "--labels": request.labels,
    }
    if request.key is not None and not request.key.strip("/"):
        raise RequestError(f"--key {request.key!r}: wanted the name of what holds the events")
    if request.label_column is not None and request.label_column in request.without_columns:
        raise RequestError(f"column {request.label_column!r}: wanted as the label, or left out")
    meanings_of(request.label_meanings)
    _demand_one_division(request)
    given = [way for way, value in ways.items() if value is not None]
    if len(given) > 1:
        raise RequestError(f"{' and '.join(given)}: wanted one of them at most")
    split, meanings = (
        request.split_column,
        splits_meant(request.split_column, request.split_meanings),
    )
    units = said_units(request.units)
    files = {
        file: Foreign(
            file,
            request.layout,
            request.key,
            request.label_column,
            split,
            units,
            tuple(request.without_columns),
            request.tree,
            said_columns(request.columns),
        )
        for file in _given(request)
    }
    if request.signal_file is not None:
        background, signal = files[request.file], files[request.signal_file]
        return [
            Portion(background, assumed=0, allowed=LABELS[:1], meanings=meanings),
            Portion(signal, assumed=1, allowed=LABELS[1:], meanings=meanings),
        ]
    label = request.label if request.labels is None else request.labels
    if request.file.is_dir():
        by_file = files_of(request.file)
        return [Portion(files[file], label, part=part) for file, part in by_file.items()]
    if request.test_file is None:
        return [Portion(files[request.file], label, meanings=meanings)]
    parts = {
        Split.TRAIN: request.file,
        Split.VALID: request.valid_file,
        Split.TEST: request.test_file,
    }
    return [Portion(files[file], label, part=part) for part, file in parts.items() if file]


def _demand_one_division(request: ImportRequest) -> None:
    """Refuse options of a published division that do not go together.

    Raises:
        RequestError: which.
    """
    files = {"--test-file": request.test_file, "--valid-file": request.valid_file}
    given = [name for name, file in files.items() if file is not None]
    if given == ["--valid-file"]:
        raise RequestError("--valid-file: wanted --test-file too, as FILE would be the train part")
    others = {
        "--split-column": request.split_column,
        "--signal-file": request.signal_file,
        "--labels": request.labels,
    }
    for name, value in others.items():
        if given and value is not None:
            hint = "" if name == "--split-column" else "; labels have to be a column of each file"
            raise RequestError(f"{given[0]} and {name}: wanted one of them at most{hint}")
    column = request.split_column
    if column is not None and column in (request.label_column, *request.without_columns):
        raise RequestError(f"column {column!r}: wanted as the split, or as the label or left out")


def _division(request: ImportRequest, made: Made) -> DivisionCard | None:
    """Whose division the events have, and how many are in each part; None without one."""
    import numpy as np

    if made.splits is None:
        return None
    counts = np.bincount(made.splits, minlength=len(Split)).tolist()
    if request.file.is_dir():
        source = f"folder {request.file.name}"
    elif request.test_file is None:
        source = f"column {made.split_by!r} of {request.file.name}"
    else:
        files = (request.file, request.valid_file, request.test_file)
        source = f"files {', '.join(file.name for file in files if file)}"
    return DivisionCard(source, **{split.name.lower(): counts[split] for split in Split})


def _given(request: ImportRequest) -> list[Path]:
    """The files of events."""
    if request.file.is_dir():
        demand_alone(request)
        return list(files_of(request.file))
    files = (request.file, request.signal_file, request.valid_file, request.test_file)
    return [file for file in files if file is not None]


def _files(request: ImportRequest) -> Sequence[Path]:
    files = (*_given(request), request.labels)
    return [file for file in files if file is not None and file.is_file()]


@contextmanager
def _in_place(request: ImportRequest, context: Context) -> Iterator[Path]:
    """A new folder, which is the dataset's when the block ends well, and is gone if it does not."""
    room, folder = imports(context.data), place_of(request.name, context.data)
    earlier = earlier_of(request.name, context.data)
    make_folder(room)
    waiting = f"another process is importing {request.name}; waiting for it"
    with locked(room / f".{request.name}.lock", context.notice, waiting):
        for left in room.glob(f".{request.name}.*.tmp"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        _settle(folder, earlier)
        draft = room / f".{request.name}.{uuid4().hex}.tmp"
        draft.mkdir()
        try:
            yield draft
            _demand_free(request, context)
            demand_held()
            if folder.exists():
                folder.rename(earlier)
            try:
                put_in_place(draft, folder)
            except BaseException:  # what was there before is not lost
                if not draft.exists():
                    folder.rename(draft)
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            _settle(folder, earlier)


def _settle(folder: Path, earlier: Path) -> None:
    """Have only the dataset that is in its place, or give the one that was there it back."""
    if (folder / CARD).is_file():
        shutil.rmtree(earlier, ignore_errors=True)
    elif earlier.is_dir():
        if folder.is_dir():  # what is left of a dataset that could not stay
            shutil.rmtree(folder)
        earlier.rename(folder)
