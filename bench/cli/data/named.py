"""The dataset that a command names; or the installed ones in turn, where it names none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, TypeVar

from bench.api.errors import BenchError, InputError, RequestError
from bench.api.parts import Dataset

if TYPE_CHECKING:
    from bench.plugins.registry import PluginEntry

T = TypeVar("T")


def named(name: str, options: Mapping[str, str] | None = None) -> Dataset:
    """A dataset of any plugin, with these options.

    Raises:
        RequestError: no such dataset, or no such option of it.
    """
    from bench.plugins.options import build
    from bench.plugins.registry import load_registry

    return build(load_registry().find(Dataset, name).part, options or {})


def in_turn(
    name: str | None, method: str, attempt: Callable[[PluginEntry[Dataset]], T], option: str
) -> T:
    """What the named dataset gives, or the first installed one that takes what it is asked for.

    Args:
        name: of the dataset, if somebody named one.
        method: of a dataset that it needs; datasets without are not asked.
        attempt: asks one dataset.
        option: by which a dataset is named.

    Raises:
        BenchError: the named one's, or the only one's; of several, what each of them says.
    """
    from bench.plugins.registry import load_registry

    registry = load_registry()
    if name is not None:
        with redirect_stdout(sys.stderr):  # what a plugin prints is no result
            return attempt(registry.find(Dataset, name))
    entries = [
        entry
        for _, entry in sorted(registry.all(Dataset).items())
        if entry.part.recognizes_files
        and getattr(entry.part, method) is not getattr(Dataset, method)
    ]
    if not entries:
        raise RequestError(f"no installed dataset does that; `bench list datasets`, then {option}")
    reasons: dict[str, tuple[str, BenchError]] = {}
    for entry in entries:
        try:
            with redirect_stdout(sys.stderr):
                return attempt(entry)
        except BenchError as error:
            reasons.setdefault(str(error), (entry.part.name, error))
    if len(reasons) == 1:
        raise next(error for _, error in reasons.values())
    every = "; ".join(f"{dataset}: {reason}" for reason, (dataset, _) in reasons.items())
    raise InputError(f"no installed dataset takes it ({option} names one): {every}")
