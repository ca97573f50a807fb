"""Score files as other tools write them: weaver, OmniLearned, and bare arrays of numpy's."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import InputError, RequestError
from bench.data.real_scores import real_scores
from bench.storage.extras import command

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

ARRAYS, ROOT = (".npy", ".npz"), ".root"
SCORES = ("score", "scores", "prediction", "predictions")
"""Names of an array of scores; OmniLearned's is `prediction`."""
LABELS = {"pid": "label"}
"""Names that other tools have for a column."""
COLUMNS = ("event", "index", "label", "sample")
"""What else is taken of a file."""
OF_CLASS, SIGNAL = "score_", "score_label_signal"
"""Scores of a class in weaver's ROOT files, and those of signal."""
CLASS = "_label_"
"""Which of its classes an event is of, as weaver writes it."""


def read_arrays(file: Path) -> pd.DataFrame:
    """The scores in a file of numpy's, with what it says of their events.

    Raises:
        InputError: there are none in it, or of more than two classes.
    """
    import numpy as np
    import pandas as pd

    with file.open("rb") as stream:
        try:
            loaded = np.load(stream, allow_pickle=False)
            arrays = {"score": loaded} if file.suffix.lower() == ARRAYS[0] else dict(loaded)
        except ValueError as error:  # numpy's own words advise to load it unsafely
            raise InputError(f"{file}: no arrays of numbers of numpy's") from error
    if len(arrays) == 1:
        arrays = {"score": next(iter(arrays.values()))}
    names = [name for name in SCORES if name in arrays]
    if len(names) != 1:
        raise InputError(
            f"{file}: arrays {', '.join(arrays)[:80]}; wanted one called {' or '.join(SCORES)}"
        )
    columns = {"score": _of_signal(file, arrays[names[0]])}
    for name, values in arrays.items():
        called = LABELS.get(name, name)
        if called in COLUMNS and values.shape == columns["score"].shape:
            columns[called] = values
    return pd.DataFrame(columns)


def read_root(file: Path) -> pd.DataFrame:
    """The plain branches of the one tree in a ROOT file.

    Raises:
        RequestError: nothing that reads ROOT is installed.
        InputError: no tree, or several.
    """
    import pandas as pd

    if find_spec("uproot") is None:
        raise RequestError(
            f"{file}: uproot is not installed, which reads it: {command('root')};"
            " or have the tool write .parquet"
        )
    import uproot

    with uproot.open(file) as opened:
        trees = [name for name, kind in opened.classnames().items() if kind == "TTree"]
        if len(trees) != 1:
            listed = ", ".join(trees) or "none"
            raise InputError(f"{file}: wanted one tree, there is: {listed}")
        branches = opened[trees[0]].arrays(library="np")
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
