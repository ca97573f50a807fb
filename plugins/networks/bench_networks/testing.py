"""For the tests of a network of one's own: events to learn from, and what every network has to do.

from bench_networks.testing import context, numbers, scores_afresh, unmoved

def test_all_of_it_moves(tmp_path: Path) -> None:
    assert not unmoved(Mine(), numbers(500), numbers(100, seed=1), tmp_path)
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

import bench

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_networks.fitted import FittedNetwork
    from bench_networks.model import NetworkModel

SPREAD, MEAN = np.array([1e3, 1e-3, 1, 0]), np.array([5e3, 0, 0, 7])
"""Of the columns of `numbers`."""
PLACES = {name: place for place, name in enumerate(bench.PARTICLE)}
"""Where each number of a particle stands."""
AFRESH = """
import importlib, sys
from pathlib import Path
import numpy as np, bench

folder, module, name = Path(sys.argv[1]), *sys.argv[2:]
views = dict(np.load(folder / "views.npz"))
n = len(next(iter(views.values())))
inputs = bench.Inputs(views, np.zeros(n, "i1"), np.arange(n).astype("u8"), np.ones(n))
model = getattr(importlib.import_module(module), name)()
fitted = model.load(folder / "saved", bench.Context(folder, folder, folder))
np.save(folder / "scores.npy", fitted.score(inputs))
"""
"""What the fresh process does."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread, as tests that run beside each other should."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def numbers(n: int, seed: int = 0) -> bench.Inputs:
    """Events of four `numbers` of which no single one tells the classes apart: (n, 4).

    Signal is where the product of the first two is above zero. They are of very different size,
    and the last one is the same everywhere.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] + rng.normal(0, 0.2, n) > 0).astype(np.int8)
    return _inputs({"numbers": (x * SPREAD + MEAN).astype(np.float32)}, y, rng)


def particles(n: int, seed: int = 0, *, p: int = 10) -> bench.Inputs:
    """Events of two jets, as `particles` and `mask`: (n, 2 p, 11), of which every other is signal.

    Jets have 3 to p particles, of equal pt. In signal they have two prongs, on either side of
    their axis, and are spread about one else.
    """
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.int8)
    mask = np.arange(2 * p) % p < rng.integers(3, p + 1, size=(n, 1))
    made = rng.normal(0, 0.1, size=(n, 2 * p, len(bench.PARTICLE)))
    made[..., PLACES["part_deta"]] += 0.4 * rng.choice([-1, 1], size=(n, 2 * p)) * y[:, None]
    made[..., PLACES["lead_deta"]] = made[..., PLACES["part_deta"]]
    made[..., PLACES["part_logpt"]] += 3
    made[..., PLACES["part_logptrel"]] = -np.log(mask.sum(axis=1) / 2)[:, None]
    made[..., PLACES["in_lead"]] = np.arange(2 * p) < p
    made[..., PLACES["in_second"]] = np.arange(2 * p) >= p
    made[~mask] = 0
    return _inputs({"particles": made.astype(np.float32), "mask": mask}, y, rng)


def _inputs(views: dict[str, Any], y: NDArray[np.int8], rng: np.random.Generator) -> bench.Inputs:
    n = len(y)
    return bench.Inputs(views, y, rng.integers(0, 2**64, size=n, dtype=np.uint64), np.ones(n))


def context(folder: Path, seed: int = 0, **options: Any) -> bench.Context:
    """What a fit is given, with one folder for everything.

    Args:
        folder: an empty one, such as pytest's `tmp_path`.
        seed: of the fit.
        options: any other field of `bench.Context`.
    """
    return bench.Context(data=folder, scratch=folder, checkpoints=folder, seed=seed, **options)


def unmoved(
    model: NetworkModel, train: bench.Inputs, valid: bench.Inputs, folder: Path
) -> list[str]:
    """The weights that two epochs leave as they were drawn, by name; none if all of them learn.

    Weight decay is off, as it moves what gets no gradient too.
    """
    drawn: dict[str, torch.Tensor] = {}

    def watch(training: bench.TrainingHandle) -> None:
        drawn.update((name, t.detach().clone()) for name, t in training.network.named_parameters())

    short = replace(model, epochs=2, weight_decay=0.0)
    fitted = short.fit(train, valid, context(folder, watch=watch))
    after = dict(fitted.network.named_parameters())
    return sorted(name for name, before in drawn.items() if torch.equal(after[name], before))


def scores_afresh(
    model: NetworkModel, fitted: FittedNetwork, inputs: bench.Inputs, folder: Path
) -> NDArray[np.float64]:
    """The scores of a fit that is saved, and loaded again by a fresh process: (n,).

    It is loaded by a model without any option set: what its network is built of is in its form.

    Args:
        model: that was fitted, of a module that can be imported.
        fitted: what its fit gave.
        inputs: to score, without texts.
        folder: an empty one; the files of the fit are put into `saved`.

    Raises:
        AssertionError: the fresh process fails; with its last line.
    """
    saved = folder / "saved"
    saved.mkdir()
    fitted.save(saved)
    np.savez(folder / "views.npz", allow_pickle=False, **inputs.views)
    kind = type(model)
    command = [sys.executable, "-c", AFRESH, str(folder), kind.__module__, kind.__qualname__]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not ran.returncode, ran.stderr.strip().splitlines()[-1]
    scores: NDArray[np.float64] = np.load(folder / "scores.npy")
    return scores
