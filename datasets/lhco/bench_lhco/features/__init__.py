"""What is computed of an event: the named sets of features."""

from bench_lhco.features.diary import DIARY_COLUMNS, diary_features
from bench_lhco.features.sets import SETS, FeatureSet
from bench_lhco.features.standard import STANDARD_COLUMNS, standard_features
from bench_lhco.features.subjettiness import SUBJETTINESS_COLUMNS, subjettiness_features
from bench_lhco.features.substructure import SUBSTRUCTURE_COLUMNS, substructure_features

__all__ = [
    "DIARY_COLUMNS",
    "SETS",
    "STANDARD_COLUMNS",
    "SUBJETTINESS_COLUMNS",
    "SUBSTRUCTURE_COLUMNS",
    "FeatureSet",
    "diary_features",
    "standard_features",
    "subjettiness_features",
    "substructure_features",
]
