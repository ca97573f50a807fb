"""How far scores may differ with the batch that they are computed in, by a model's arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from toys import Cut

import bench
from bench.api.guard import ProbeEvidence
from bench.guards.b031_batch_dependence import BatchDependence


@dataclass(frozen=True)
class InPrecision(Cut):
    """The same cut, in an arithmetic that its option names."""

    precision: str = "float32"


def said(model: bench.Model, apart: float) -> list[str]:
    """What the guard says where one event of four scores differently alone, by so much."""
    scores = np.array([0.1, 0.4, 0.6, 0.9])
    alone = scores + apart * (np.arange(4) == 1)
    ids = np.arange(4, dtype=np.uint64)
    inputs = bench.Inputs({"numbers": np.zeros((4, 1))}, np.array([0, 1] * 2), ids, np.ones(4))
    return list(BatchDependence().check(ProbeEvidence(model, inputs, scores, alone, {})))


@pytest.mark.parametrize(
    ("precision", "apart", "heard"),
    [
        ("float32", 1e-3, False),
        ("float32", 0.03, True),
        ("bfloat16", 0.03, False),
        ("float16", 0.03, False),
        ("bfloat16", 0.2, True),
    ],
)
def test_16_bits_may_differ_by_more_than_32(precision: str, apart: float, heard: bool) -> None:
    text = f"1 of 4 events scored alone have another score, by up to {apart:.3f}"
    assert said(InPrecision(precision=precision), apart) == [text] * heard


def test_a_model_without_such_an_option_computes_in_32_bits() -> None:
    assert said(Cut(), 0.03)
    assert not said(Cut(), 1e-3)
