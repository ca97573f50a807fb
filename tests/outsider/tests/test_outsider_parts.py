"""The stranger's own tests."""

from __future__ import annotations

from bench_outsider import Answered, Clouds, NearestMean, Squares

from bench.testing import check_dataset, check_encoder, check_metric, check_model


def test_conforms() -> None:
    check_dataset(Clouds())
    check_encoder(Squares())
    check_model(NearestMean())
    check_metric(Answered())
