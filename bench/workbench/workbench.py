"""What `bench.open` gives: events, runs and comparisons, as the command line makes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.api.errors import RequestError
from bench.api.parts import Model
from bench.running.failures import VoidedRunError
from bench.storage.store import Run
from bench.workbench.comparison import Comparison
from bench.workbench.events import Events
from bench.workbench.result import Result
from bench.workbench.script import run_once

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from bench.api.context import Context
    from bench.plugins.registry import Registry
    from bench.storage.home import Home
    from bench.storage.store import Store

Comparable: TypeAlias = Result | Run | str
"""A result, a run, or the name of one: of a plugin, of an import, or of a run's folder."""


@dataclass(frozen=True, eq=False, repr=False)
class Workbench:
    """A folder of runs with all that is installed, to make more of them and to compare them."""

    store: Store
    home: Home
    registry: Registry
    context: Context

    @run_once()
    def events(self, dataset: str, **samples: Any) -> Events:
        """The events that `run` would fit on and evaluate on.

        Args:
            dataset: its name; see `bench list datasets`.
            samples: what samples, as `bench run` has it: `ratio="1:10"`, `events=8000`,
                `train_events=1000`, `edition="twin"`; and `options={"features": "substructure"}`
                of the dataset.

        Raises:
            BenchError: an unknown name, or events that cannot be had.
        """
        from bench.data.requested_samples import requested_samples
        from bench.workbench.asking import sample_request

        request, options = sample_request(dataset, samples)
        requested = requested_samples(request, options, self.registry, self.home, self.context)
        return Events(requested.samples, requested.dataset)

    def score(
        self,
        name: str,
        classifier: Any,
        events: Events,
        *,
        options: str = "",
        seed: int = 0,
        threshold: float = 0.5,
        trained_on: ArrayLike | None = None,
        allow: Iterable[str] = (),
    ) -> Result:
        """Store the scores of a classifier of one's own, judged and looked at by the guards.

        It is taken to be fitted on `events.train` and chosen by `events.valid`; those events and
        its scores of the valid split are kept with the run.

        Args:
            name: what to call the model.
            classifier: fitted, with `predict_proba`; or P(signal) by event id, a dict or a Series,
                of `events.test` and, if known, of `events.valid`.
            events: what it was fitted on and is scored on.
            options: what sets it apart, in your words: `depth 4`.
            seed: of its fit, where there are several.
            threshold: called signal from this score on.
            trained_on: ids of the events that it was fitted on, if not those of `events.train`.
            allow: codes of guards whose findings are let through.

        Raises:
            RequestError: a name that is an installed plugin's, or a threshold that is no score.
            InputError: scores that are not P(signal), or not of these events.
            VoidedRunError: a guard voided it; it is recorded.
        """
        import pandas as pd

        from bench.outside.importing import import_predictions
        from bench.outside.known_fit import KnownFit
        from bench.outside.predictions import Claim
        from bench.workbench.classifier import scores_of

        self._demand_own(name, threshold)
        scores = scores_of(classifier, events, name)
        test = scores["test"]
        claim = Claim(
            file=Path(f"scores of {name}"),
            model=name,
            dataset=events.dataset.name,
            threshold=threshold,
            options=options,
            allow=tuple(allow),
            seed=seed,
            frame=pd.DataFrame({"event": test.index.to_numpy(), "score": test.to_numpy()}),
        )
        known = KnownFit(
            events.samples, events.dataset, _valid(scores["valid"], events), _ids(trained_on)
        )
        run = import_predictions(
            claim, self.registry, self.home, self.store, self.context, known=known
        )
        if run.record.status == "void":
            raise VoidedRunError(run)
        return Result((run,))

    @run_once()
    def run(
        self, plugin: str, dataset: str, *, seeds: int | Iterable[int] | None = None, **said: Any
    ) -> Result:
        """Fit a plugin's model or reuse its fit, score, judge and store: `bench run`.

        Args:
            plugin: its name; see `bench list plugins`.
            dataset: to evaluate on.
            seeds: how many, from 0 on, or which ones; a run each.
            said: the other options of `bench run`: `ratio="1:10"`, `train_events=1000`,
                `encoders="numbers-bins"`, `options={"max_depth": 4}`, `permute="numbers"`.

        Raises:
            BenchError: the request or its input is bad; nothing is recorded.
            VoidedRunError: a guard voided a run; it is recorded.
            RunFailedError: a run broke on the way; it is recorded.
        """
        from bench.running.parts import resolve_parts
        from bench.running.pipeline import run_parts
        from bench.workbench.asking import run_requests

        requests = run_requests(plugin, dataset, seeds, said)
        every = [resolve_parts(request, self.registry) for request in requests]
        done = [run_parts(parts, self.home, self.store, self.context)[0] for parts in every]
        return Result(tuple(done))

    def runs(self, name: str) -> Result:
        """The stored runs that a name stands for: the newest of a plugin or an import, or a folder.

        Raises:
            RequestError: it fits no run.
        """
        from bench.storage.named_runs import on_one_sample

        (named,) = on_one_sample(self.store, [name])
        return Result(named.runs)

    def compare(
        self, *models: Comparable, common: bool = False, floor: str | None = None
    ) -> Comparison:
        """Compare two or more models, paired on the same events: `bench compare`.

        Names stand for their newest runs on the sample that all of them have been scored on. With
        `common` runs on other samples are compared on the events that all of them have scored.
        `floor` is that of the maximum SIC, as `--floor` takes it: `"fpr above 1e-4"`.

        Raises:
            RequestError: runs that cannot be compared, with the reason; no such floor.
        """
        from bench.metrics.floors import Floor
        from bench.running.judging import Judges
        from bench.storage.named_runs import on_one_sample

        names = [model if isinstance(model, str) else _runs(model)[0].name for model in models]
        named = on_one_sample(self.store, names, common=common) if names else []
        for choice in (called.choice for called in named if called.others):
            self.context.notice(choice)
        given = [
            called.runs if isinstance(model, str) else _runs(model)
            for model, called in zip(models, named, strict=True)
        ]
        judges = Judges.of(self.registry).metrics if common else None
        return Comparison.of(
            given, common=judges, floor=None if floor is None else Floor.read(floor)
        )

    def _demand_own(self, name: str, threshold: float) -> None:
        """Refuse a name that would stand for a plugin's runs too, and what is no threshold.

        Raises:
            RequestError: which of them.
        """
        entries = self.registry.all(Model).values()
        if not name.strip() or name in {n for e in entries for n in (e.part.name, e.plugin)}:
            taken = "is an installed plugin's" if name.strip() else "is no name"
            raise RequestError(f"{name!r} {taken}; wanted one of your own, such as my-model")
        if not 0 <= threshold <= 1:
            raise RequestError(f"threshold {threshold}: wanted 0 to 1, as scores are P(signal)")

    def __repr__(self) -> str:
        return f"<bench with {sum(1 for _ in self.store.runs())} runs in {self.store.root}>"


def _runs(model: Result | Run) -> tuple[Run, ...]:
    return (model,) if isinstance(model, Run) else model.runs


def _valid(scores: pd.Series[float], events: Events) -> NDArray[np.float64] | None:
    """Scores in the order of the valid split, NaN where there is none; None without any."""
    if not len(scores):
        return None
    import numpy as np

    ordered = scores.reindex(events.samples.tables["valid"].ids)
    return np.asarray(ordered, dtype=np.float64)


def _ids(events: ArrayLike | None) -> NDArray[np.uint64] | None:
    import numpy as np

    return None if events is None else np.asarray(events, dtype=np.uint64)
