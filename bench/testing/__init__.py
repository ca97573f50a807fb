"""The conformance kit: what `bench check` asks of a part, for a plugin's own tests.

from bench.testing import check_model

def test_conforms() -> None:
    check_model(Ridge())
"""

from bench.testing.check import Checked, Failed
from bench.testing.datasets import check_dataset
from bench.testing.encoders import check_encoder
from bench.testing.excerpt import events_of, excerpt, passage_of, vocabulary_of
from bench.testing.guards import check_guard
from bench.testing.metrics import check_metric
from bench.testing.models import check_model

__all__ = [
    "Checked",
    "Failed",
    "check_dataset",
    "check_encoder",
    "check_guard",
    "check_metric",
    "check_model",
    "events_of",
    "excerpt",
    "passage_of",
    "vocabulary_of",
]
