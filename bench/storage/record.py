"""What is written down of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bench.storage.request import LOOK, TITLED

SCHEMA = 1
SEVERITIES = ("void", "warn", "note")


@dataclass(frozen=True)
class SampleRecord:
    """A sample as it was drawn."""

    dataset: str
    edition: str
    source: str
    """Content hash of the bytes the events came from."""
    options: dict[str, Any]
    split: str
    ratio: str
    signal: int
    background: int
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

    @property
    def part(self) -> str:
        """The split, and whose it is if it is not by hash alone: `test (published)`."""
        return f"{self.split} ({self.division})" if self.division else self.split

    @property
    def drawn(self) -> str:
        """What a fit was given: `rd (twin) 1:1 @20000`, with the part of a published division."""
        part = f", {self.part}" if self.division else ""
        return f"{self.label}{part} {self.size}"

    @property
    def label(self) -> str:
        """Dataset with edition, as every table shows it: `blackbox1 (twin)`."""
        return f"{self.dataset} ({self.edition})"

    @property
    def size(self) -> str:
        """Ratio and size: `1:10 @8000`, `all-signal @834+8000`."""
        if self.ratio == "all-signal":
            return f"{self.ratio} @{self.signal}+{self.background}"
        return f"{self.ratio} @{self.signal + self.background}"


@dataclass(frozen=True)
class PartRecord:
    """A part that took part, with all its options."""

    name: str
    options: dict[str, Any]
    plugin: str
    distribution: str
    version: str
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


@dataclass(frozen=True)
class Verdict:
    """What a guard said of a run."""

    code: str
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


@dataclass(frozen=True)
class RunRecord:
    """One run: what was asked, with what, on which events, and how it ended."""

    id: str
    created: str
    """UTC, ISO 8601."""
    status: str
    """`ok`, `void` where a guard found that it is worth nothing, `failed` or `interrupted`."""
    plugin: str
    dataset: str
    seed: int
    request: dict[str, Any]
    error: str | None = None
    model: PartRecord | None = None
    encoders: list[PartRecord] = field(default_factory=list)
    views: list[str] = field(default_factory=list)
    """What the model reads."""
    without: str | None = None
    permuted: str | None = None
    threshold: float = 0.5
    decisions: bool = False
    """Whether the scores are decisions, which rank nothing; False of runs that were not asked."""
    train: SampleRecord | None = None
    valid: SampleRecord | None = None
    sample: SampleRecord | None = None
    fit: str | None = None
    """The name of the fit's folder: its content hash, and more where there are several."""
    scores: str | None = None
    """Content hash of all that the scores come from."""
    values: str | None = None
    """Content hash of the evaluated scores, event by event; equal scores have an equal one."""
    fit_reused: bool = False
    versions: dict[str, str] = field(default_factory=dict)
    """Of the core, and of the distributions that its scores were made with."""
    judged_with: dict[str, str] = field(default_factory=dict)
    """The same of what its metrics stand on."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time of each stage."""
    verdicts: list[Verdict] = field(default_factory=list)
    """What each guard said; none of a run that was not guarded."""
    outside: OutsideRecord | None = None
    """Where the result came from, if it is not the bench's own."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file beside this record."""
    schema: int = SCHEMA

    @property
    def bare(self) -> bool:
        """Whether counts of decisions are known and no event."""
        return self.outside is not None and self.outside.counts

    @property
    def quick(self) -> bool:
        """Whether it was done only to try things, on few events."""
        return bool(self.request.get("quick"))

    @property
    def options(self) -> str:
        """What was asked for beside the defaults: `features=diary, max_depth=4`."""
        if self.outside:
            return self.outside.told
        given: dict[str, str] = self.request.get("options", {})
        named: list[str] = self.request.get("encoders", [])
        start: str | None = self.request.get("start")
        words = [*named, *(f"{name}={value}" for name, value in sorted(given.items()))]
        return ", ".join([*words, f"from {start}"] if start else words)

    @property
    def title(self) -> str:
        """The model, what sets it apart, and its seed: `gbt, max_depth=4, seed 0`."""
        return self.setting if self.outside else f"{self.setting}, seed {self.seed}"

    @property
    def setting(self) -> str:
        """The model and what sets it apart, whatever its seed: `gbt, max_depth=4`."""
        return self._named(TITLED)

    @property
    def learner(self) -> str:
        """The setting, on however many events it was fitted and wherever it is cut."""
        return self._named(name for name in TITLED if name not in ("train_events", "threshold"))

    @property
    def trained(self) -> str:
        """The setting, at whichever look of its training it scores and wherever it is cut."""
        return self._named(name for name in TITLED if name not in (LOOK, "threshold"))

    def _named(self, titled: Iterable[str]) -> str:
        controls = self.controls
        if self.permuted and self.permuted not in self.views:
            controls.append(f"{self.permuted} permuted, which it does not read")
        unusual = filter(None, map(self.unusual, titled))
        apart = [self.options] if self.options else []
        marked = ["decisions"] * self.decisions + ["quick"] * self.quick
        return ", ".join([self.plugin, *apart, *controls, *unusual, *marked])

    @property
    def controls(self) -> list[str]:
        """What was done to views on purpose: `numbers permuted`."""
        states = ((view, self.view(view)) for view in self.views)
        return [f"{view} {state}" for view, state in states if state != "on"]

    def view(self, name: str) -> str:
        """Whether the model had a view: `on`, `off`, `permuted`, or a dash."""
        if name not in self.views:
            return "-"
        if self.without == name:
            return "off"
        return "permuted" if self.permuted == name else "on"

    def unusual(self, name: str) -> str:
        """`threshold fpr=0.01`: what was asked for of this name, if it is not the usual."""
        value = self.request.get(name, TITLED[name])
        return "" if value == TITLED[name] else f"{name.replace('_', ' ')} {value}"
