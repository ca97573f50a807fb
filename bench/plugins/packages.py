"""The packages of this house and the parts that each brings, so that a missing one is named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from itertools import product
from typing import TYPE_CHECKING

from bench.api.asking import Formatter
from bench.api.parts import Dataset, Encoder, Model, Part
from bench.storage.extras import NotInstalledError

if TYPE_CHECKING:
    from bench.storage.request import RunRequest

Named = tuple[type[Part], str]
"""A kind of parts and the name of one."""

PACKAGES: dict[str, tuple[Named, ...]] = {
    "bench-deepsets": ((Model, "deepsets"),),
    "bench-gbt": ((Model, "gbt"),),
    "bench-known": ((Dataset, "known"), (Model, "known-optimum")),
    "bench-lhco": (
        *product((Dataset,), ("rd", "rd3", "blackbox1", "blackbox2", "blackbox3")),
        (Encoder, "particles"),
    ),
    "bench-linear": ((Model, "linear"),),
    "bench-llm": (
        *product((Model,), ("llm-nfa", "llm-text", "llm-token")),
        *product((Encoder,), ("explanations", "prompt-chat", "prompt-features", "prompt-momenta")),
        *product((Formatter,), ("llm", "reader")),
    ),
    "bench-mlp": ((Model, "mlp"),),
    "bench-numbers-bins": ((Encoder, "numbers-bins"),),
    "bench-numbers-invariants": ((Encoder, "numbers-invariants"),),
    "bench-numbers-periodic": ((Encoder, "numbers-periodic"),),
    "bench-part": ((Model, "part"),),
    "bench-particle-tokens": ((Encoder, "particle-tokens"),),
    "bench-prompt-words": ((Encoder, "prompt-words"),),
    "bench-prompt-xval": ((Encoder, "prompt-xval"),),
    "bench-reference": tuple(
        product((Model,), ("always-background", "random", "one-feature-cut")),
    ),
    "bench-tabm": ((Model, "tabm"),),
}


def how_to_have(kind: type[Part], name: str) -> str | None:
    """The package of this house that brings a part and is not installed, and how to install it."""
    for package, parts in PACKAGES.items():
        if (kind, name) in parts and not _is_installed(package):
            return f"it comes with {package}: pip install {package}"
    return None


def demand_packages(request: RunRequest, loaded: Mapping[type[Part], Collection[str]]) -> None:
    """Refuse a run of parts whose packages are not installed, all of them at once.

    `loaded` are the names that there are of each kind; of models the plugins that offer them.

    Raises:
        NotInstalledError: a line for each of those parts.
    """
    datasets = [name for name in (request.dataset, request.train) if name]
    named: list[Named] = [(Model, request.plugin), *product([Dataset], datasets)]
    named += product([Encoder], request.encoders)
    lines = {
        (kind, name): f"no {kind.__name__.lower()} {name!r}; {how}"
        for kind, name in named
        if name not in loaded[kind] and (how := how_to_have(kind, name))
    }
    if lines:
        raise NotInstalledError("\n".join(lines.values()))


def _is_installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True
