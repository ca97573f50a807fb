"""All guards, by the moment at which they look."""

from __future__ import annotations

from typing import Any

from bench.guards.before.columns import Columns
from bench.guards.before.company import EncodedCompany
from bench.guards.before.copies import Copies
from bench.guards.before.finite import EncodedFinite
from bench.guards.before.one_class import OneClass
from bench.guards.before.physics import Physics
from bench.guards.before.relabelling import Relabelling
from bench.guards.before.single_feature import SingleFeature
from bench.guards.before.tokens import Tokens
from bench.guards.before.trained_on import TrainedOn
from bench.guards.guard import Guard
from bench.guards.judged.chance import Chance
from bench.guards.judged.decisions import Decisions
from bench.guards.judged.identical import Identical
from bench.guards.judged.incomplete import Incomplete
from bench.guards.judged.inverted import Inverted
from bench.guards.judged.shifted import Shifted
from bench.guards.judged.silent import Silent
from bench.guards.judged.train_split import TrainSplit
from bench.guards.judged.verdicts import Verdicts
from bench.guards.probed.connected import Connected
from bench.guards.probed.scored_company import ScoredCompany
from bench.guards.probed.separate import Separate
from bench.guards.rehearsed.aligned import Aligned
from bench.guards.rehearsed.first_loss import FirstLoss
from bench.guards.rehearsed.labels import Labels
from bench.guards.rehearsed.learned import Learned
from bench.guards.rehearsed.moved import Moved
from bench.guards.rehearsed.optimized import Optimized
from bench.guards.rehearsed.precision import TrainedPrecision
from bench.guards.rehearsed.reached import Reached
from bench.guards.rehearsed.reproducible import Reproducible
from bench.guards.rehearsed.reread import Reread
from bench.guards.rehearsed.strayed import Strayed
from bench.guards.stopped import Finite, Rehearsed
from bench.guards.trained.collapse import Collapse
from bench.guards.trained.gaps import Gaps
from bench.guards.trained.kept import Kept
from bench.guards.trained.no_verdicts import TrainingVerdicts
from bench.guards.trained.updates import Updates

BEFORE: tuple[type[Guard[Any]], ...] = (
    TrainedOn,
    Copies,
    OneClass,
    SingleFeature,
    Columns,
    Physics,
    Relabelling,
    EncodedCompany,
    EncodedFinite,
    Tokens,
)
REHEARSED: tuple[type[Guard[Any]], ...] = (
    Optimized,
    Reached,
    Moved,
    Strayed,
    TrainedPrecision,
    Reproducible,
    Reread,
    Labels,
    Aligned,
    FirstLoss,
    Learned,
)
PROBED: tuple[type[Guard[Any]], ...] = (Connected, ScoredCompany, Separate)
TRAINED: tuple[type[Guard[Any]], ...] = (Kept, Collapse, TrainingVerdicts, Updates, Gaps)
STOPPED: tuple[type[Guard[Any]], ...] = (Rehearsed, Finite)
JUDGED: tuple[type[Guard[Any]], ...] = (
    Verdicts,
    Inverted,
    Chance,
    Identical,
    Shifted,
    Incomplete,
    Decisions,
    TrainSplit,
    Silent,
)
GUARDS = (*BEFORE, *REHEARSED, *PROBED, *TRAINED, *STOPPED, *JUDGED)
