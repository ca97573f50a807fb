"""What a user asks of a run: its options, written here once.

The command line, study files and the titles of runs are made from these fields: the text under a
field is its help.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bench.api.errors import RequestError
from bench.storage.region import Region, spelled_region
from bench.storage.weak import DATA, Against, Labels, WeakRequest, spelled_sidebands, weak_request

ALL: Literal["all"] = "all"
"""As many events as the split has, or as many as keep the ratio."""
Size: TypeAlias = int | Literal["all"] | None
"""How many events somebody asked for; None leaves it to the bench."""
Edition: TypeAlias = Literal["official", "twin"]
LOOK, LOOKS, BEST = "look", "looks", "best"
"""Options of models that keep more than the best weights of a training: which of them score, and
which are kept; and the look that scores unless one is asked for."""
FEWEST_VALID = 100
"""Events of the valid split below which weights are chosen by chance."""
QUICK_TRAIN, QUICK_VALID, QUICK_EVENTS = 1000, 400, 1000
"""As many events at most as a quick run draws where nobody says how many."""
FRACTION = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][+-]?\d{1,2})?")
"""A number with a point or an exponent, which can be spelled in more than one way."""
LAST_SEED = 2**32 - 1
"""The largest seed that every library takes."""


def _said(
    *,
    name: str = "",
    metavar: str = "",
    titled: bool = False,
    also: str = "",
    once: bool = False,
) -> dict[str, Any]:
    """How users say a field.

    Args:
        name: on the command line and in studies; the field's own if empty.
        metavar: what the help shows in place of the value.
        titled: whether a value other than the default sets a run apart in tables.
        also: another name of it on the command line.
        once: whether saying it twice is refused there, where the last one would hold.
    """
    return {"name": name, "metavar": metavar, "titled": titled, "also": also, "once": once}


@dataclass(frozen=True, kw_only=True)
class SampleRequest:
    """The samples of a run as they were asked for; None leaves the choice to the dataset."""

    dataset: str
    """Dataset to evaluate on; see `bench list datasets`."""
    edition: Edition | None = None
    """The published file or our simulation of it.  [default: official if it is on this machine,
    else twin]"""
    file: Path | None = None
    """File to evaluate on, read as DATASET."""
    train: str | None = field(default=None, metadata=_said(metavar="DATASET", titled=True))
    """Dataset to fit on.  [default: the dataset's own choice, or itself]"""
    train_edition: Edition | None = None
    """Edition to fit on."""
    train_ratio: str = field(default="1:1", metadata=_said(metavar="RATIO", titled=True))
    """Class ratio to fit at."""
    train_events: Size = field(default=None, metadata=_said(metavar="N", titled=True))
    """Events to fit on, or all.  [default: as many as there are, up to 20000]"""
    valid_events: Size = field(default=None, metadata=_said(metavar="N", titled=True))
    """Events of the valid split, at the ratio of the fit, which a training is judged by at each
    look, or all.  [default: as many as there are, up to 4000]"""
    split: Literal["test", "all"] | None = None
    """Split to evaluate on.  [default: test; all where nothing was fitted on that dataset]"""
    ratio: str | None = None
    """Class ratio to evaluate at: natural, 1:1, 1:10, or all-signal (all signal, sampled
    background, weights back to the natural rate).  [default: the dataset's own]"""
    events: Size = field(default=None, metadata=_said(metavar="N"))
    """Events to evaluate on, or all; with all-signal the background events.  [default: as many as
    there are, up to 8000]"""
    region: str | None = field(
        default=None, metadata=_said(metavar="COLUMN=LOW:HIGH", titled=True, once=True)
    )
    """Fit and evaluate on events alone whose feature is from LOW on and below HIGH, in its unit."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "region", spelled_region(self.region))

    @property
    def weak(self) -> WeakRequest | None:
        """How to fit without truth, which a run alone can ask for; None to fit by it."""
        return None

    @property
    def within(self) -> Region | None:
        """The region; None for all events.

        Raises:
            RequestError: what is asked for is no region.
        """
        return None if self.region is None else Region.read(self.region)


@dataclass(frozen=True, kw_only=True)
class RunRequest(SampleRequest):
    """A run as it was asked for; None leaves the choice to the dataset or to the bench."""

    plugin: str = field(metadata=_said(also="model"))
    """Plugin whose model runs; see `bench list plugins`."""
    encoders: Sequence[str] = field(default=(), metadata=_said(name="encoder", metavar="NAME"))
    """Encoder in place of the model's default one for the views it gives; can be given more than
    once."""
    options: Mapping[str, str] = field(
        default_factory=dict, metadata=_said(name="set", metavar="OPTION=VALUE")
    )
    """An option of the model, an encoder or the datasets; see `bench list PART`. One that both
    datasets have is for both: evaluated.OPTION and train.OPTION are for one."""
    without: str | None = field(default=None, metadata=_said(metavar="VIEW"))
    """Score without a view: numbers or texts."""
    permute: str | None = field(default=None, metadata=_said(metavar="VIEW"))
    """Score with a view shuffled between events."""
    labels: Labels = "truth"
    """Labels to fit by: the truth; those of other events of the split, a control that tells
    nothing; or data, against background alone: weak supervision, which needs a region."""
    inject: int | None = field(default=None, metadata=_said(metavar="N", titled=True))
    """Signal events in the data of labels data, in the train and the valid split together."""
    against: Against = field(default="region", metadata=_said(titled=True))
    """What data are told from: background of the region itself, or events on both its sides."""
    sidebands: str | None = field(
        default=None, metadata=_said(metavar="LOW:HIGH", titled=True, once=True)
    )
    """Where the sidebands begin, below the region, and end, above it, in the unit of its column.
    [default: each half as wide as the region]"""
    start: str | None = field(default=None, metadata=_said(name="from", metavar="RUN"))
    """Go on from the fit of an earlier run of this plugin, on this sample and with these
    options."""
    seed: int = 0
    """Seed of the fit."""
    device: str = "cpu"
    """cpu, cuda, cuda:1."""
    look: str | None = field(default=None, metadata=_said(metavar="K|best|last", titled=True))
    """Score with the weights of that look at the valid split; of a model that keeps them, as the
    language models do with looks=all.  [default: best]"""
    allow: Sequence[str] = field(default=(), metadata=_said(metavar="CODE"))
    """Let the finding of a guard through, visibly; see `bench doctor`."""
    threshold: str = field(default="0.5", metadata=_said(titled=True))
    """Called signal from here on; or fpr=RATE or best-sic, chosen on the valid split."""
    protocol: str | None = field(default=None, metadata=_said(metavar="NAME"))
    """Protocol that sets region, floor, seeds or sample, so that figures published under it can
    stand beside the run's; see `bench list protocols`."""
    quick: bool = False
    """Only to try things: fit on at most 1000 events, judge the fit by 400 of the valid split and
    evaluate on 1000, unless their numbers are said. Marked quick wherever the run is shown."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "options", spelled_alike(self.options))
        object.__setattr__(self, "sidebands", spelled_sidebands(self.sidebands))

    def demand_sound(self) -> None:
        """Refuse what makes no sense whatever the parts are.

        An empty word, as of a shell's variable that is not set, must not mean nothing.

        Raises:
            RequestError: what is wrong.
        """
        for name, attribute in NAMES.items():
            if getattr(self, attribute) == "":
                option = name.replace("_", "-")
                raise RequestError(f"--{option} is empty; leave it out, or say one")
        _ = self.within
        if self.without and self.permute:
            raise RequestError("--without and --permute are two controls: a run each")
        if self.labels != "truth" and self.start:
            raise RequestError(f"--labels {self.labels}: --from is for fits by the truth alone")
        if self.weak and self.train_ratio != "1:1":
            raise RequestError(f"--train-ratio {self.train_ratio}: --labels {DATA} takes what is")
        if not re.fullmatch(r"cpu|cuda(:\d+)?", self.device):
            raise RequestError(f"no device {self.device!r}; wanted cpu, cuda or cuda:1")
        if not 0 <= self.seed <= LAST_SEED:
            raise RequestError(f"seed {self.seed}: wanted 0 to {LAST_SEED}")
        if isinstance(self.valid_events, int) and self.valid_events < FEWEST_VALID:
            raise RequestError(
                f"{self.valid_events} valid events: wanted at least {FEWEST_VALID}, "
                "as fewer choose the weights by chance"
            )

    @property
    def weak(self) -> WeakRequest | None:
        """How to fit without truth; None to fit by it.

        Raises:
            RequestError: an option that says nothing without another one.
        """
        return weak_request(
            labels=self.labels,
            region=self.within,
            inject=self.inject,
            against=self.against,
            sidebands=self.sidebands,
            seed=self.seed,
        )

    @property
    def control(self) -> str:
        """What is done on purpose so that it does worse: `numbers permuted`; empty for nothing."""
        said = [f"without {self.without}"] if self.without else []
        said += [f"{self.permute} permuted"] if self.permute else []
        return ", ".join([*said, *(["labels shuffled"] if self.labels == "shuffled" else [])])

    def said(self) -> dict[str, Any]:
        """What was said, as a record has it."""
        fields = {k: v for k, v in asdict(self).items() if v is not None and v is not False}
        return fields | ({"file": str(self.file)} if self.file else {})

    def as_quick(self) -> RunRequest:
        """The same to try things only, on no more events than a quick run draws by itself."""

        def at_most(size: Size, most: int) -> Size:
            return size if isinstance(size, int) and size < most else None

        return replace(
            self,
            quick=True,
            train_events=at_most(self.train_events, QUICK_TRAIN),
            valid_events=at_most(self.valid_events, QUICK_VALID),
            events=at_most(self.events, QUICK_EVENTS),
        )


NAMES = {each.metadata.get("name") or each.name: each.name for each in fields(RunRequest)}
"""The fields by what users call them, on the command line and in studies."""
TITLED = {each.name: each.default for each in fields(RunRequest) if each.metadata.get("titled")}
"""The defaults of what the title of a run shows if it is anything else."""


def spelled_alike(options: Mapping[str, str]) -> dict[str, str]:
    """Options whose numbers are spelled in one way: lr=1e-3 is the setting lr=0.001."""
    return {
        name: repr(float(value)) if FRACTION.fullmatch(str(value)) else value
        for name, value in options.items()
    }


def read_size(word: str) -> int | Literal["all"]:
    """A number of events as it is typed.

    Raises:
        RequestError: neither a number from 1 on nor `all`.
    """
    if word.strip().lower() == ALL:
        return ALL
    try:
        number = int(word)
    except ValueError:
        number = 0
    if number < 1:
        raise RequestError(f"{word!r}: wanted a number of events from 1 on, or {ALL}")
    return number
