"""The reader by rules keeps what it understands of the benchmark's texts, and invents nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def asking() -> Iterator[ModuleType]:
    if not (BENCHMARKS / "asking.py").is_file():
        pytest.skip("the benchmarks are not here")
    sys.path.insert(0, str(BENCHMARKS))
    import asking

    yield asking
    sys.path.remove(str(BENCHMARKS))


def test_what_was_learned_is_kept(asking: ModuleType) -> None:
    from bench.formatters.rules import Rules

    texts = len(asking.blocks(asking.DEVELOPMENT))
    judge = asking.Judge([Rules()])
    tally = judge.judge(asking.from_templates(texts, asking.SEED, asking.DEVELOPMENT))
    assert tally.right / tally.values > 0.96
    assert tally.misread + tally.extra < 0.005 * tally.values
    assert tally.invented == 0
    hand = judge.judge(asking.by_hand())
    assert hand.right / hand.values > 0.98
    assert (hand.refused, hand.refusals, hand.invented) == (20, 20, 0)


def test_the_small_model_reads_what_rules_left_and_refuses_as_they_do(asking: ModuleType) -> None:
    from bench.api.asking import Formatter
    from bench.asking.chain import ALONE, USUAL, chain
    from bench.plugins.registry import load_registry

    registry = load_registry()
    if "reader" not in registry.all(Formatter):
        pytest.skip("bench-llm is not installed")
    cases = asking.from_templates(len(asking.blocks(asking.CHOICE)), asking.SEED, asking.CHOICE)
    refused = [case for case in asking.by_hand() if case.refusal]
    rules, both = (
        asking.Judge(chain(names, {}, registry)).judge([*cases, *refused])
        for names in (ALONE, USUAL)
    )
    assert both.right / both.values > rules.right / rules.values + 0.05
    assert both.misread < 0.05 * both.values
    assert (both.refused, both.refusals, both.invented) == (20, 20, 0)


def test_nobody_is_shown_what_fails_of_the_held_out_texts(
    asking: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    others = ("--development", "0", "--choice", "0", "--by-hand", "0")
    monkeypatch.setattr(sys, "argv", ["asking.py", "--templates", "52", *others, "--wrong"])
    asking.main()
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    assert "52 texts held out" in shown
    assert "; 0 that stand nowhere" in shown


@pytest.mark.parametrize(
    ("style", "number", "dressed"),
    [
        ("thousands", "1411.5", "1,411.5"),
        ("german", "1411.5", "1.411,5"),
        ("german", "-0.28", "-0,28"),
        ("latex", "1411.5", "1.4115\\times 10^{3}"),
        ("times", "14115.0", "1.41150 × 10^4"),
        ("unicode", "-0.28", "−0.28"),
        ("plain", "1411.5", "1411.5"),
    ],
)
def test_a_number_is_dressed_in_a_style(
    asking: ModuleType, style: str, number: str, dressed: str
) -> None:
    import asking_texts

    assert asking_texts.dress(number, style) == dressed
