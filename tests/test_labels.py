"""Models' titles in figures: short, each its own, and without what all of them share."""

from __future__ import annotations

from bench.report.drawing.sheet import LONGEST, labels

LONG = "llm-nfa, prompt-chat, base=smollm2, batch=16, epochs=1, lr=0.001"


def test_what_all_share_is_left_out() -> None:
    titles = ["gbt, train events 2000, seed 0", "mlp, numbers-bins, train events 2000, seed 0"]
    assert labels(titles) == ["gbt", "mlp, numbers-bins"]


def test_what_some_share_stays() -> None:
    titles = ["gbt, seed 0", "mlp, seed 0", "gbt, seed 1"]
    assert labels(titles) == titles


def test_one_model_keeps_its_title() -> None:
    assert labels(["gbt, seed 0"]) == ["gbt, seed 0"]
    assert labels([]) == []


def test_long_ones_are_cut_and_stay_apart() -> None:
    titles = [f"{LONG}, numbers=zeroed", f"{LONG}, numbers=permuted", f"{LONG}, place=first, r=8"]
    cut = labels(titles)
    assert len(set(cut)) == 3
    assert max(map(len, cut)) <= LONGEST


def test_those_that_read_alike_are_numbered() -> None:
    titles = ["gbt", *(f"{LONG}{'x' * n}, numbers=zeroed" for n in (1, 2))]
    first, *others = labels(titles)
    assert first == "gbt"
    assert others == [f"{labels(titles[:2])[1]} (1)", f"{labels(titles[:2])[1]} (2)"]
