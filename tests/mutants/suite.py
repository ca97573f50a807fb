"""Every mutant, and the guard that it has to be caught by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import bench
from mutants import connecting, encoding, events, saving, smoke_fits, sound, training


@dataclass(frozen=True)
class Mutant:
    """One mistake: what runs, and the code of the guard that has to find it."""

    code: str
    part: type[bench.Part]
    """What the mistake is in."""
    request: Mapping[str, Any] = field(default_factory=dict)
    """What is asked for beside the sound model on sound events."""
    patience: float | None = None
    """Seconds that its fresh process may take, where it takes for ever."""

    @property
    def name(self) -> str:
        """The part's name."""
        return self.part.name


def _model(code: str, part: type[bench.Model]) -> Mutant:
    return Mutant(code, part, {"plugin": part.name})


def _events(code: str, part: type[bench.Dataset]) -> Mutant:
    return Mutant(code, part, {"dataset": part.name})


def _encoder(code: str, part: type[bench.Encoder]) -> Mutant:
    return Mutant(code, part, {"encoders": (part.name,)})


DIARY = (
    _model("B030", connecting.NeverAttached),
    _model("B030", connecting.DroppedByCollator),
    _model("B021", connecting.DroppedInTraining),
    _model("B021", training.FrozenModule),
    _model("B020", training.MissingFromOptimizer),
    _model("B022", training.SilentOptimizer),
    _model("B030", training.ScaledAway),
    _model("B024", training.HalfPrecision),
    _model("B026", saving.NotSaved),
)
"""Why the study diary's adapter did not learn, and what was not saved."""

MODELS = (
    _model("B010", connecting.OtherPrompt),
    _model("B010", connecting.CutPrompt),
    _model("B021", connecting.DetachedVector),
    _model("B022", training.ZeroRate),
    _model("B023", training.TrainsMore),
    _model("B025", training.SeedIgnored),
    _model("B026", saving.NotLoaded),
    _model("B026", saving.LoadedLoosely),
    _model("B026", saving.NotThere),
    _model("B027", connecting.PromptLoss),
    _model("B027", connecting.LabelsIgnored),
    _model("B028", training.SummedBatches),
    _model("B029", training.BaseScored),
    _model("B031", connecting.WrongPaddingSide),
    _model("B031", connecting.TunedOnTest),
    _model("B031", training.BatchNormalised),
    _model("B032", connecting.ConstantScores),
    _model("B040", saving.LastNotBest),
    _model("B041", training.Collapsing),
    _model("B042", connecting.Silent),
    _model("B043", training.StoppedSchedule),
    _model("B045", training.SwallowedNan),
    _model("B060", connecting.Silent),
    _model("B034", connecting.WrongClass),
    _model("B061", training.SwappedLate),
    _model("B034", connecting.MisalignedLabels),
    _model("B062", training.Forgotten),
)
OTHERS = (
    _encoder("B007", encoding.Telling),
    _encoder("B008", encoding.ScaledOverBatch),
    _encoder("B009", encoding.Holes),
    _encoder("B011", encoding.Remembered),
    _encoder("B026", encoding.FirstLabels),
    _events("B002", events.CopiedEvent),
    Mutant("B003", events.OnBackground, {"dataset": "on-background", "train_ratio": "natural"}),
    _events("B004", events.LabelInFeature),
    _events("B005", events.EmptyColumn),
    _events("B006", events.SumOfMasses),
    _events("B006", events.UnsortedJets),
    _events("B006", events.ShiftedConstituents),
    Mutant("B001", events.Jets, {"split": "all", "ratio": "1:3", "allow": ("B001",)}),
    _events("B064", events.OtherSignal),
)
CUT_SHORT = (
    _model("B033", smoke_fits.Raises),
    _model("B033", smoke_fits.OutOfMemory),
    _model("B033", smoke_fits.WorkerKilled),
    _model("B033", smoke_fits.Leaves),
    _model("B033", smoke_fits.FreshKilled),
    _model("B033", smoke_fits.FreshOutOfMemory),
    Mutant("B033", smoke_fits.FreshHangs, {"plugin": "fresh-hangs"}, patience=0.5),
)
"""Smoke fits that do not come to their end."""
MUTANTS = (*DIARY, *MODELS, *OTHERS, *CUT_SHORT)
SUPPORT = (
    *(sound.Sound, sound.Digits, events.Jets, events.Foreign, events.BackgroundAlone),
    training.ForgetfulCache,
)
"""What the mutants stand on, and the one that takes two runs to be seen."""
