"""What an encoder has to do: one entry an event, from its features alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.guard import InputEvidence
from bench.api.inputs import PARTICLE, WITHIN
from bench.api.parts import Encoder, Model
from bench.data.encode import encode, learn, read_learned, views_of, write_learned
from bench.guards.b007_relabelling import Relabelling
from bench.guards.b008_encoding_batch_dependence import EncodingBatchDependence
from bench.guards.b009_encoded_finite import EncodedFinite
from bench.guards.b011_remembered_labels import RememberedLabels
from bench.guards.every import of_evidence
from bench.guards.inspect import inspect
from bench.guards.messages import error_text
from bench.guards.probing import balanced_rows
from bench.plugins.interruption import raise_if_users
from bench.plugins.options import build, options_in, options_of
from bench.plugins.registry import load_registry
from bench.storage.distributions import CORE
from bench.testing.check import Checked, ask, demand, of_guards
from bench.testing.excerpt import excerpt
from bench.testing.surroundings import heavy_when_listed, offline, same_randomness, workplace

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.inputs import Inputs, Learned
    from bench.api.table import Table

EVENTS = 200
GUARDS = (Relabelling, EncodingBatchDependence, EncodedFinite, RememberedLabels)


def check_encoder(encoder: Encoder) -> None:
    """Put every question to an encoder, with these options.

    Raises:
        Failed: a line for each check that failed.
    """
    demand(checked_encoder(encoder))


def checked_encoder(encoder: Encoder) -> list[Checked]:
    """What came of every check of an encoder, and of the guards that look at encodings."""
    part = f"encoder {encoder.name}"
    whole = excerpt()
    rows = balanced_rows(whole.y, 2 * EVENTS)
    train, few_events = whole.take(rows[:EVENTS]), whole.take(rows[EVENTS:])
    with workplace() as (home, context), offline(), same_randomness():
        try:
            learned = learn([encoder], train)
            inputs = encode(reader(encoder.produces), [encoder], learned, few_events)
        except BaseException as error:
            raise_if_users(error)
            reason = error_text(error)
            return [Checked(part, "it encodes the features of real events", "failed", reason)]
        subject = _Subject(encoder, train, few_events, learned, inputs, home.scratch)
        checked = ask(part, CHECKS, subject)
        evidence = subject.evidence(context)
        own = [guard for guard, source in load_registry().guards.items() if source != CORE]
        guards = inspect([*GUARDS, *of_evidence(own, InputEvidence)], evidence)
    return [*checked, *of_guards(part, guards)]


@dataclass(frozen=True)
class _Subject:
    encoder: Encoder
    train: Table
    events: Table
    learned: Learned
    inputs: Inputs
    folder: Path

    def evidence(self, context: Context) -> InputEvidence:
        """What guards of encodings look at."""
        return InputEvidence(
            model=reader(self.encoder.produces),
            encoders=[self.encoder],
            tables={"train": self.train, "valid": self.train, "evaluated": self.events},
            used={},
            few=self.events,
            learned=self.learned,
            inputs=self.inputs,
            context=context,
        )


def reader(views: frozenset[str]) -> Model:
    """A model that reads these views, and does nothing else."""
    made: Model = type("Reader", (_Reader,), {"reads": views})()
    return made


@dataclass(frozen=True)
class _Reader(Model):
    name = "reader"
    encoder = "numbers"

    def fit(self, *_: Any) -> Any:
        raise NotImplementedError

    def load(self, *_: Any) -> Any:
        raise NotImplementedError


def _options(subject: _Subject) -> None:
    """Its options can be typed and say what they mean."""
    kind, values = type(subject.encoder), options_in(subject.encoder)
    assert options_in(build(kind, {k: _text(v) for k, v in values.items()})) == values
    dumb = [option.name for option in options_of(kind) if not option.help]
    assert not dumb, f"no text under {', '.join(dumb)}: it is the help of the option"


def _views(subject: _Subject) -> None:
    """It gives the views that it says, an entry an event."""
    given = views_of(subject.encoder, subject.events, subject.learned[subject.encoder.name])
    assert set(given) == set(subject.encoder.produces), f"gives {', '.join(sorted(given))}"
    for name, view in given.items():
        assert len(view) == len(subject.events), f"{name} has {len(view)} entries"


def _kinds(subject: _Subject) -> None:
    """Texts are strings, numbers float32 with a row an event, particles the same with a mask."""
    import numpy as np

    for name, view in subject.inputs.views.items():
        if name == "texts":
            assert all(isinstance(text, str) for text in view), "texts that are no strings"
        if name == "numbers":
            assert isinstance(view, np.ndarray), f"numbers are a {type(view).__name__}"
            assert view.ndim == 2, f"numbers have {view.ndim} axes"
            assert view.dtype == np.float32, f"numbers are {view.dtype}, wanted float32"
        if name == "particles":
            _demand_particles(view, subject.inputs.views.get("mask"))


def _demand_particles(view: Any, mask: Any) -> None:
    """What `bench.Inputs` says of particles and their mask."""
    import numpy as np

    assert isinstance(view, np.ndarray), f"particles are a {type(view).__name__}"
    assert view.dtype == np.float32, f"particles are {view.dtype}, wanted float32"
    least = len(PARTICLE)
    assert view.ndim == 3, f"particles have {view.ndim} axes, wanted 3"
    assert view.shape[2] >= least, f"a particle has {view.shape[2]} numbers, wanted {least}"
    assert isinstance(mask, np.ndarray), "particles without a mask"
    wanted = (np.dtype(bool), view.shape[:2])
    assert (mask.dtype, mask.shape) == wanted, f"a mask of {mask.dtype}, {mask.shape}"
    assert not view[~mask].any(), "numbers other than 0 where there is no particle"


def _table(subject: _Subject) -> None:
    """It leaves the table as it is."""
    before = subject.events.x.copy()
    views_of(subject.encoder, subject.events, subject.learned[subject.encoder.name])
    assert (before == subject.events.x).all(), "the features have changed"


def _persisted(subject: _Subject) -> None:
    """What it learned can be kept and read again."""
    folder = subject.folder / "learned"
    folder.mkdir()
    write_learned(subject.learned, folder)
    again = read_learned([subject.encoder], folder)[subject.encoder.name]
    mine = subject.learned[subject.encoder.name]
    assert mine.keys() == again.keys(), "arrays are lost"
    same = (mine[k].tobytes() == again[k].tobytes() for k in mine)
    assert all(same), "arrays have changed"


def _different(subject: _Subject) -> None:
    """It tells events apart, by a view or by what stands within it."""
    views = subject.inputs.views
    for name in views:
        if name == "mask":
            continue  # it is of the particles, and full where each event has enough of them
        within = [views[n] for n in (name, *WITHIN.get(name, ())) if n in views]
        different = {tuple(map(_entry, within, [i] * len(within))) for i in range(50)}
        assert len(different) > 1, f"{name} is the same for every event"


def _listing(subject: _Subject) -> None:
    """It imports nothing heavy when plugins are listed."""
    heavy = heavy_when_listed(type(subject.encoder))
    assert not heavy, f"importing it brings in {', '.join(heavy)}; import them where they are used"


CHECKS = (_options, _views, _kinds, _table, _persisted, _different, _listing)


def _entry(view: Any, i: int) -> object:
    return view[i] if isinstance(view, list) else view[i].tobytes()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
