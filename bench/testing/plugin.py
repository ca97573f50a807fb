"""All parts of a plugin, checked one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.api.errors import RequestError, did_you_mean
from bench.api.parts import Dataset, Encoder, Metric, Model, Part
from bench.plugins.options import build
from bench.plugins.registry import Offer, Shelf
from bench.testing.check import FAILED, Checked
from bench.testing.datasets import checked_dataset
from bench.testing.encoders import checked_encoder
from bench.testing.metrics import checked_metric
from bench.testing.models import checked_model

CHECKERS: dict[type[Part], Callable[[Any], list[Checked]]] = {
    Dataset: checked_dataset,
    Encoder: checked_encoder,
    Model: checked_model,
    Metric: checked_metric,
}


def checked_plugin(name: str, shelf: Shelf, notice: Callable[[str], None]) -> list[Checked]:
    """What came of every check of every part of a plugin, with the options' defaults.

    Raises:
        RequestError: nothing here is called so, or it cannot be loaded; with the reason.
    """
    troubles = [trouble.reason for trouble in shelf.troubles if trouble.plugin == name]
    found = [Checked(f"plugin {name}", "it loads", FAILED, reason) for reason in troubles]
    offers = [
        (kind, offer)
        for kind in CHECKERS
        for offer in shelf.all(kind).values()
        if name in (offer.plugin, offer.part.name)
    ]
    if not offers and not found:
        known = {o.plugin for kind in CHECKERS for o in shelf.all(kind).values()}
        raise RequestError(f"no plugin or part {name!r}; {did_you_mean(name, known)}")
    for kind, offer in offers:
        notice(f"checking {kind.__name__.lower()} {offer.part.name}")
        found += _checked(kind, offer)
    return found


def _checked(kind: type[Part], offer: Offer[Any]) -> list[Checked]:
    part = f"{kind.__name__.lower()} {offer.part.name}"
    try:
        return CHECKERS[kind](build(offer.part, {}))
    except Exception as error:
        told = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return [Checked(part, "it can be checked at all", FAILED, told)]
