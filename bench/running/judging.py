"""Who judges scores: the metrics, and what identifies them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bench.api.errors import DamagedError
from bench.api.guard import Guard
from bench.api.parts import Metric
from bench.api.scores import Estimate
from bench.guards.messages import error_text
from bench.plugins.interruption import raise_if_users
from bench.plugins.options import build, options_in
from bench.storage.code_digest import JUDGING, code_digest, core_digest, imports_of
from bench.storage.distributions import CORE, stands_on, versions
from bench.storage.fingerprint import scores_digest
from bench.storage.request import LOOK, LOOKS
from bench.storage.secrets import masked_values
from bench.storage.stored_run import Metrics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored
    from bench.plugins.registry import Registry
    from bench.storage.store import Store


@dataclass(frozen=True)
class Judges:
    """Metrics and guards, each with the distribution that it comes from."""

    metrics: Sequence[Metric]
    distributions: Sequence[str]
    guards: Mapping[type[Guard[Any]], str]

    @classmethod
    def of(cls, registry: Registry) -> Judges:
        """Every metric there is, with its default options, and every guard."""
        metrics = registry.all(Metric).values()
        return cls(
            [build(entry.part, {}) for entry in metrics],
            [entry.distribution for entry in metrics],
            registry.guards,
        )

    def key(self) -> object:
        """What identifies how scores are judged: the metrics, their options, code of plugins."""
        judges = zip(self.metrics, self.distributions, strict=True)
        strange = [(g.code, code_digest(g, d)) for g, d in self.guards.items() if d != CORE]
        return [
            core_digest(JUDGING),
            *((m.name, options_in(m), m.content(), code_digest(type(m), d)) for m, d in judges),
            strange,
        ]

    def versions(self) -> dict[str, str]:
        """Of the distributions that they stand on, once they have judged."""
        judges = zip(self.metrics, self.distributions, strict=True)
        imports = {name for m, d in judges for name in imports_of(type(m), d)}
        return versions(stands_on(self.distributions, imports))


def judge(metrics: Sequence[Metric], scored: Scored) -> Metrics:
    """All figures; a metric that breaks is a dash that says why."""
    estimates: dict[str, Estimate] = {}
    for metric in metrics:
        try:
            estimates |= metric.estimate(scored)
        except BaseException as error:
            raise_if_users(error)
            note = f"failed: {error_text(error)}"
            estimates[metric.name] = Estimate(None, note=note)
    return Metrics(estimates, scored.counts())


def _alike(theirs: Mapping[str, Mapping[str, Any]], ours: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether two have the same options, but for looks that may be one and the same.

    The best look is the last one too, or the third; and what is kept changes no score.
    """
    import msgspec

    looks = [part[LOOK] for parts in (theirs, ours) for part in parts.values() if LOOK in part]
    apart = {LOOKS} if all(str(look).isdecimal() for look in looks) else {LOOKS, LOOK}
    one, other = (
        {name: {k: v for k, v in part.items() if k not in apart} for name, part in parts.items()}
        for parts in (theirs, ours)
    )
    # a record has lists where options have tuples
    encode = partial(msgspec.json.encode, order="deterministic")
    return encode(one) == encode(other)


def scores_of_others(
    store: Store,
    scored: Scored,
    fingerprint: str,
    options: Mapping[str, Mapping[str, Any]],
    scores_key: str,
) -> dict[str, NDArray[np.float64]]:
    """Scores of other fits and options on the very same events, those left out that differ.

    Args:
        store: that they are in.
        scored: whose others are looked for.
        fingerprint: of its events.
        options: of its model and encoders, by their names.
        scores_key: its own.
    """
    others = {}
    for run in store.runs(fingerprint):
        record = run.record
        if record.status != "ok" or record.bare or record.model is None or record.sample is None:
            continue
        theirs = {part.name: part.options for part in (record.model, *record.encoders)}
        same_events = record.sample.fingerprint == fingerprint
        if not same_events or _alike(theirs, masked_values(options)) or record.scores == scores_key:
            continue
        if record.values:  # a record without was written before there was this hash
            if record.values == scores_digest(scored.score):
                others[run.name] = scored.score
            continue
        with suppress(DamagedError):
            others[run.name] = run.scored().score
    return others
