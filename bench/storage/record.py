"""What is written down of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bench.storage.protocol import Protocol
from bench.storage.record_parts import OutsideRecord, PartRecord, SampleRecord, Verdict
from bench.storage.request import LOOK, TITLED, spelled_alike
from bench.storage.weak import DATA

__all__ = [
    "NOMINAL",
    "SCHEMA",
    "SEVERITIES",
    "VARIED_FIT",
    "OutsideRecord",
    "PartRecord",
    "RunRecord",
    "SampleRecord",
    "Verdict",
]

SCHEMA = 1
"""The form of `run.json`; docs/reference/files.md says when it is raised."""
NOMINAL = "nominal"
"""The value of `variation` for a simulation that is not varied."""
VARIED_FIT = "train.variation"
"""Says in the name of a run which variation of a simulation it was fitted on."""
SEVERITIES = ("void", "warn", "note")


@dataclass(frozen=True)
class RunRecord:
    """One run: what was asked, with what, on which events, and how it ended."""

    id: str
    """Content hash of all that makes the run what it is; equal ones are the same run."""
    created: str
    """UTC, ISO 8601."""
    status: str
    """`ok`, `void` where a guard found that it is worth nothing, `failed` or `interrupted`; before
    it is sealed `started`."""
    plugin: str
    """The plugin whose model ran, or what an imported model is called."""
    dataset: str
    """The dataset that was evaluated on."""
    seed: int
    """Seed of the fit."""
    request: dict[str, Any]
    """What was asked for, by the names of the command line's options."""
    error: str | None = None
    """Why it failed or is void, in one line."""
    model: PartRecord | None = None
    """The model; null of an imported run."""
    encoders: list[PartRecord] = field(default_factory=list)
    """What turned features into the views that the model reads."""
    views: list[str] = field(default_factory=list)
    """What the model reads."""
    without: str | None = None
    """The view that the events were scored without, as a control."""
    permuted: str | None = None
    """The view that was shuffled between the scored events, as a control."""
    threshold: float = 0.5
    """An event is called signal if its score is at least this."""
    decisions: bool = False
    """Whether the scores are decisions, which rank nothing; False of runs that were not asked."""
    train: SampleRecord | None = None
    """What was fitted on."""
    valid: SampleRecord | None = None
    """What the fit was stopped and chosen by."""
    sample: SampleRecord | None = None
    """What was evaluated on."""
    fit: str | None = None
    """The name of the fit's folder: its content hash, and more where there are several."""
    scores: str | None = None
    """Content hash of all that the scores come from."""
    values: str | None = None
    """Content hash of the evaluated scores, event by event; equal scores have an equal one."""
    fit_reused: bool = False
    """Whether the fit was made by an earlier run."""
    ranks: list[str] = field(default_factory=list)
    """The device of each process that made the fit, where several did."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of the core, and of the distributions that its scores were made with."""
    judged_with: dict[str, str] = field(default_factory=dict)
    """The same of what its metrics stand on."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time of each stage, s."""
    verdicts: list[Verdict] = field(default_factory=list)
    """What each guard said; none of a run that was not guarded."""
    protocol: Protocol | None = None
    """The protocol that it was done under, with the figures that were published under it."""
    outside: OutsideRecord | None = None
    """Where the result came from, if it is not the bench's own."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file beside this record."""
    schema: int = SCHEMA
    """The number of this form; it is raised when a field changes its meaning."""
    seal: str = ""
    """SHA-256 of this file but for these digits; empty of records that earlier benches wrote."""

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
        given = self._untold(spelled_alike(self.request.get("options", {})))
        named: list[str] = self.request.get("encoders", [])
        start: str | None = self.request.get("start")
        words = [*named, *(f"{name}={value}" for name, value in sorted(given.items()))]
        return ", ".join([*words, f"from {start}"] if start else words)

    def _untold(self, given: dict[str, str]) -> dict[str, str]:
        """The options without the variation of the evaluated sample, as its edition says it.

        That of the fit stays: `train.variation=recoil`.
        """
        variation = self.sample.variation if self.sample else ""
        stated = [f"{word}variation" for word in ("", "dataset.", "evaluated.")]
        others = {k: v for k, v in given.items() if k not in stated or v != (variation or NOMINAL)}
        if not variation:
            return others
        if len(others) < len(given) and self.train and self.train.variation == variation:
            others[VARIED_FIT] = variation
        return others

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
    def search(self) -> str:
        """The setting, on however many signal events in its data and wherever it is cut."""
        return self._named(name for name in TITLED if name not in ("inject", "threshold"))

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
        marked += [f"{len(self.ranks)} ranks"] if self.ranks else []
        fitted = [f"labels {DATA}"] * self.weak
        return ", ".join([self.plugin, *apart, *controls, *fitted, *unusual, *marked])

    @property
    def controls(self) -> list[str]:
        """What was done to views or labels on purpose: `numbers permuted`."""
        states = [*((view, self.view(view)) for view in self.views), ("labels", self.labels)]
        return [f"{what} {state}" for what, state in states if state not in ("on", "truth", DATA)]

    @property
    def labels(self) -> str:
        """What was fitted by: `truth`, labels `shuffled` between events, or which were `data`."""
        return str(self.request.get("labels", "truth"))

    @property
    def weak(self) -> bool:
        """Whether the fit told data from a reference, and saw no truth."""
        return self.labels == DATA

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
