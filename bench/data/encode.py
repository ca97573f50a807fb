"""From a sample's table to what the model reads, by one or more encoders."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import RequestError, did_you_mean
from bench.api.inputs import Inputs
from bench.api.parts import ViewModule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.inputs import Learned
    from bench.api.parts import Encoder, Model
    from bench.api.table import Table


def demand_views(model: Model, encoders: Sequence[Encoder]) -> None:
    """Refuse views that do not fit: given by none or two, read by nobody, not to be trained.

    Raises:
        RequestError: which view, and who reads or gives it.
    """
    given: dict[str, str] = {}
    for encoder in encoders:
        for view in sorted(encoder.produces):
            if view in given:
                both = f"{given[view]} and {encoder.name}"
                raise RequestError(f"the view {view!r} is given by both {both}")
            given[view] = encoder.name
    for view in sorted(model.reads - given.keys()):
        have = ", ".join(f"{name} gives {v}" for v, name in given.items()) or "none"
        raise RequestError(f"{model.name} reads {view!r}, which no encoder gives ({have})")
    for encoder in encoders:
        if not encoder.produces & (model.reads | model.reads_if_given | model.target_views.keys()):
            gives, reads = (", ".join(sorted(v)) for v in (encoder.produces, model.reads))
            raise RequestError(
                f"{encoder.name} gives {gives}, which {model.name} does not read; it reads {reads}"
            )
    for encoder in encoders:
        for view in sorted((encoder.trainable_views & model.reads) - model.trainable_views):
            raise RequestError(
                f"{encoder.name} has a network for {view!r} that is trained with the model, which "
                f"{model.name} cannot do"
            )


def demand_control(
    model: Model, without: str | None, permute: str | None, views: Collection[str]
) -> None:
    """Refuse to take away a view that the model cannot miss, or to permute one that there is not.

    Permuting a view that the model does not read is no error: that nothing changes is the answer.

    Args:
        model: that is to score.
        without: the view to take away, if any.
        permute: the view to shuffle between events, if any.
        views: all that encoders give.

    Raises:
        RequestError: which view, and what there is.
    """
    read = model.reads | model.reads_if_given
    reads = ", ".join(sorted(read))
    if without and without not in read:
        raise RequestError(f"--without {without}: {model.name} does not read it; it reads {reads}")
    if without and without not in model.optional:
        raise RequestError(f"--without {without}: {model.name} cannot score without it")
    if permute and permute not in views:
        hint = did_you_mean(permute, views)
        raise RequestError(f"--permute {permute}: no encoder gives it; {hint}")


def views_read(model: Model, encoders: Sequence[Encoder]) -> list[str]:
    """The names of the views that the model is given of the encoders."""
    given = {view for encoder in encoders for view in encoder.produces}
    return sorted(model.reads | (model.reads_if_given & given))


def learn(encoders: Sequence[Encoder], train: Table) -> Learned:
    """What each encoder has to know of the train split, by encoder name."""
    return {encoder.name: encoder.learn(train) for encoder in encoders}


def unlabelled(table: Table) -> Table:
    """The events without what only `learn` may know: every label is 0 and every weight 1."""
    import numpy as np

    return replace(table, y=np.zeros_like(table.y), weights=np.ones_like(table.weights))


def views_of(
    encoder: Encoder, table: Table, learned: Mapping[str, NDArray[np.generic]]
) -> Mapping[str, Any]:
    """The views of events by an encoder, which sees neither their labels nor their weights."""
    return encoder.encode(unlabelled(table), learned)


def encode(
    model: Model, encoders: Sequence[Encoder], learned: Learned, table: Table, targets: bool = False
) -> Inputs:
    """The views that the model reads; with `targets`, for training, what it learns to give too."""
    views: dict[str, Any] = {}
    readable = model.reads | model.reads_if_given | (set(model.target_views) if targets else set())
    for encoder in encoders:
        if not encoder.produces & readable:
            continue
        given = views_of(encoder, table, learned[encoder.name])
        views.update({name: view for name, view in given.items() if name in readable})
    return Inputs(views=views, y=table.y, ids=table.ids, weights=table.weights)


def controlled(inputs: Inputs, without: str | None, permute: str | None, seed: int) -> Inputs:
    """The inputs with a view taken away, or shuffled between events, where that is wanted."""
    if without:
        return inputs.without(without)
    return inputs.permuted(permute, seed) if permute and permute in inputs.views else inputs


def view_modules(
    model: Model, encoders: Sequence[Encoder], learned: Learned
) -> Mapping[str, ViewModule]:
    """The modules that encoders put before a model's own, by the view that it reads."""
    return {
        view: ViewModule(encoder, view, learned[encoder.name])
        for encoder in encoders
        for view in sorted(encoder.trainable_views & model.reads)
    }


def write_learned(learned: Learned, folder: Path) -> None:
    """Write what the encoders learned into a folder of its own, an npz without objects each."""
    import numpy as np

    folder.mkdir(exist_ok=True)
    for name, arrays in learned.items():
        np.savez(folder / f"{name}.npz", allow_pickle=False, **arrays)


def read_learned(encoders: Sequence[Encoder], folder: Path) -> Learned:
    """What `write_learned` wrote."""
    import numpy as np

    learned = {}
    for encoder in encoders:
        with np.load(folder / f"{encoder.name}.npz", allow_pickle=False) as stored:
            learned[encoder.name] = {name: stored[name] for name in stored.files}
    return learned
