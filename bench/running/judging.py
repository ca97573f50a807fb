"""Who judges scores: the metrics, and what identifies them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.parts import Metric
from bench.plugins.options import build, options_in
from bench.storage.code_digest import JUDGING, code_digest, core_digest, imports_of
from bench.storage.distributions import stands_on, versions

if TYPE_CHECKING:
    from bench.plugins.registry import Registry


@dataclass(frozen=True)
class Judges:
    """Metrics, each with the distribution that it comes from."""

    metrics: Sequence[Metric]
    distributions: Sequence[str]

    @classmethod
    def of(cls, registry: Registry) -> Judges:
        """Every metric there is, with its default options."""
        entries = registry.all(Metric).values()
        return cls([build(o.part, {}) for o in entries], [o.distribution for o in entries])

    def key(self) -> object:
        """What identifies how scores are judged: the metrics, their options and their code."""
        judges = zip(self.metrics, self.distributions, strict=True)
        return [
            core_digest(JUDGING),
            *((m.name, options_in(m), m.content(), code_digest(type(m), d)) for m, d in judges),
        ]

    def versions(self) -> dict[str, str]:
        """Of the distributions that they stand on, once they have judged."""
        judges = zip(self.metrics, self.distributions, strict=True)
        imports = {name for m, d in judges for name in imports_of(type(m), d)}
        return versions(stands_on(self.distributions, imports))
