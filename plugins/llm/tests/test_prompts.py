"""Prompts: what they say of an event, and to how many digits."""

from __future__ import annotations

import re

import numpy as np
import pytest
from bench_llm.prompts import NO_SECOND_JET, FeaturesPrompt, decimal
from events import table

import bench

NAMES = ("j1_pt", "j1_eta", "j2_pt", "has_j2", "dr_jj", "m_jj")


def event(**values: float) -> bench.Table:
    x = np.array([[values.get(name, 1.0) for name in NAMES]], dtype=np.float32)
    columns = tuple(bench.Column(name, "1", name) for name in NAMES)
    one = np.ones(1)
    return bench.Table(columns, x, np.zeros(1, np.int8), np.ones(1, np.uint64), one)


def prompt(made: bench.Table, digits: int = 3) -> str:
    return FeaturesPrompt(digits=digits).encode(made, {})["texts"][0]


def test_a_prompt_asks_tells_and_asks_for_the_answer() -> None:
    text = prompt(event(j1_pt=1306.57, j1_eta=-0.4744, j2_pt=1411.6, dr_jj=3.33, m_jj=3372.4))
    assert text == (
        "Signal or background? j1_pt 1310 j1_eta -0.474 j2_pt 1410 dr_jj 3.33 m_jj 3370 Answer:"
    )


def test_a_second_jet_that_is_not_there_is_said_in_words_and_not_in_zeros() -> None:
    text = prompt(event(has_j2=0.0, j2_pt=0.0, dr_jj=0.0, m_jj=0.0))
    assert NO_SECOND_JET in text
    assert not re.search(r"j2_pt|dr_jj|m_jj", text)


@pytest.mark.parametrize("digits", [1, 3, 6])
def test_the_numbers_read_back_to_their_digits(digits: int) -> None:
    made = table(50)
    for text, row in zip(
        FeaturesPrompt(digits=digits).encode(made, {})["texts"], made.x, strict=True
    ):
        read = dict(re.findall(r"(\w+) (-?[\d.]+)", text))
        for name, value in zip(("j1_pt", "j1_m"), row[:2], strict=True):
            assert float(read[name]) == pytest.approx(float(value), rel=0.51 * 10 ** (1 - digits))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1306.57, 3, "1310"),
        (-0.4744, 3, "-0.474"),
        (0.0, 3, "0"),
        (0.00001234, 3, "0.0000123"),
        (99999.0, 2, "100000"),
        (7.0, 3, "7"),
    ],
)
def test_numbers_are_never_written_in_powers_of_ten(value: float, digits: int, text: str) -> None:
    assert decimal(value, digits) == text


def test_the_prompt_does_not_know_the_label() -> None:
    made = table(20)
    other = bench.Table(made.columns, made.x, 1 - made.y, made.ids, made.weights)
    encoder = FeaturesPrompt()
    assert encoder.encode(made, {}) == encoder.encode(other, {})


def test_digits_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="wanted 1 to 9"):
        FeaturesPrompt(digits=0)
