"""Scores as whoever gives them has them, made plain real numbers or refused by their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINDS = {
    "c": "complex numbers",
    "O": "objects",
    "S": "bytes",
    "U": "text",
    "T": "text",
    "M": "times",
    "m": "spans of time",
    "V": "records",
}
"""What an array may hold that is no score, by numpy's letter for it."""
WANTED = "wanted real numbers: float, integer or boolean, NaN for no answer"


def real_scores(values: Any, whose: str = "scores") -> NDArray[np.float64]:
    """The values as real numbers, in the shape that they have; NaN where there is no answer.

    That is where an array is masked, and where pandas or Arrow say that a value is missing.

    Args:
        values: an array, a list, a tensor, a column of pandas or Arrow.
        whose: what to call them in an error.

    Raises:
        InputError: they are of another kind, such as complex numbers, text, times or objects.
    """
    import numpy as np

    given = _array(values, whose)
    if given.dtype.kind not in "fiub":
        raise _of_kind(given.dtype, whose)
    plain = given.astype(np.float64)
    return plain.filled(np.nan) if isinstance(plain, np.ma.MaskedArray) else np.asarray(plain)


def scores_of_events(values: Any, events: int) -> NDArray[np.float64]:
    """What a model gives for so many events: (events,), not yet looked at.

    Raises:
        InputError: scores of another kind or shape.
    """
    given = real_scores(values)
    if given.shape != (events,):
        one = given.shape == (events, 1)
        two = given.shape == (events, 2)
        how = ", such as scores[:, 0]" if one else ", such as scores[:, 1]" if two else ""
        raise InputError(f"scores of shape {given.shape} for {events} events, wanted one each{how}")
    return given


def _array(values: Any, whose: str) -> NDArray[Any]:
    """The values as an array, its mask kept; pandas' NA among real numbers is NaN.

    Raises:
        InputError: they are none.
    """
    import numpy as np

    try:
        if hasattr(values, "detach"):  # a tensor, perhaps on another device or in a narrow format
            values = values.detach().cpu()
            values = values if values.is_complex() else values.double()
        dtype = getattr(values, "dtype", None)
        if dtype is not None and hasattr(dtype, "construct_array_type"):  # pandas' own kind
            if dtype.kind not in "fiub":
                raise _of_kind(dtype, whose)
            return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
        given: NDArray[Any] = np.asanyarray(values)
        if given.dtype.kind == "O" and (missing := _missing(given)).any():
            rest = [np.nan if gone else one for one, gone in zip(given.flat, missing, strict=True)]
            given = np.array(rest).reshape(given.shape)
    except (TypeError, ValueError, RuntimeError) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"{whose} are no array ({first:.80}), {WANTED}") from error
    return given


def _missing(given: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of some objects are pandas' NA: (n,)."""
    import numpy as np

    return np.array([type(one).__name__ == "NAType" for one in given.flat], dtype=bool)


def _of_kind(dtype: Any, whose: str) -> InputError:
    kind = KINDS.get(dtype.kind, "values")
    return InputError(f"{whose} are {kind} ({dtype!s:.40}), {WANTED}")
