"""Views that a model learns to give are targets: seen in its fit, and no input of its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from toys import Cut, FittedCut, Workplace

import bench
from bench.api.errors import RequestError
from bench.running.parts import resolve_parts
from bench.running.pipeline import run
from bench.storage.request import RunRequest


@dataclass(frozen=True)
class Saying(bench.Encoder):
    """The first feature in words."""

    name = "saying"
    produces = frozenset({"said"})
    digits: int = 2
    """After the point."""

    def encode(
        self, table: bench.Table, learned: Mapping[str, object]
    ) -> Mapping[str, Sequence[str]]:
        return {"said": [f"mass {value:.{self.digits}f}" for value in table.x[:, 0].tolist()]}


@dataclass(frozen=True)
class Learner(Cut):
    """A cut that learns to say something where it is told to."""

    name = "learner"
    says: bool = False
    """Learn it."""

    @property
    def target_views(self) -> Mapping[str, str]:
        return {"said": "saying"} if self.says else {}

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        assert ("said" in train.views) == self.says
        assert "said" not in valid.views
        return super().fit(train, valid, context)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path)
    place.add(Saying, Learner)
    scoring = FittedCut.score

    def score(self: FittedCut, inputs: bench.Inputs) -> object:
        assert "said" not in inputs.views
        return scoring(self, inputs)

    monkeypatch.setattr(FittedCut, "score", score)
    return place


def request(**options: str) -> RunRequest:
    return RunRequest(plugin="learner", dataset="toy", options=options)


def test_a_target_is_given_in_the_fit_and_nowhere_else(place: Workplace) -> None:
    done, _ = run(request(says="true"), place.registry, place.home, place.store, place.context)
    assert [part.name for part in done.record.encoders] == ["numbers", "saying"]
    assert done.record.views == ["numbers"]
    assert done.record.status == "ok"
    without, _ = run(request(), place.registry, place.home, place.store, place.context)
    assert [part.name for part in without.record.encoders] == ["numbers"]


def test_its_encoder_takes_options_and_is_refused_where_nobody_learns_from_it(
    place: Workplace,
) -> None:
    parts = resolve_parts(request(**{"says": "true", "saying.digits": "4"}), place.registry)
    assert parts.encoders[-1] == Saying(digits=4)
    with pytest.raises(RequestError, match="saying gives said, which learner does not read"):
        resolve_parts(
            RunRequest(plugin="learner", dataset="toy", encoders=("saying",)), place.registry
        )
    with pytest.raises(RequestError, match="says"):
        resolve_parts(request(says="perhaps"), place.registry)
