"""What a run's record is made of: samples, parts, findings of guards, what came from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """A sample as it was drawn."""

    dataset: str
    """The dataset's name."""
    edition: str
    """`official` as published, `twin` for the bench's own simulation, `twin:recoil` for one that
    is varied, or `imported`."""
    source: str
    """Content hash of the bytes the events came from."""
    options: dict[str, Any]
    """All options of the dataset, defaults included."""
    split: str
    """`train`, `valid` or `test`; `all` where nothing was fitted on that dataset."""
    ratio: str
    """Class ratio, signal to background: `natural`, `1:1`, `1:10`, or `all-signal`; of what was
    fitted without truth `data:region`, `data:sidebands`, or `data:sidebands=3000:4000` where their
    outer edges were chosen."""
    signal: int
    """Signal events."""
    background: int
    """Background events."""
    natural: float
    """The signal fraction that the dataset has by nature."""
    fingerprint: str
    """Hash of the set of event ids."""
    features: str = ""
    """Hash of the columns' names, units and meanings."""
    skipped: int = 0
    """Invalid events of its file that were left out."""
    division: str = ""
    """Whose division the split follows, where the dataset brings its own; empty for by hash."""
    region: str = ""
    """The range of a feature that its events are in, `m_jj=3300:3700`; empty for all events."""
    data: int = 0
    """Events called data, where that is what a fit was told from the rest; 0 elsewhere."""
    injected: int = 0
    """Signal events among those."""

    @property
    def part(self) -> str:
        """The split, whose it is if not by hash alone, and its region: `test (published)`."""
        words = [self.split, f"({self.division})" if self.division else ""]
        return " ".join(filter(None, [*words, self._within]))

    @property
    def _within(self) -> str:
        return f"in {self.region}" if self.region else ""

    @property
    def drawn(self) -> str:
        """What a fit was given: `rd (twin) 1:1 @20000`, with a published part or its region."""
        part = f", {self.part}" if self.division or self.region else ""
        return f"{self.label}{part} {self.size}"

    @property
    def kind(self) -> str:
        """The edition without its variation: `twin` of `twin:recoil`."""
        return self.edition.partition(":")[0]

    @property
    def variation(self) -> str:
        """What is other in a varied edition: `recoil` of `twin:recoil`; empty for nothing."""
        return self.edition.partition(":")[2]

    @property
    def label(self) -> str:
        """Dataset with edition, as every table shows it: `blackbox1 (twin)`."""
        return f"{self.dataset} ({self.edition})"

    @property
    def identity(self) -> tuple[str, str, str]:
        """What it shares with no other sample: its dataset and edition, its events, its region."""
        return self.label, self.fingerprint, self.region

    @property
    def size(self) -> str:
        """Ratio and size: `1:10 @8000`, `all-signal @834+8000`."""
        if self.data:
            return f"{self.ratio} @{self.data}+{self.signal + self.background - self.data}"
        if self.ratio == "all-signal":
            return f"{self.ratio} @{self.signal}+{self.background}"
        return f"{self.ratio} @{self.signal + self.background}"


@dataclass(frozen=True, slots=True)
class PartRecord:
    """A part that took part, with all its options."""

    name: str
    """The name of the model or the encoder."""
    options: dict[str, Any]
    """All its options, defaults included."""
    plugin: str
    """The name of the plugin that offers it."""
    distribution: str
    """The name of the package that the plugin is in, as it is installed."""
    version: str
    """Of that package."""
    code: str
    """Content hash of its package."""


@dataclass(frozen=True)
class OutsideRecord:
    """Where a result of another tool came from, and what it lacks."""

    file: str
    """The file's name; empty of scores that were brought from Python."""
    digest: str
    """SHA-256 of its bytes."""
    row: int | None
    """The row of a file of counts, the first one being 1; None for a file of predictions."""
    lacks: list[str]
    """What is not known of it, and so cannot be checked."""
    told: str = ""
    """What its author said of its options."""
    source: str = ""
    """Where its author published it."""
    printed: dict[str, str] = field(default_factory=dict)
    """Figures as its author printed them, by the name of the estimate; several with `;`."""
    tolerance: float = 0.0
    """How far a figure may be off because the counts were themselves read off rounded rates."""

    @property
    def counts(self) -> bool:
        """Whether nothing but counts is known, and no event."""
        return self.row is not None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a guard said of a run."""

    code: str
    """Of the guard, such as `B031`."""
    guard: str
    """Its name."""
    severity: str
    """`void`, `warn` or `note`."""
    findings: list[str] = field(default_factory=list)
    """What is wrong, a line each; none where all is well."""
    skipped: str = ""
    """Why it could not look."""
    allowed: bool = False
    """Whether the user let its findings through."""
    remedy: str = ""
    """What to do about its findings."""
    seconds: float = 0.0
    """Wall time that it took, s."""
    broke: bool = False
    """Whether its finding is that it could not look, because something broke."""
    traceback: str = ""
    """Where it broke; a sealed run has that in a file of its own."""

    @property
    def outcome(self) -> str:
        """`passed`, `skipped`, `allowed`, or how grave its finding is."""
        if self.skipped:
            return "skipped"
        if not self.findings:
            return "passed"
        return "allowed" if self.allowed else self.severity
