"""What the values of an event may be, so that nothing invalid reaches jet clustering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.events import MAX_PARTICLES

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from bench_lhco.events import Events

MAX_PT = 1e5  # GeV; ten times what a collision holds, so that MeV are noticed
MAX_ETA = 10.0  # the calorimeters end at 5
MAX_PHI = 6.3  # rad; either convention of the circle, so that degrees are noticed
SUMS = (20.0, 2e4)
"""GeV; where the median of the sum of all pt in an event has to be, at the LHC."""
SKIPPED = 1e-3
"""The largest share of invalid events that may be left out."""


def particle_faults(events: Events) -> dict[str, NDArray[np.bool_]]:
    """Which events are invalid, by what is wrong with them: (n,) each; none if all is well."""
    return {} if _sound(events) else _faults(events.padded)


def _sound(events: Events) -> bool:
    """Whether nothing is wrong with any event: told from few looks at the values."""
    import numpy as np

    particles, padded = events.particles, events.padded
    if not len(events) or not particles.counts.min():
        return False
    if not np.isfinite(particles.values).all():
        return False
    filled = np.arange(MAX_PARTICLES) < particles.counts[:, np.newaxis]
    return bool(
        particles.pt.min() > 0
        and particles.pt.max() <= MAX_PT
        and np.abs(particles.eta).max() <= MAX_ETA
        and np.abs(particles.phi).max() <= MAX_PHI
        and np.array_equal(filled, padded[:, :, 0] != 0)
        and np.count_nonzero(padded) == np.count_nonzero(particles.values)
    )


def _faults(padded: NDArray[np.float32]) -> dict[str, NDArray[np.bool_]]:
    import numpy as np

    pt, eta, phi = np.ascontiguousarray(padded.transpose(2, 0, 1))
    with np.errstate(invalid="ignore"):
        absent = pt == 0
        gap = (absent[:, :-1] & ~absent[:, 1:]).any(axis=1)
        stray = (absent & ((eta != 0) | (phi != 0))).any(axis=1)
        faults = {
            "a value that is NaN or infinite": ~np.isfinite(padded).all(axis=(1, 2)),
            "a negative pt": (pt < 0).any(axis=1),
            f"a pt above {MAX_PT:g} GeV": (pt > MAX_PT).any(axis=1),
            f"an |eta| above {MAX_ETA:g}": (np.abs(eta) > MAX_ETA).any(axis=1),
            f"a |phi| above {MAX_PHI:g} rad": (np.abs(phi) > MAX_PHI).any(axis=1),
            "no particle at all": absent.all(axis=1),
            "a particle after the zero padding": gap,
            "an eta or phi where pt is 0": stray,
        }
    return {what: bad for what, bad in faults.items() if bad.any()}


def label_faults(
    labels: NDArray[np.floating] | NDArray[np.integer], allowed: Sequence[int]
) -> dict[str, NDArray[np.bool_]]:
    """Which events have a label that is none of those allowed, in the form of `particle_faults`."""
    import numpy as np

    bad = ~np.isin(labels, allowed)
    return {f"a label other than {choice(allowed)}": bad} if bad.any() else {}


def first_fault(faults: dict[str, NDArray[np.bool_]], start: int) -> tuple[int, str]:
    """How many events are invalid, and which is the first and what is wrong with it.

    Args:
        faults: at least one, of the events from number `start` on.
        start: the number of the first of these events.
    """
    import numpy as np

    bad = np.logical_or.reduce(list(faults.values()))
    first = int(bad.argmax())
    what = next(what for what, where in faults.items() if where[first])
    return int(np.count_nonzero(bad)), f"event {start + first} has {what}"


def refuse(path: Path | str, faults: dict[str, NDArray[np.bool_]], start: int, events: int) -> None:
    """Raise if there are faults, naming the first event and how many there are.

    Args:
        path: what is read, for the message.
        faults: of so many events, from number `start` on.
        start: the number of the first of these events.
        events: how many they are.

    Raises:
        InputError: there are faults.
    """
    if not faults:
        return
    count, first = first_fault(faults, start)
    raise InputError(
        f"{path}: {first}; {count} invalid event{'s' if count > 1 else ''} among events {start}"
        f" to {start + events - 1}, wanted none"
    )


def demand_few_skipped(path: Path, skipped: int, events: int, *, all_seen: bool = True) -> None:
    """Refuse to leave out too many invalid events.

    Args:
        path: what is read, for the message.
        skipped: how many are invalid.
        events: of how many.
        all_seen: whether there may be no more of them.

    Raises:
        InputError: there are too many.
    """
    if skipped > SKIPPED * events:
        raise InputError(
            f"{path}: {skipped}{'' if all_seen else ' or more'} of {events} events are invalid, "
            f"wanted at most {SKIPPED:.1%} to leave out"
        )


def choice(allowed: Sequence[int]) -> str:
    """The labels in words: `0, 1 or 2`."""
    *others, last = [str(label) for label in allowed]
    return f"{', '.join(others)} or {last}" if others else last
