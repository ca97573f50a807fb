"""What the base `reader` learns from: each number of a text, and what it is, where it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from bench.testing import vocabulary_of

HERE = Path(__file__).parents[1]
sys.path.insert(0, str(HERE))

from reading_rewording import Rewording  # noqa: E402
from reading_speaking import Speaker  # noqa: E402
from reading_templates import Templates  # noqa: E402
from reading_texts import LEARNED, Source, judged  # noqa: E402

NUMBER = re.compile(r"-?\d+([.,]\d+)?(e[-+]\d+)?")
SCRIPT = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from itertools import islice
from bench.testing import vocabulary_of
from reading_texts import Source, judged
print([*islice(Source(vocabulary_of("rd"), judged()[0], 1).texts(), 60)])
"""


@pytest.mark.parametrize("way", ["templates", "speaker"])
def test_each_span_is_a_whole_number_of_a_quantity_of_the_vocabulary(way: str) -> None:
    vocabulary, rng = vocabulary_of("rd"), np.random.default_rng(1)
    known = {quantity.name for quantity in vocabulary.quantities}
    source = {
        "templates": Templates(Rewording(vocabulary), judged()[0], rng),
        "speaker": Speaker(vocabulary, rng),
    }[way]
    texts = [source.text() for _ in range(300)]
    names = {name for _, said in texts for _, name in said}
    assert {"", "j1_pt", "j2_eta", "m_jj"} <= names <= known | {""}
    assert len({text for text, _ in texts}) == len(texts)
    for text, said in texts:
        for (a, b), _ in said:
            assert NUMBER.fullmatch(text[a:b]), text[a:b]
            assert not text[b : b + 1].isdigit()


def test_other_words_say_the_same_of_the_same_place() -> None:
    template = "leading jet: pT = {1pt}, eta = {1eta}; second jet: mass = {2m}\n"
    made = Templates(Rewording(vocabulary_of("rd")), [template], np.random.default_rng(3))
    texts = [made.text() for _ in range(200)]
    assert len({re.sub(r"[\d.,e-]+", "#", text) for text, _ in texts}) > 100
    words = {"j1_pt": r"p_?_?t|mom|perp|⊥", "j1_eta": r"eta|η|rap", "j2_m": "m|weig"}
    plain = [(text, said) for text, said in texts if {n for _, n in said if n} == {*words}]
    assert len(plain) > 80
    named = []
    for text, said in plain:
        ends = [0, *(b for (_, b), _ in said)]
        for begin, ((a, _), name) in zip(ends, said, strict=False):
            if name:
                named.append(bool(re.search(words[name], text[begin:a], re.IGNORECASE)))
    assert np.mean(named) > 0.97  # but for typing errors


def test_templates_are_learned_or_judged_by_and_none_is_held_out() -> None:
    learned, kept_back = judged()
    assert len(learned) + len(kept_back) == 506
    assert not {*learned} & {*kept_back}
    for name in ("held_out", "choice"):
        other = LEARNED.with_name(f"asking_templates_{name}.txt").read_text(encoding="utf-8")
        assert not {*re.split(r"^=== \d+\n", other, flags=re.M)[1:]} & {*learned, *kept_back}


def test_a_model_gets_a_line_for_each_number() -> None:
    source = Source(vocabulary_of("rd"), judged()[0], 1)
    for marked in islice(source.texts(), 100):
        assert [begins for begins, _ in marked.lines] == re.findall(r"<\d+>", marked.text)


def test_texts_are_the_same_in_every_process() -> None:
    texts = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert texts[0] == texts[1] != ""
