"""The encoders of a run: named, a model's default ones, and those of what it learns to give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.api.errors import RequestError
from bench.api.parts import Encoder, Model
from bench.plugins.option_routing import MODEL, is_taken, model_target, share_out
from bench.plugins.options import build
from bench.plugins.registry import PluginEntry, Registry


def encoders_of(
    model: PluginEntry[Model], named: Sequence[str], registry: Registry
) -> list[PluginEntry[Encoder]]:
    """The named encoders, and the model's default ones for the views that those do not give."""
    default = model.part.encoder
    chosen = [registry.find(Encoder, name) for name in named]
    given = {view for entry in chosen for view in entry.part.produces}
    for name in (default,) if isinstance(default, str) else default:
        entry = registry.find(Encoder, name)
        if not entry.part.produces & given:
            chosen.append(entry)
    return chosen


def encoders_of_targets(
    model: PluginEntry[Model],
    encoders: Sequence[PluginEntry[Encoder]],
    options: Mapping[str, str],
    registry: Registry,
) -> list[PluginEntry[Encoder]]:
    """The encoders of what the model learns to give with these options, as far as none is named.

    Args:
        model: as it is offered.
        encoders: those that the run has anyway.
        options: of the whole run.
        registry: of all parts.

    Raises:
        RequestError: there is no such encoder.
    """
    own = model_target(model)
    mine = {option: value for option, value in options.items() if is_taken(option, [own])}
    try:
        targets = build(model.part, share_out(mine, [own])[MODEL]).target_views
    except RequestError:
        return []  # it is said in full where all options are shared out
    given = {view for entry in encoders for view in entry.part.produces}
    names = dict.fromkeys(name for view, name in targets.items() if view not in given)
    return [registry.find(Encoder, name) for name in names]
