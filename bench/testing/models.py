"""What a model has to do: score, be reproducible, save all of itself, and be alive."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.api.parts import Dataset, Model
from bench.data.encode import encode, learn
from bench.data.real_scores import real_scores
from bench.guards.messages import error_text
from bench.guards.probing import balanced_rows
from bench.plugins.interruption import raise_if_users
from bench.plugins.options import build, fit_options, options_in, options_of
from bench.plugins.registry import Registry, load_registry
from bench.running.failures import RunFailedError, VoidedRunError
from bench.running.parts import resolve_parts
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Store
from bench.testing.check import FAILED, PASSED, Checked, SkippedError, ask, demand, of_guards
from bench.testing.excerpt import Excerpt, excerpt
from bench.testing.surroundings import (
    heavy_when_listed,
    offline,
    plugin_entry,
    same_randomness,
    workplace,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs
    from bench.api.parts import Fitted
    from bench.storage.record import Verdict

FITTED_ON, SCORED = 96, 48
IDLE_SECONDS = 20.0
"""Seconds for trying options."""
RUN_ON = 1800
"""Events of the run that the guards look at, nearly all that the excerpt has to fit on: after an
epoch on a third of them a language model's log loss still says that it has learned nothing."""


def check_model(model: Model) -> None:
    """Put every question to a model, with these options.

    Raises:
        Failed: a line for each check that failed.
    """
    demand(_checked(model, with_idle_options=False))


def checked_model(model: Model) -> list[Checked]:
    """What came of every check of a model, and what the guards say of a small run."""
    return _checked(model, with_idle_options=True)


def _checked(model: Model, *, with_idle_options: bool) -> list[Checked]:
    part = f"model {model.name}"
    registry = load_registry()
    registry.entries[Model][model.name] = plugin_entry(type(model))
    try:
        with workplace() as (_, context), offline():
            subject = _Subject.of(model, registry, context)
            checked = ask(part, CHECKS, subject)
            if with_idle_options:  # which fail nobody, and take a fit each
                checked.append(idle_options(subject))
        return [*checked, *of_guards(part, guarded(model, registry))]
    except RunFailedError as failure:
        why = failure.run.record.error or "it failed"
        return [*checked, Checked(part, "It does a run", FAILED, why)]
    except BaseException as error:
        raise_if_users(error)
        why = " ".join(error_text(error).split())
        return [Checked(part, "It fits and scores without the network", FAILED, why)]


def guarded(model: Model, registry: Registry) -> Sequence[Verdict]:
    """What every guard says of a run of the model on some real events.

    Raises:
        RunFailedError: the run breaks.
    """
    registry.entries[Dataset]["excerpt"] = plugin_entry(Excerpt)
    options = {o.name: v for o, v in _given(model) if v != o.default}
    request = RunRequest(
        plugin=model.name,
        dataset="excerpt",
        train_events=RUN_ON,
        events=SCORED * 4,
        options={f"model.{name}": value for name, value in options.items()},
    )
    with workplace() as (home, context):
        try:
            done, _ = run(request, registry, home, Store(home.root / "runs"), context)
        except VoidedRunError as void:
            done = void.run
        return done.record.verdicts


def _given(model: Model) -> list[tuple[Any, Any]]:
    values = options_in(model)
    return [(option, values[option.name]) for option in options_of(type(model))]


@dataclass
class _Subject:
    """A model fitted on a few events."""

    model: Model
    train: Inputs
    valid: Inputs
    context: Context
    fitted: Fitted
    scores: NDArray[np.float64]  # (n,), of the valid events

    @classmethod
    def of(cls, model: Model, registry: Registry, context: Context) -> _Subject:
        """Encoded by the model's default encoders."""
        registry.entries[Dataset]["excerpt"] = plugin_entry(Excerpt)
        parts = resolve_parts(RunRequest(plugin=model.name, dataset="excerpt"), registry)
        table = excerpt()
        rows = balanced_rows(table.y, FITTED_ON + SCORED)
        train, valid = table.take(rows[:FITTED_ON]), table.take(rows[FITTED_ON:])
        learned = learn(parts.encoders, train)
        seen = encode(model, parts.encoders, learned, train, targets=True)
        unseen = encode(model, parts.encoders, learned, valid)
        fitted = model.fit(seen, unseen, context)
        scores = real_scores(fitted.score(unseen))
        return cls(model, seen, unseen, context, fitted, scores)

    def score(self, inputs: Inputs) -> NDArray[np.float64]:
        return real_scores(self.fitted.score(inputs))


def _options(subject: _Subject) -> None:
    """Its options can be typed and say what they mean."""
    kind = type(subject.model)
    values = options_in(subject.model)
    typed = {name: _text(value) for name, value in values.items()}
    assert options_in(build(kind, typed)) == values, "options typed as text come back otherwise"
    dumb = [option.name for option in options_of(kind) if not option.help]
    assert not dumb, f"no text under {', '.join(dumb)}: it is the help of the option"
    assert set(fit_options(subject.model)) <= set(values)


def _scores(subject: _Subject) -> None:
    """It gives one probability an event, or NaN for no answer."""
    import numpy as np

    scores = np.asarray(subject.fitted.score(subject.valid))
    assert scores.shape == (len(subject.valid),), f"scores of shape {scores.shape}"
    assert scores.dtype.kind == "f", f"scores of type {scores.dtype}"
    answered = scores[~np.isnan(scores)]
    assert ((answered >= 0) & (answered <= 1)).all(), "scores outside [0, 1]"


def _again(subject: _Subject) -> None:
    """It scores the same events the same, however often."""
    import numpy as np

    assert np.array_equal(subject.score(subject.valid), subject.scores, equal_nan=True)


def _labels(subject: _Subject) -> None:
    """It does not look at labels or weights when it scores."""
    import numpy as np

    valid = subject.valid
    relabelled = replace(valid, y=(1 - valid.y).astype(np.int8), weights=valid.weights * 7)
    assert np.array_equal(subject.score(relabelled), subject.scores, equal_nan=True)


def _order(subject: _Subject) -> None:
    """It gives each event its own score, whatever their order."""
    import numpy as np

    order = np.random.default_rng(1).permutation(len(subject.valid))
    got = subject.score(subject.valid.take(order))
    assert np.allclose(got, subject.scores[order], atol=2e-3, equal_nan=True)


def _inputs(subject: _Subject) -> None:
    """It leaves its inputs as they are."""
    import numpy as np

    for inputs in (subject.train, subject.valid):
        for name, view in inputs.views.items():
            if isinstance(view, np.ndarray):
                before = view.copy()
                subject.score(inputs)
                assert np.array_equal(before, view, equal_nan=True), f"{name} has changed"


def _random(subject: _Subject) -> None:
    """It draws random numbers from its seed alone."""
    with same_randomness(), offline():
        subject.model.fit(subject.train, subject.valid, subject.context)


def _files(subject: _Subject) -> None:
    """It saves data, and nothing that runs when it is read."""
    folder = subject.context.scratch / "saved"
    folder.mkdir()
    subject.fitted.save(folder)
    for file in (path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as stream:
            start = stream.read(1)
        pickled = start == b"\x80" or file.suffix in (".pkl", ".pickle", ".joblib", ".pt")
        assert not pickled, f"{file.name} is a pickle; save arrays, JSON or safetensors"


def _listing(subject: _Subject) -> None:
    """It imports nothing heavy when plugins are listed."""
    heavy = heavy_when_listed(type(subject.model))
    assert not heavy, f"importing it brings in {', '.join(heavy)}; import them where they are used"


def _tokens(subject: _Subject) -> None:
    """It shows its tokens if it reads texts."""
    if "texts" not in subject.model.reads or not subject.model.depends_on & {"texts"}:
        raise SkippedError("it reads no texts")
    rendered = subject.model.render(subject.valid, subject.context)
    assert rendered is not None, "Model.render gives nothing, so that no guard sees its prompts"


CHECKS = (
    *(_options, _scores, _again, _labels, _order, _inputs),
    *(_random, _files, _listing, _tokens),
)


def idle_options(subject: _Subject) -> Checked:
    """The options whose change makes no difference to a fit on a few events; fails nobody."""
    import numpy as np

    idle, started, tried = [], time.monotonic(), 0
    for option, value in _given(subject.model):
        other = _other(option, value)
        if other is None or time.monotonic() - started > IDLE_SECONDS:
            continue
        try:
            changed = replace(subject.model, **{option.name: other})
            fitted = changed.fit(subject.train, subject.valid, subject.context)
            scores = real_scores(fitted.score(subject.valid))
        except BaseException as error:
            raise_if_users(error)
            continue  # a value that these events or the other options do not bear
        tried += 1
        if np.array_equal(scores, subject.scores, equal_nan=True):
            idle.append(option.name)
    reason = f"no difference on {FITTED_ON} events: {', '.join(idle)}" if idle else ""
    requirement = f"Its options make a difference ({tried} tried)"
    return Checked(f"model {subject.model.name}", requirement, PASSED, reason)


def _other(option: Any, value: Any) -> Any:
    """Another value of an option, if one can be told."""
    if isinstance(value, bool):
        return not value
    if option.choices:
        return next((choice for choice in option.choices if choice != value), None)
    if isinstance(value, int):
        return value + 1
    return value * 0.5 if isinstance(value, float) and value else None


def _text(value: object) -> str:
    """An option's value as it would be typed."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
