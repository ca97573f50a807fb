"""The named sets of features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from bench import Column
from bench_lhco.features.diary import DIARY_COLUMNS, diary_features, diary_jets
from bench_lhco.features.standard import STANDARD_COLUMNS, standard_features
from bench_lhco.features.subjettiness import SUBJETTINESS_COLUMNS, subjettiness_features
from bench_lhco.features.substructure import SUBSTRUCTURE_COLUMNS, substructure_features
from bench_lhco.jets import Jets, cluster

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.events import Particles


@dataclass(frozen=True)
class FeatureSet:
    """One way to say in numbers what an event is."""

    meaning: str
    columns: tuple[Column, ...]  # d
    jets: Callable[[Particles, float, float], Jets]
    """The jets of events, from radius and least pt [GeV]."""
    features: Callable[[Jets, Particles], NDArray[np.float32]]
    """The numbers of the columns: (n, d)."""


def _with_substructure(jets: Jets, particles: Particles) -> NDArray[np.float32]:
    parts = (standard_features(jets, particles), substructure_features(jets, particles))
    return np.concatenate(parts, axis=1)


SETS: Mapping[str, FeatureSet] = MappingProxyType(
    {
        "standard": FeatureSet(
            "kinematics and multiplicities of the two leading jets",
            STANDARD_COLUMNS,
            cluster,
            standard_features,
        ),
        "substructure": FeatureSet(
            "the standard set, what is inside the jets, and invariants under boosts along the beam",
            STANDARD_COLUMNS + SUBSTRUCTURE_COLUMNS,
            cluster,
            _with_substructure,
        ),
        "subjettiness": FeatureSet(
            "the 56 that trees are published with, masses of the two leading jets and "
            "N-subjettiness up to 9 with three angular exponents, the lighter jet first; and "
            "m_jj, for regions, which `--set leave_out=m_jj` keeps from a model of numbers",
            SUBJETTINESS_COLUMNS,
            cluster,
            subjettiness_features,
        ),
        "diary": FeatureSet(
            "the study diary's sixteen numbers, mistakes included; it has its own radius and cut",
            DIARY_COLUMNS,
            diary_jets,
            diary_features,
        ),
    }
)
"""By the name that the option `features` takes."""
