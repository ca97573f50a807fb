"""An encoder tried: on some models, beside the same models without it, and a yardstick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api.errors import RequestError, did_you_mean
from bench.api.parts import Dataset, Encoder, Model
from bench.metrics.format import figure, number
from bench.plugins.option_routing import dataset_targets, encoder_target, is_taken, model_target
from bench.report.blocks import TableBlock, plain
from bench.report.event_sets import EventSet, Setting, event_sets
from bench.report.markdown import table
from bench.report.samples import in_words
from bench.report.sections.answer import answer
from bench.report.tested import Tested
from bench.running.encoders import encoders_of
from bench.storage.request import RunRequest
from bench.storage.typed import typed

if TYPE_CHECKING:
    from bench.plugins.registry import Registry
    from bench.storage.store import Run

ALONE = "of one seed each: another may turn it round"


def encoder_of(plugins: Sequence[str], registry: Registry) -> str:
    """The name of the encoder that these plugins of a package offer.

    Raises:
        RequestError: none or several of them, or why a plugin cannot be loaded.
    """
    broken = [problem for problem in registry.problems if problem.plugin in plugins]
    if broken:
        raise RequestError(f"plugin {broken[0].plugin!r}: {broken[0].reason}")
    entries = registry.all(Encoder).values()
    names = [entry.part.name for entry in entries if entry.plugin in plugins]
    if len(names) == 1:
        return names[0]
    if own := [name for name in names if name in plugins]:
        return own[0]
    raise RequestError(f"{', '.join(names) or 'no encoder'} in it; wanted one, install it and say")


def usual_dataset(registry: Registry) -> str | None:
    """The dataset that models are fitted on for most others; None if nothing says which."""
    parts = [entry.part for entry in registry.all(Dataset).values()]
    counts = Counter(part.train for part in parts if part.train and part.train != part.name)
    return counts.most_common(1)[0][0] if counts else None


@dataclass(frozen=True)
class Trial:
    """The runs that tell whether an encoder is worth it."""

    encoder: str
    models: tuple[str, ...]
    requests: tuple[RunRequest, ...]

    @classmethod
    def of(
        cls,
        encoder: str,
        models: Sequence[str],
        *,
        baseline: str,
        seeds: int,
        given: RunRequest,
        registry: Registry,
    ) -> Trial:
        """Each model with the encoder and with its own, and the baseline, all over the seeds.

        Args:
            encoder: its name.
            models: names of plugins.
            baseline: a plugin; empty for none.
            seeds: how many, from that of `given` on.
            given: all else that the runs have in common; a run takes those options that its parts
                have.
            registry: of all parts.

        Raises:
            RequestError: an unknown name, a model that does not read what the encoder gives, or an
                option that no run has.
        """
        part = registry.find(Encoder, encoder).part
        if not models:
            raise RequestError(f"no --on; {_readers(part, registry)}")
        for name in models:
            model = registry.model_of(name).part
            if not part.produces & (model.reads | model.reads_if_given):
                views = ", ".join(sorted(part.produces))
                raise RequestError(
                    f"{name} does not read {views}, which {encoder} gives; "
                    f"{_readers(part, registry)}"
                )
            if encoder in ([model.encoder] if isinstance(model.encoder, str) else model.encoder):
                raise RequestError(f"{name} reads {encoder} by default: nothing to try it against")
        pairs = [(name, chosen) for name in models for chosen in ((encoder,), ())]
        pairs += [(baseline, ())] if baseline and baseline not in models else []
        whole = [replace(given, plugin=name, encoders=chosen) for name, chosen in pairs]
        taken = [_options_taken(request, registry) for request in whole]
        for option in given.options:
            if not any(option in options for options in taken):
                taken[0][option] = given.options[option]  # and is refused there by its name
        requests = tuple(
            replace(request, options=options, seed=given.seed + seed)
            for request, options in zip(whole, taken, strict=True)
            for seed in range(seeds)
        )
        return cls(encoder, tuple(models), requests)

    def answer(self, runs: Sequence[Run]) -> str:
        """What the encoder is worth on each model, and what leads; why not, where runs failed."""
        sets = event_sets(runs)
        if not sets:
            way = typed("bench", "list", "runs", runs=runs[0].folder.parent)
            return f"No run has scores to compare; `{way}` shows how each ended."
        return "\n\n".join(self._answer(events) for events in sets)

    def _answer(self, events: EventSet) -> str:
        tested = Tested.of(events)
        rows = [[plain(cell) for cell in self._row(name, tested)] for name in self.models]
        headings = ("model", f"with {self.encoder}", "without", "difference", "so it is")
        seeds = {len(setting.runs) for setting in events.settings}
        quick = any(setting.runs[0].record.quick for setting in events.settings)
        only = "; quick, only to try things" if quick else ""
        lines = [
            f"{self.encoder} on {in_words(events.sample)}; AUC, of the seed of median AUC{only}:",
            "",
            table(TableBlock("trial", headings, rows)),
            "",
            f"95 %, DeLong on the same events, Holm over {len(tested.pairs)} pairs"
            + (f"; {ALONE}." if seeds == {1} else "; apart only if no seeds overlap."),
            f"All of them: {answer(tested)}",
        ]
        return "\n".join(lines)

    def _row(self, name: str, tested: Tested) -> tuple[str, ...]:
        place = {bool(self._tries(s)): i for i, s in self._of(name, tested)}
        if len(place) < 2:
            missing = "with it" if True not in place else "without it"
            return (name, "", "", "", f"not known: no run {missing} ended well")
        own, other = tested.settings[place[True]], tested.settings[place[False]]
        first, second = sorted(place.values())
        pair = next(p for p in tested.pairs if (p.first, p.second) == (first, second))
        better = place[True] < place[False]
        sign = 1 if better else -1
        ends = sorted(sign * end for end in (pair.difference.low, pair.difference.high))
        value, low, high = (f"{end + 0.0:+.4f}" for end in (sign * pair.difference.value, *ends))
        outcome = "better" if better else "worse"
        if tested.share(first, second):
            doubt = "seeds overlap" if pair.separable else f"p = {number(pair.p)}"
            outcome = f"not told apart ({doubt})"
        return (
            name,
            _auc(own),
            f"{_auc(other)}, {_own(other, own)}",
            f"{value} [{low}, {high}]",
            outcome,
        )

    def _of(self, name: str, tested: Tested) -> list[tuple[int, Setting]]:
        settings = enumerate(tested.settings)
        return [(i, s) for i, s in settings if s.runs[0].record.plugin == name]

    def _tries(self, setting: Setting) -> bool:
        return self.encoder in setting.runs[0].record.request.get("encoders", ())


def _options_taken(request: RunRequest, registry: Registry) -> dict[str, str]:
    """Those of the options of a request that a part of it has."""
    model = registry.model_of(request.plugin)
    datasets = registry.datasets_of(request.dataset, request.train)
    encoders = encoders_of(model, request.encoders, registry)
    targets = [model_target(model), *dataset_targets(*datasets), *map(encoder_target, encoders)]
    return {name: value for name, value in request.options.items() if is_taken(name, targets)}


def _auc(setting: Setting) -> str:
    return figure(setting.middle.metrics().estimates["auc"])


def _own(usual: Setting, tried: Setting) -> str:
    """The encoders of a model that the tried one has taken the place of."""
    names, others = (
        [part.name for part in setting.runs[0].record.encoders] for setting in (usual, tried)
    )
    return " and ".join(name for name in names if name not in others) or "as it is"


def _readers(part: type[Encoder], registry: Registry) -> str:
    """Which models read what an encoder gives."""
    models: Mapping[str, type[Model]] = {
        entry.plugin: entry.part for entry in registry.all(Model).values()
    }
    names = [n for n, m in models.items() if part.produces & (m.reads | m.reads_if_given)]
    views = " or ".join(sorted(part.produces))
    return f"{views} are read by {', '.join(sorted(names))}" if names else did_you_mean("", models)
