"""Physics, the guard of features that contradict each other, worked out by hand, to the limit."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from bench_lhco import guards

import bench


def events(**columns: Any) -> bench.Table:
    """A table of these features."""
    x = np.array([*columns.values()], np.float32).T
    kinds = tuple(bench.Column(name, "1", "by hand") for name in columns)
    place = np.arange(len(x))
    return bench.Table(kinds, x, place.astype(np.int8) % 2, place.astype(np.uint64), place + 1.0)


def findings(train: bench.Table, evaluated: bench.Table, valid: bench.Table | None = None) -> Any:
    """What is found, or why it could not look."""
    evidence: Any = SimpleNamespace(
        tables={"train": train, "valid": valid or train, "evaluated": evaluated}
    )
    try:
        return list(guards.Physics().check(evidence))
    except bench.NotApplicableError as reason:
        return str(reason)


FIRST = {"pt": 40, "eta": np.log(2), "phi": np.arctan2(3, 4), "m": 37.5, "e": 62.5, "n": 3}
SECOND = {"pt": 25, "eta": 0, "phi": np.arctan2(3, -4), "m": 18.75, "e": 31.25, "n": 2}
SOUND = {f"j{i}_{q}": value for i, jet in ((1, FIRST), (2, SECOND)) for q, value in jet.items()}
SOUND |= {"j1_pt_lead": 20, "j2_pt_lead": 12.5, "n_particles": 5}
SOUND |= {
    "m_jj": 6224.0625**0.5,
    "dr_jj": np.hypot(np.log(2), np.arctan2(3, -4) - np.arctan2(3, 4)),
}
"""p = (32, 24, 30) and E = 62.5 GeV of the first jet; (-20, 15, 0) and 31.25 GeV of the second."""
OUTSIDE, NEGATIVE = "{}_phi is not an angle in rad", "{} is negative"
MORE, MASS = "the second jet has more pt than the first", "m_jj is not |p1 + p2|"
AWAY, HELD = "dr_jj is not the jets' distance", "the jets hold more particles than the event"
ENERGY = "j1_e is not the energy of its pt, eta and mass"
LEAD = "j1_n particles of at most j1_pt_lead do not add up to j1_pt"
FOUR = {"j1_pt": [3] * 4, "j1_eta": [0] * 4, "j1_phi": [0] * 4, "j1_m": [4] * 4}
AXES = {"j1_pt": [9] * 4, "j1_eta": [1] * 4, "j1_phi": [3, -3, 1, 1], "j2_eta": [-0.5] * 4}
AXES |= {"j2_phi": [-3, 3, -1, -1]}
SPAN = np.hypot(1.5, 2 * np.pi - 6)
SUMS = {name: [value] * 5 for name, value in SOUND.items()}
OFF = SOUND["m_jj"] + np.array([0, 0.155, 0.16, -0.155, -0.16])


@pytest.mark.parametrize(
    ("columns", "broken"),
    [
        (SUMS, {}),
        ({**SUMS, "m_jj": OFF}, {MASS: 2}),
        (
            {"j1_pt": [1] * 4, "j1_phi": [3.1416, 3.1417, -3.1416, -3.1417]},
            {OUTSIDE.format("j1"): 2},
        ),
        ({"j1_pt": [1] * 2, "j2_phi": [3.1417, 0]}, {OUTSIDE.format("j2"): 1}),
        *(
            ({"j1_pt": [1] * 3, name: [0, 0.5, -0.5]}, {NEGATIVE.format(name): 1})
            for name in ("j1_pt", "j1_m", "j1_e", "j1_n", "j2_pt", "j2_n")
        ),
        ({"j1_pt": [100] * 3, "j2_pt": [100.1, 100.3, 50]}, {MORE: 1}),
        ({**FOUR, "j1_e": [5.009, 5.011, 4.991, 4.989]}, {ENERGY: 2}),
        ({name: [x[0] / 10] for name, x in FOUR.items()} | {"j1_e": [0.5]}, {}),
        ({name: [0] for name in FOUR} | {"j1_e": [1]}, {ENERGY: 1}),
        ({"j1_pt": [100, 100.1, 100.3], "j1_pt_lead": [25] * 3, "j1_n": [4] * 3}, {LEAD: 1}),
        ({**AXES, "dr_jj": [SPAN, SPAN, 2.5, 2.5019]}, {}),
        ({**AXES, "dr_jj": [SPAN, SPAN + 0.0021, 2.4979, 2.4981]}, {AWAY: 2}),
        (
            {"j1_pt": [9] * 3, "j1_n": [2, 2, 2], "j2_n": [4, 4, 3], "n_particles": [6, 5, 5]},
            {HELD: 1},
        ),
        ({"j1_pt": [9], "j1_n": [2], "n_particles": [1]}, {}),
        ({"j1_pt": [9], "j1_n": [2], "j2_n": [2]}, {}),
        ({"j1_pt": [9], "m_jj": [2], "dr_jj": [2]}, {}),
        ({**{name: x[:1] for name, x in SUMS.items() if "jj" not in name}}, {}),
        ({"j1_pt": [1, 1, -1, -1, -1], "has_j2": [1, 0, 0, 1, 1]}, {NEGATIVE.format("j1_pt"): 2}),
    ],
)
def test_features_are_what_their_names_say(columns: Any, broken: dict[str, int]) -> None:
    table, fine = events(**columns), events(a=[1])
    line = f"{{}} in {{}} of the {len(table)} events of the {{}} sample"
    for role, tables in (("train", (table, fine)), ("evaluated", (fine, table))):
        with np.errstate(all="raise"):
            lines = findings(*tables)
        assert lines == [line.format(*said, role) for said in broken.items()]
    assert findings(fine, fine, table) == "no column j1_pt to start from"
    assert findings(events(j1_pt=[1]), fine, table) == []


def test_jets_of_one_direction_have_no_mass_together() -> None:
    phi = np.linspace(-3, 3, 60)
    for offset, bad in ((0.0, 0), (0.0019, 0), (0.0021, 60), (1.0, 60)):
        jet = {"pt": [0.9] * 60, "eta": np.sin(9 * phi), "phi": phi, "m": [0] * 60}
        jets = {f"{name}_{q}": values for name in ("j1", "j2") for q, values in jet.items()}
        table = events(**jets, m_jj=[offset] * 60)
        broken = [f"{MASS} in 60 of the 60 events of the train sample"] if bad else []
        assert findings(table, events(a=[1])) == broken


def test_an_event_at_a_limit_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "TOLERANCE", 0.25)
    rest = {"eta": 0, "phi": 0}
    jets = {"j1": {**rest, "pt": 4, "m": 3, "e": 6.25, "n": 3, "pt_lead": 1}}
    jets["j2"] = {**rest, "pt": 5, "eta": 1, "n": 2}
    columns = {f"{name}_{q}": [value] for name, jet in jets.items() for q, value in jet.items()}
    assert findings(events(**columns, dr_jj=[1.25], n_particles=[5]), events(a=[1])) == []
    still = {"pt": 0, "m": 2, **rest}
    columns = {f"{name}_{q}": [value] * 2 for name in ("j1", "j2") for q, value in still.items()}
    assert findings(events(**columns, m_jj=[5, 3]), events(a=[1])) == []
