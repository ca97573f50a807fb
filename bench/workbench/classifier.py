"""Scores of a classifier of one's own: of an object with `predict_proba`, or event by event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bench.api.errors import InputError
from bench.data.real_scores import real_scores

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.workbench.events import Events

SHOWN = 3
"""Names that an error shows."""


def scores_of(classifier: Any, events: Events, name: str) -> dict[str, pd.Series[float]]:
    """P(signal) by event id, of the valid split and of the test events.

    Of scores by event those are given that there are; a split without any is empty.

    Raises:
        InputError: neither a classifier nor scores, or such that fit neither the features nor the
            events.
    """
    if hasattr(classifier, "predict_proba"):
        frames = {"valid": events.valid, "test": events.test}
        return {role: _predicted(classifier, frame, events) for role, frame in frames.items()}
    return _by_event(classifier, events, name)


def _predicted(classifier: Any, frame: pd.DataFrame, events: Events) -> pd.Series[float]:
    import pandas as pd

    features = _features(classifier, events)
    # fitted on an array, it reads an array: a frame would make scikit-learn warn
    plain = hasattr(classifier, "n_features_in_") and not hasattr(classifier, "feature_names_in_")
    x = frame[features]
    try:
        given = classifier.predict_proba(x.to_numpy() if plain else x)
    except ValueError as error:
        if type(error).__name__ != "NotFittedError":  # scikit-learn's, which need not be installed
            raise
        of = type(classifier).__name__
        how = "fit it on ev.train[ev.features] and ev.train['label']"
        raise InputError(f"the {of} is not fitted; {how}") from error
    given = real_scores(given, "predict_proba's")
    return pd.Series(_signal(classifier, given, len(frame)), index=frame["event"].to_numpy())


def _features(classifier: Any, events: Events) -> list[str]:
    """The features that it was fitted on, or all of them where it does not say."""
    named = getattr(classifier, "feature_names_in_", None)
    if named is None:
        return events.features
    if strange := [str(name) for name in named if name not in events.units]:
        raise InputError(
            f"the classifier was fitted on {', '.join(strange[:SHOWN])}, no feature of these "
            "events; fit it on ev.train[ev.features]"
        )
    return [str(name) for name in named]


def _signal(classifier: Any, given: NDArray[np.float64], events: int) -> NDArray[np.float64]:
    """The column of signal, whose label is 1: (n, 2) -> (n,); (n,) is P(signal) already."""
    import numpy as np

    classes = np.asarray(getattr(classifier, "classes_", (0, 1))).tolist()
    if given.shape == (events,):
        return given
    if given.shape != (events, 2) or 1 not in classes:
        raise InputError(
            f"predict_proba gives shape {given.shape} for the classes {classes}; wanted "
            f"({events}, 2) for 0 and 1, or ({events},)"
        )
    return given[:, classes.index(1)]


def _by_event(scores: Any, events: Events, name: str) -> dict[str, pd.Series[float]]:
    """Scores by event id, each split its own; those of train events play no part."""
    import pandas as pd

    if not isinstance(scores, (Mapping, pd.Series)):
        raise InputError(
            f"{name}: {type(scores).__name__} has no predict_proba and holds no scores by event; "
            "wanted a classifier, a dict or a pandas Series with event ids"
        )
    values = scores if isinstance(scores, pd.Series) else scores.values
    series = pd.Series(_numbers(values, name), index=_ids(scores.keys(), name))
    known = {role: frame["event"] for role, frame in _frames(events).items()}
    ids = pd.concat(known.values())
    if strange := int((~series.index.isin(ids)).sum()):
        raise InputError(
            f"{name}: {strange} of {len(series)} scores are of events that are not among these; "
            "wanted ids as in ev.test['event']"
        )
    if twice := int(series.index.duplicated().sum()):
        raise InputError(f"{name}: {twice} of {len(series)} events are there more than once")
    split = {role: series[series.index.isin(known[role])] for role in ("valid", "test")}
    if not len(split["test"]):
        raise InputError(f"{name}: none of the {len(series)} scores is of an event of ev.test")
    return split


def _ids(events: Iterable[object], name: str) -> NDArray[np.uint64]:
    import numpy as np

    try:
        return np.array([int(str(event)) for event in events], dtype=np.uint64)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{name}: an event id that is not a whole number: {error}") from error


def _numbers(scores: Any, name: str) -> NDArray[np.float64]:
    values = list(scores()) if callable(scores) else scores  # of a dict, and of a Series
    return real_scores(values, f"{name}: scores")


def _frames(events: Events) -> dict[str, pd.DataFrame]:
    return {"train": events.train, "valid": events.valid, "test": events.test}
