"""Networks as models: they stop early, are watched whole, repeat by their seed, are saved whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_networks import NetworkModel
from bench_networks.network import NumbersNetwork, log_probability, probability
from bench_networks.testing import context, numbers, one_thread, scores_afresh, unmoved
from torch import Tensor, nn

import bench


class Members(NumbersNetwork):
    """Two layers, and as many logits as there are members."""

    def __init__(self, d: int, members: int, stem: nn.Module | None) -> None:
        super().__init__(d, stem)
        self.layers = nn.Sequential(nn.Linear(self.width, 32), nn.SiLU(), nn.Linear(32, members))
        self.members = members

    def head(self, numbers: Tensor) -> Tensor:
        logits: Tensor = self.layers(numbers)
        return logits if self.members == 1 else logits[..., None]


@dataclass(frozen=True)
class Toy(NetworkModel):
    """A network of one logit, or an ensemble."""

    name = "toy-network"
    reads = frozenset({"numbers"})
    trainable_views = frozenset({"numbers"})
    stem_of = "numbers"
    encoder = "numbers"
    members: int = 1

    def form(self, train: bench.Inputs) -> dict[str, Any]:
        return {"d": train.views["numbers"].shape[1], "members": self.members}

    def build(self, form: Mapping[str, Any], stem: nn.Module | None) -> Members:
        return Members(form["d"], form["members"], stem)


QUICK = Toy(epochs=30, lr=5e-3, patience=6)


@pytest.fixture(autouse=True, scope="module")
def on_one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return QUICK.fit(numbers(3000), numbers(500, 1), context(tmp_path_factory.mktemp("f")))


def test_an_events_score_does_not_depend_on_the_others(fitted: Any) -> None:
    test = numbers(40, 2)
    alone = [fitted.score(test.take(np.array([i])))[0] for i in range(40)]
    assert np.allclose(alone, fitted.score(test), atol=1e-6)


def test_it_stops_early_and_keeps_the_best_epoch(tmp_path: Path) -> None:
    losses: dict[int, float] = {}

    def log(step: int, scalars: dict[str, float]) -> None:
        losses.update({step: scalars["valid_loss"]} if "valid_loss" in scalars else {})

    valid = numbers(200, 1)
    model = replace(QUICK, epochs=100, patience=4)
    made = model.fit(numbers(300), valid, context(tmp_path, log=log))
    best = min(losses, key=losses.__getitem__)
    assert list(losses).index(best) == len(losses) - 1 - 4
    scores = made.score(valid)
    loss = -np.log(np.where(valid.y == 1, scores, 1 - scores)).mean()
    assert loss == pytest.approx(losses[best], abs=1e-5)


def test_the_guards_see_all_of_it_move(tmp_path: Path) -> None:
    from bench.guards.recorder import Recorder

    state = torch.random.get_rng_state()
    recorder = Recorder(numbers(20, 3))
    watched = replace(QUICK, epochs=2).fit(
        numbers(500), numbers(100, 1), context(tmp_path, watch=recorder)
    )
    record = recorder.record
    assert record is not None
    assert record.trainable == sorted(name for name, _ in watched.network.named_parameters())
    assert record.moved == record.reached == set(record.trainable)
    assert set(record.optimized.values()) == {1}
    assert set(record.dtypes.values()) == {"float32"}
    assert torch.equal(torch.random.get_rng_state(), state)
    unwatched = replace(QUICK, epochs=2).fit(numbers(500), numbers(100, 1), context(tmp_path))
    assert (watched.score(numbers(50, 2)) == unwatched.score(numbers(50, 2))).all()


def test_the_seed_decides(tmp_path: Path) -> None:
    test, model = numbers(50, 2), replace(QUICK, epochs=2)
    one, same, other = (
        model.fit(numbers(300), numbers(100, 1), context(tmp_path, s)).score(test)
        for s in (0, 0, 1)
    )
    assert (one == same).all()
    assert not (one == other).all()


def test_weights_count(tmp_path: Path) -> None:
    def mean(signal: float) -> float:
        train, valid = (
            replace(i, weights=np.where(i.y == 1, signal, 1.0))
            for i in (numbers(600), numbers(99, 1))
        )
        return QUICK.fit(train, valid, context(tmp_path)).score(numbers(200, 2)).mean()

    assert mean(10.0) > mean(1.0) + 0.05


def test_what_it_cannot_read_is_refused(fitted: Any, tmp_path: Path) -> None:
    few = numbers(5, 2)
    x = few.views["numbers"]
    with pytest.raises(bench.InputError, match="wanted 4"):
        fitted.score(replace(few, views={"numbers": x[:, :2]}))
    odd = np.where(np.arange(20).reshape(5, 4) == 3, np.nan, x)
    with pytest.raises(bench.InputError, match="1 of 5 events"):
        fitted.score(replace(few, views={"numbers": odd}))
    with pytest.raises(bench.InputError, match="one class"):
        QUICK.fit(replace(few, y=np.ones(5, np.int8)), few, context(tmp_path))
    with pytest.raises(ValueError, match="at least 1"):
        Toy(epochs=0)


def test_damaged_weights_are_refused(fitted: Any, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    fitted.save(tmp_path)
    file = tmp_path / "weights.safetensors"
    tensors = load_file(file)
    del tensors["layers.0.weight"]
    save_file(tensors, file)
    with pytest.raises(bench.DamagedError, match=r"layers\.0\.weight"):
        QUICK.load(tmp_path, context(tmp_path))


@pytest.mark.parametrize("content", [None, "{"])
def test_weights_of_an_unknown_form_are_refused(
    content: str | None, fitted: Any, tmp_path: Path
) -> None:
    fitted.save(tmp_path)
    (tmp_path / "form.json").unlink()
    if content:
        (tmp_path / "form.json").write_text(content)
    with pytest.raises(bench.DamagedError, match=r"form\.json: .*; fit the model anew"):
        QUICK.load(tmp_path, context(tmp_path))


def test_a_gpu_that_is_not_here_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert QUICK.device_problem("cuda") is QUICK.device_problem("cuda:0") is None
    assert str(QUICK.device_problem("cuda:1")).startswith("torch sees 1 CUDA devices")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.version, "cuda", None)
    assert QUICK.device_problem("cuda") == (
        "torch sees 0 CUDA devices, and this is a CPU build of torch"
    )


def test_an_ensembles_members_learn_each_by_itself(tmp_path: Path) -> None:
    made = replace(QUICK, members=3, epochs=3).fit(numbers(600), numbers(99, 1), context(tmp_path))
    test = numbers(50, 2)
    with torch.no_grad():
        logits = made.network.eval()(*map(torch.from_numpy, made.network.arrays(test)))
    assert logits.shape == (50, 3)
    assert np.allclose(made.score(test), torch.sigmoid(logits.double()).mean(dim=1), atol=1e-12)
    assert not torch.allclose(logits[:, 0], logits[:, 1], atol=0.01)


def test_the_log_loss_of_an_ensemble_is_that_of_its_mean_and_holds_far_out() -> None:
    logits = torch.tensor([[1.0, -2.0], [0.5, 3.0], [-800.0, -900.0]])
    y = torch.tensor([1.0, 0.0, 0.0])
    p = probability(logits)
    mine = torch.where(y > 0, p, 1 - p).log()
    assert torch.allclose(log_probability(logits, y), mine)
    assert log_probability(logits[2:], torch.ones(1)).item() == pytest.approx(-800 - np.log(2))


def test_a_loss_that_is_not_finite_ends_the_fit(tmp_path: Path) -> None:
    with pytest.raises(bench.NotFiniteError, match="lower lr"):
        replace(QUICK, lr=1e30, clip=1e30).fit(numbers(600), numbers(99, 1), context(tmp_path))


def test_a_split_too_large_for_the_device_goes_there_a_batch_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fitted_with(resident: int) -> Any:
        monkeypatch.setattr("bench_networks.training.RESIDENT", resident)
        made = replace(QUICK, epochs=2).fit(numbers(300), numbers(99, 1), context(tmp_path))
        return made.score(numbers(50, 2))

    assert (fitted_with(0) == fitted_with(2**29)).all()


@dataclass(frozen=True)
class Normalised(Toy):
    """One that normalises by its batch, and says what it is built of in a tuple."""

    def form(self, train: bench.Inputs) -> dict[str, Any]:
        return {"d": train.views["numbers"].shape[1], "sizes": (8, 1)}

    def build(self, form: Mapping[str, Any], stem: nn.Module | None) -> Members:
        network = Members(form["d"], 1, stem)
        assert form["sizes"] == [8, 1]
        network.layers = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))
        return network


def test_one_event_is_no_batch_and_a_fit_is_built_as_it_will_be_loaded(tmp_path: Path) -> None:
    made = Normalised(epochs=2, batch=32).fit(numbers(33), numbers(99, 1), context(tmp_path))
    assert made.network.layers[1].num_batches_tracked == 2
    with pytest.raises(ValueError, match="more than 1 value"):
        Normalised(epochs=2, batch=1).fit(numbers(3), numbers(99, 1), context(tmp_path))


def test_a_form_that_cannot_be_stored_is_refused_before_the_training(tmp_path: Path) -> None:
    class Odd(Toy):
        def form(self, train: bench.Inputs) -> dict[str, Any]:
            return {"d": np.int64(4), "members": 1}

    def watch(_: bench.TrainingHandle) -> None:
        raise AssertionError("it is being trained")

    with pytest.raises(TypeError, match=r"toy-network\.form: wanted values that JSON can hold"):
        Odd().fit(numbers(300), numbers(99, 1), context(tmp_path, watch=watch))


def test_what_a_network_of_ones_own_lacks_is_found_out(fitted: Any, tmp_path: Path) -> None:
    class Idle(Toy):
        def build(self, form: Mapping[str, Any], stem: nn.Module | None) -> Members:
            network = Members(form["d"], form["members"], stem)
            network.idle = nn.Linear(2, 2)
            return network

    assert unmoved(Idle(), numbers(300), numbers(99, 1), tmp_path) == ["idle.bias", "idle.weight"]
    with pytest.raises(AssertionError, match="No module named 'test_networks'"):
        scores_afresh(QUICK, fitted, numbers(9, 2), tmp_path)
