"""Brings a file in another layout in as a dataset: all of it with its card, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock

from bench import Context, ImportRequest, RequestError, Split, did_you_mean, write_bytes
from bench_lhco.cards import DivisionCard, FileCard, read_card, shipped_names, toml_of
from bench_lhco.cards.card import demand_name
from bench_lhco.files.sha256 import file_sha256
from bench_lhco.files.writer import LABELS
from bench_lhco.imported.convert import Made, convert
from bench_lhco.imported.describe import card_of, meanings_of
from bench_lhco.imported.divided import meanings_of as splits_meant
from bench_lhco.imported.places import CARD, SPLITS, folder_of, imports
from bench_lhco.imported.portions import Portion
from bench_lhco.imported.readers import LAYOUTS
from bench_lhco.imported.stream import Foreign
from bench_lhco.imported.units import said_units


def bring(wanted: ImportRequest, context: Context) -> list[str]:
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
        division = _division(wanted, made)
        files = [(made.role, made.file)]
        files += [(Path(SPLITS).stem, made.file.with_name(SPLITS))] if division else []
        kept = [FileCard(r, f.name, sha256=file_sha256(f, context.progress)) for r, f in files]
        card = card_of(wanted, made, kept, originals, division)
        write_bytes(folder / CARD, toml_of(card).encode())
        read_card(folder / CARD)
    told = ", ".join(f"{label.events} {label.name}" for label in card.labels)
    kept = folder_of(wanted.name, context.data)
    return [f"{wanted.name}: {told}; read as {made.layout}, kept in {kept}", *card.notes]


def _demand_free(wanted: ImportRequest, context: Context) -> None:
    demand_name(wanted.name)
    for text in (wanted.title, wanted.source, wanted.licence, *wanted.label_meanings):
        if not text.isprintable():
            raise RequestError(f"{text!r:.80}: wanted one line of printable text for the card")
    for file in (*_given(wanted), wanted.labels):
        if file is not None and not file.name.isprintable():  # nor is what is no UTF-8
            raise RequestError(f"{str(file)!r:.80}: wanted a printable file name")
    if wanted.name in shipped_names():
        raise RequestError(f"{wanted.name} is a published dataset, wanted another name")
    if folder_of(wanted.name, context.data).exists() and not wanted.force:
        raise RequestError(f"there is a dataset {wanted.name} already; --force replaces it")


def _portions(wanted: ImportRequest) -> list[Portion]:
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
    _demand_one_division(wanted)
    given = [way for way, value in ways.items() if value is not None]
    if len(given) > 1:
        raise RequestError(f"{' and '.join(given)}: wanted one of them at most")
    split, meanings = wanted.split_column, splits_meant(wanted.split_column, wanted.split_meanings)
    units = said_units(wanted.units)
    files = {
        file: Foreign(
            file,
            wanted.layout,
            wanted.key,
            wanted.label_column,
            split,
            units,
            tuple(wanted.without_columns),
        )
        for file in _given(wanted)
    }
    if wanted.signal_file is not None:
        background, signal = files[wanted.file], files[wanted.signal_file]
        return [
            Portion(background, assumed=0, allowed=LABELS[:1], meanings=meanings),
            Portion(signal, assumed=1, allowed=LABELS[1:], meanings=meanings),
        ]
    label = wanted.label if wanted.labels is None else wanted.labels
    if wanted.test_file is None:
        return [Portion(files[wanted.file], label, meanings=meanings)]
    parts = {
        Split.TRAIN: wanted.file,
        Split.VALID: wanted.valid_file,
        Split.TEST: wanted.test_file,
    }
    return [Portion(files[file], label, part=part) for part, file in parts.items() if file]


def _demand_one_division(wanted: ImportRequest) -> None:
    """Refuse options of a published division that do not go together.

    Raises:
        RequestError: which.
    """
    files = {"--test-file": wanted.test_file, "--valid-file": wanted.valid_file}
    given = [name for name, file in files.items() if file is not None]
    if given == ["--valid-file"]:
        raise RequestError("--valid-file: wanted --test-file too, as FILE would be the train part")
    others = {
        "--split-column": wanted.split_column,
        "--signal-file": wanted.signal_file,
        "--labels": wanted.labels,
    }
    for name, value in others.items():
        if given and value is not None:
            hint = "" if name == "--split-column" else "; labels have to be a column of each file"
            raise RequestError(f"{given[0]} and {name}: wanted one of them at most{hint}")
    column = wanted.split_column
    if column is not None and column in (wanted.label_column, *wanted.without_columns):
        raise RequestError(f"column {column!r}: wanted as the split, or as the label or left out")


def _division(wanted: ImportRequest, made: Made) -> DivisionCard | None:
    """Whose division the events have, and how many are in each part; None without one."""
    import numpy as np

    if made.splits is None:
        return None
    counts = np.bincount(made.splits, minlength=len(Split)).tolist()
    if wanted.test_file is None:
        source = f"column {wanted.split_column!r} of {wanted.file.name}"
    else:
        files = (wanted.file, wanted.valid_file, wanted.test_file)
        source = f"files {', '.join(file.name for file in files if file)}"
    return DivisionCard(source, **{split.name.lower(): counts[split] for split in Split})


def _given(wanted: ImportRequest) -> list[Path]:
    """The files of events."""
    files = (wanted.file, wanted.signal_file, wanted.valid_file, wanted.test_file)
    return [file for file in files if file is not None]


def _files(wanted: ImportRequest) -> Sequence[Path]:
    files = (*_given(wanted), wanted.labels)
    return [file for file in files if file is not None and file.is_file()]


@contextmanager
def _in_place(wanted: ImportRequest, context: Context) -> Iterator[Path]:
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
