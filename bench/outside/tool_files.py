"""Score files as other tools write them: weaver, OmniLearned, and bare arrays of numpy's."""

from __future__ import annotations

from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZipFile

from bench.api.errors import InputError, RequestError
from bench.data.real_scores import real_scores
from bench.storage.extras import command

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

TREES = ("TTree", "ROOT::RNTuple")
ARRAYS, ROOT = (".npy", ".npz"), ".root"
SCORES = ("score", "scores", "prediction", "predictions")
"""Names of an array of scores; OmniLearned's is `prediction`."""
WANTED = f"wanted one called {' or '.join(SCORES)}"
LABELS = {"pid": "label"}
"""Names that other tools have for a column."""
COLUMNS = ("event", "index", "label", "sample")
"""What else is taken of a file."""
MEMBERS, CLASSES, WIDEST = 100, 100, 64
"""Arrays of a file, scores of an event, bytes of a score."""
OF_CLASS, SIGNAL = "score_", "score_label_signal"
"""Scores of a class in weaver's ROOT files, and those of signal."""
CLASS = "_label_"
"""Which of its classes an event is of, as weaver writes it."""


def demand_readable(file: Path) -> None:
    """Refuse a file that nothing here reads.

    Raises:
        RequestError: what to install.
    """
    if file.suffix.lower() == ROOT and find_spec("uproot") is None:
        raise RequestError(
            f"{file}: uproot is not installed, which reads it: {command('root')};"
            " or have the tool write .parquet"
        )


def is_used(name: str) -> bool:
    """Whether anything is made of a column of this name, in a file whose columns have types."""
    plain = name.strip()
    return plain in (*COLUMNS, "score", "scores", CLASS) or plain.startswith(OF_CLASS)


def read_arrays(file: Path, most: int) -> pd.DataFrame:
    """The scores in a file of numpy's, with what it says of their events.

    Raises:
        InputError: there are none in it, of more than two classes, or of too many events.
    """
    import pandas as pd

    single = file.suffix.lower() == ARRAYS[0]
    arrays = {"score": _array(file, most)} if single else _packed(file, most)
    if len(arrays) == 1:
        arrays = {"score": next(iter(arrays.values()))}
    names = [name for name in SCORES if name in arrays]
    if len(names) != 1:
        raise InputError(f"{file}: arrays {', '.join(arrays)[:80]}; {WANTED}")
    columns = {"score": _of_signal(file, arrays[names[0]])}
    for name, values in arrays.items():
        called = LABELS.get(name, name)
        if called in COLUMNS and values.shape == columns["score"].shape:
            columns[called] = values
    return pd.DataFrame(columns)


def _array(file: Path, most: int) -> NDArray[Any]:
    """The array of a file, which has as many bytes as it says."""
    with file.open("rb") as stream:
        return _values(file, stream, file.stat().st_size, most)


def _packed(file: Path, most: int) -> dict[str, NDArray[Any]]:
    """The arrays of a file of several, those that are used."""
    with ZipFile(file) as packed:
        members = {one.filename.removesuffix(".npy"): one for one in packed.infolist()}
        if len(members) > MEMBERS:
            raise InputError(f"{file}: {len(members)} arrays, wanted at most {MEMBERS}")
        used = (*SCORES, *LABELS, *COLUMNS)
        names = [name for name in members if name in used] if len(members) > 1 else list(members)
        if not names:
            raise InputError(f"{file}: arrays {', '.join(members)[:80]}; {WANTED}")
        arrays = {}
        for name in names:
            with packed.open(members[name]) as stream:
                arrays[name] = _values(file, stream, members[name].file_size, most)
        return arrays


def _values(file: Path, stream: IO[bytes], size: int, most: int) -> NDArray[Any]:
    """An array whose header is looked at before anything of its size is made."""
    import numpy as np
    from numpy.lib import format as npy

    try:
        version = npy.read_magic(stream)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        shape, column_order, dtype = read(stream)
    except (ValueError, KeyError) as error:
        raise InputError(f"{file}: no arrays of numbers of numpy's") from error
    if dtype.hasobject:  # numpy's own words advise to load it unsafely
        raise InputError(f"{file}: no arrays of numbers of numpy's")
    if shape[:1] > (most,) or prod(shape[1:]) > 2 * CLASSES:
        raise InputError(f"{file}: an array of shape {shape}, wanted at most {most} scores")
    needed = prod(shape) * dtype.itemsize
    if needed > size or dtype.itemsize > WIDEST:
        raise InputError(f"{file}: says {needed} bytes of {dtype!s:.40} and has at most {size}")
    content = stream.read(needed)
    if len(content) < needed:
        raise InputError(f"{file}: an array is cut off")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if column_order else "C")


def read_root(file: Path, most: int) -> pd.DataFrame:
    """The plain branches of the one tree in a ROOT file.

    Raises:
        InputError: no tree, several, or one of too many rows.
    """
    import pandas as pd
    import uproot

    with uproot.open(file) as opened:
        trees = [name for name, kind in opened.classnames().items() if kind in TREES]
        if len(trees) != 1:
            listed = ", ".join(trees) or "none"
            raise InputError(f"{file}: wanted one tree, there is: {listed}")
        tree = opened[trees[0]]
        if not 0 <= tree.num_entries <= most:
            raise InputError(f"{file}: {tree.num_entries} rows, wanted at most {most}")
        names = [n for n in tree.keys(recursive=False) if is_used(n)]
        branches = tree.arrays(names, library="np") if names else {}
    return pd.DataFrame({name: v for name, v in branches.items() if v.dtype.kind in "biuf"})


def as_scores(file: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with a column `score`, where it is one of weaver's.

    Event ids that were written as signed numbers, as torch takes no others of 64 bits, are what
    they were.

    Raises:
        InputError: it does not say which of its classes is signal.
    """
    import numpy as np

    if "score" in frame:
        return frame
    if "scores" in frame and CLASS in frame:
        score: Any = _of_classes(file, frame)
    elif SIGNAL in frame:
        score = frame[SIGNAL]
    elif of_classes := [str(name) for name in frame if str(name).startswith(OF_CLASS)]:
        raise InputError(f"{file}: {', '.join(of_classes)[:80]}; wanted {SIGNAL} or score")
    else:
        return frame
    columns = frame[[name for name in COLUMNS if name in frame]].assign(score=score)
    if "event" in columns and columns["event"].dtype == np.int64:
        columns["event"] = columns["event"].to_numpy().view(np.uint64)
    return columns


def _of_classes(file: Path, frame: pd.DataFrame) -> NDArray[np.float64]:
    """P(signal) of events that have a score for each class: (n,).

    Which class is signal follows from the labels, as the classes have numbers here and no names.
    """
    import numpy as np

    try:
        stacked = np.stack(frame["scores"].tolist())
    except (ValueError, TypeError) as error:
        raise InputError(f"{file}: scores are no lists of one length: {error!s:.80}") from error
    scores = real_scores(stacked, f"{file}: scores")
    if scores.ndim != 2 or scores.shape[1] != 2 or "label" not in frame:
        raise InputError(
            f"{file}: scores of shape {scores.shape} of classes without names; wanted two classes"
            " and `label` among weaver's observers, or its predictions as .root"
        )
    signal = frame["label"].to_numpy() == 1
    for place in (0, 1):
        if np.array_equal(frame[CLASS].to_numpy() == place, signal):
            return scores[:, place]
    raise InputError(f"{file}: {CLASS} is no class that `label` is 1 for, wanted the two to agree")


def _of_signal(file: Path, scores: NDArray[np.generic]) -> NDArray[np.float64]:
    """P(signal) of each event, (n,), of scores of one class or of background and signal."""
    scores = real_scores(scores, f"{file}: scores")
    if not 1 <= scores.ndim <= 2:
        raise InputError(f"{file}: scores of shape {scores.shape}, wanted scores (events,)")
    if scores.ndim == 2 and scores.shape[1] > 2:
        raise InputError(
            f"{file}: scores of {scores.shape[1]} classes, wanted those of background and signal"
        )
    return scores if scores.ndim == 1 else scores[:, -1]
