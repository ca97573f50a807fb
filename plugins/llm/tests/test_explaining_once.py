"""An explanation names no feature twice, and what names none twice is left as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from bench_llm.bases.loading import load_tokenizer
from bench_llm.bases.source import TINY, BaseSource
from bench_llm.explaining.grammar import Writer
from bench_llm.explaining.once import Once, Openings
from bench_llm.explaining.reading import ClaimReader
from bench_llm.explaining.words import Vocabulary
from bench_llm.prompts.figures import Precision
from events import COLUMNS

import bench
from bench.testing.excerpt import excerpt

Written = Callable[[str], str]
EXCERPT = excerpt().columns


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return load_tokenizer(BaseSource(TINY))


@pytest.fixture(scope="module")
def written(tokenizer: Any) -> Written:
    """As much of a wish as may be written, token by token."""
    once = Once(tokenizer, Openings(EXCERPT))

    def write(wish: str) -> str:
        tokens = tokenizer(f" {wish}", add_special_tokens=False)["input_ids"]
        for i, token in enumerate(tokens):
            logits = torch.zeros(1, len(tokenizer))
            logits[0, token] = 5.0
            shaped = once(torch.tensor([tokens[:i]], dtype=torch.long), logits)
            if int(shaped.argmax()) != token:
                assert shaped[0, token] == -torch.inf
                return str(tokenizer.decode(tokens[:i])).strip()
        return wish

    return write


def claims_of(column: bench.Column) -> list[str]:
    """Each way to say something of a feature, high and low in turns."""
    ways = Vocabulary(EXCERPT).ways(column)
    return list(
        dict.fromkeys(
            way.form.template.format(
                **way.words, a=(way.form.high, way.form.low)[i % 2][0], v="141 GeV"
            )
            for i, way in enumerate(ways)
        )
    )


@pytest.mark.parametrize("column", EXCERPT, ids=lambda column: column.name)
def test_a_feature_is_not_named_again_in_whatever_words(
    written: Written, column: bench.Column
) -> None:
    claims = claims_of(column)
    for i, claim in enumerate(claims):
        start = f"like signal: {claims[i - 1]} and "
        made = written(f"{start}{claim}; but 3 speak for background.")
        assert made.startswith(start.strip())
        assert len(ClaimReader(EXCERPT).read(made)[0]) == 1, made
        again = made.removeprefix(start.strip())
        assert "=" not in again
        assert again in f" {claim}"


def test_the_words_before_what_cannot_be_said_are_not_said_in_vain(written: Written) -> None:
    start = "like signal: the leading jet has low m=141 GeV and "
    made = {
        "the leading jet is heavy, m=141 GeV": "the leading jet is h",  # it may yet be hard
        "the mass of jet 1 is low, m=141 GeV": "the mass of jet ",
        "the leading jet has low m=141 GeV": "the leading jet has low ",
    }
    for wish, much in made.items():
        assert written(f"{start}{wish}").removeprefix(start).strip() == much.strip()
    other = f"{start}the second jet has low m=141 GeV, the leading jet has low pt=2 TeV."
    assert written(other) == other


def test_what_says_nothing_twice_is_left_as_it_is(written: Written) -> None:
    rng = np.random.default_rng(0)
    writer = Writer(EXCERPT, [0.0] * len(EXCERPT), Precision(3))
    for seed in range(40):
        row = np.abs(rng.normal(0, 900, len(EXCERPT))).tolist()
        text = writer.write(row, rng.normal(size=len(EXCERPT)).tolist(), [seed])
        assert written(text) == text


def test_words_that_begin_as_a_named_feature_does_are_no_claim() -> None:
    short = tuple(bench.Column(name, "GeV", name) for name in ("s", "GeVs", "f"))
    openings = Openings(short)
    assert openings.named("s=3 gev and gevs=4 and f") == {"s", "GeVs"}
    for text in ("3 gev and f", "3 gev s", "3 g"):  # may be `for`, `signal` and a unit
        assert "" in openings.naming(text)
    assert openings.naming("3 gev, high s") == {"s"}
    assert openings.naming("; xyz") == frozenset()
    two = Openings((bench.Column("m", "GeV", "one"), bench.Column("M", "GeV", "another")))
    assert two.named("m=3 and M=4 and m=".lower()) == frozenset()
    assert Openings(COLUMNS).named("jet 1's pt=") == {"j1_pt"}
