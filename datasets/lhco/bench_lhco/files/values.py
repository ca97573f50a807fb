"""What the values of an event may be, so that nothing invalid reaches jet clustering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MAX_PT = 1e5  # GeV; ten times what a collision holds, so that MeV are noticed
MAX_ETA = 20.0
MAX_PHI = 6.3  # rad; either convention of the circle, so that degrees are noticed


def particle_faults(particles: NDArray[np.float32]) -> dict[str, NDArray[np.bool_]]:
    """Which events are invalid, by what is wrong with them: (n,) each; none if all is well.

    Args:
        particles: (n, 700, 3), pt [GeV], eta, phi [rad].
    """
    import numpy as np

    pt, eta, phi = np.ascontiguousarray(particles.transpose(2, 0, 1))
    with np.errstate(invalid="ignore"):
        absent = pt == 0
        gap = (absent[:, :-1] & ~absent[:, 1:]).any(axis=1)
        stray = (absent & ((eta != 0) | (phi != 0))).any(axis=1)
        found = {
            "a value that is NaN or infinite": ~np.isfinite(particles).all(axis=(1, 2)),
            "a negative pt": (pt < 0).any(axis=1),
            f"a pt above {MAX_PT:g} GeV": (pt > MAX_PT).any(axis=1),
            f"an |eta| above {MAX_ETA:g}": (np.abs(eta) > MAX_ETA).any(axis=1),
            f"a |phi| above {MAX_PHI:g} rad": (np.abs(phi) > MAX_PHI).any(axis=1),
            "no particle at all": absent.all(axis=1),
            "a particle after the zero padding": gap,
            "an eta or phi where pt is 0": stray,
        }
    return {what: bad for what, bad in found.items() if bad.any()}


def label_faults(
    labels: NDArray[np.floating] | NDArray[np.integer], allowed: Sequence[int]
) -> dict[str, NDArray[np.bool_]]:
    """Which events have a label that is none of those allowed, in the form of `particle_faults`."""
    import numpy as np

    bad = ~np.isin(labels, allowed)
    return {f"a label other than {_choice(allowed)}": bad} if bad.any() else {}


def refuse(path: Path | str, faults: dict[str, NDArray[np.bool_]], start: int, among: str) -> None:
    """Raise if there are faults, naming the first event and how many there are.

    Args:
        path: what is read, for the message.
        faults: of the events from number `start` on.
        start: the number of the first of these events.
        among: says of which events, such as `events 0 to 1000`.

    Raises:
        InputError: there are faults.
    """
    import numpy as np

    if not faults:
        return
    bad = np.logical_or.reduce(list(faults.values()))
    first = int(bad.argmax())
    what = next(what for what, where in faults.items() if where[first])
    count = int(np.count_nonzero(bad))
    raise InputError(
        f"{path}: event {start + first} has {what}; {count} invalid"
        f" event{'s' if count > 1 else ''} among {among}, wanted none"
    )


def _choice(allowed: Sequence[int]) -> str:
    *others, last = [str(label) for label in allowed]
    return f"{', '.join(others)} or {last}" if others else last
