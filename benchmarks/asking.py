"""How well formatters understand events in words: 500 held-out texts and 100 by hand.

    python benchmarks/asking.py [--formatter NAME] [--set OPTION=VALUE] [--templates N] [--wrong]

Prints, of each formatter: the share of values that are right, with Wilson's 95 % interval and one
of a bootstrap over the templates, as values of one template fail together; how many values stand
nowhere in the text; how many of the texts that are to be refused are refused, for the reason that
they are written for; and seconds a text. The same of 420 texts that formatters are chosen by, and
of 2530 texts to learn from. `--wrong` shows
failures, but none of a held-out text.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import bench
from bench.api.asking import Formatter
from bench.api.errors import InputError
from bench.asking.ask import read_in_turn, understand
from bench.asking.chain import ALONE, chain
from bench.asking.said import said_in
from bench.formatters.numbers import scan
from bench.plugins.registry import load_registry

sys.path.insert(0, str(Path(__file__).parent))  # a safe path leaves the script's folder out

from asking_texts import CHOICE, DEVELOPMENT, HELD_OUT, Case, blocks, by_hand, from_templates

SEED = 2026
CLOSE = 1e-6


@dataclass
class Tally:
    """What a formatter made of some texts."""

    right: int = 0
    values: int = 0
    misread: int = 0
    """Values that are read as something else than the text says."""
    extra: int = 0
    """Values that the text does not say, of quantities that it does not speak of."""
    invented: int = 0
    """Values whose number stands nowhere in the text."""
    refused: int = 0
    refusals: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    texts: int = 0
    shares: list[tuple[int, int]] = field(default_factory=list)
    """Values that are right and values of each text, in order."""


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z, n = 1.96, max(of, 1)
    p = right / n
    centre, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (centre - spread) / (1 + z * z / n), (centre + spread) / (1 + z * z / n)


def by_template(shares: Sequence[tuple[int, int]], templates: int) -> tuple[float, float]:
    """The 95 % interval of a share when whole templates are drawn again."""
    sums = np.array([np.sum(shares[i::templates], axis=0) for i in range(templates)])
    drawn = np.random.default_rng(SEED).integers(0, templates, (4000, templates))
    right, of = sums[drawn].sum(axis=1).T
    low, high = np.quantile(right / np.maximum(of, 1), (0.025, 0.975))
    return float(low), float(high)


class Judge:
    """Texts and a formatter."""

    def __init__(self, formatters: Sequence[Formatter]) -> None:
        from bench_lhco.datasets import ResearchAndDevelopment
        from bench_lhco.features.sets import SETS

        self.formatters, self.wrong = formatters, False
        here = Path()
        self.context = bench.Context(data=here, scratch=here, checkpoints=here)
        self.sets = {
            name: (ResearchAndDevelopment(features=name), SETS[name].columns)
            for name in ("standard", "substructure")
        }

    def judge(self, cases: Sequence[Case]) -> Tally:
        """Count what is right of all cases."""
        tally = Tally()
        for case in cases:
            started = time.monotonic()
            self._refusal(case, tally) if case.refusal else self._values(case, tally)
            seconds = time.monotonic() - started
            tally.texts += 1
            tally.seconds += seconds
            tally.slowest = max(tally.slowest, seconds)
        return tally

    def _values(self, case: Case, tally: Tally) -> None:
        dataset, columns = self.sets["substructure"]
        passage, _ = scan(case.text, dataset.vocabulary(columns))
        readings = read_in_turn(passage, self.formatters, self.context)
        known = {number.span for number in passage.numbers}
        tally.invented += sum(reading.span not in known for reading in readings)
        facts = {n: f.value for n, f in said_in(passage, readings).facts.items()}
        wrong = {
            name: (value, facts.get(name))
            for name, value in case.values.items()
            if not math.isclose(facts.get(name, math.nan), value, rel_tol=CLOSE, abs_tol=CLOSE)
        }
        extra = {name: facts[name] for name in facts.keys() - case.values.keys() - {"has_j2"}}
        tally.values += len(case.values)
        tally.right += len(case.values) - len(wrong)
        tally.misread += sum(name in facts for name in wrong)
        tally.shares.append((len(case.values) - len(wrong), len(case.values)))
        tally.extra += len(extra)
        if self.wrong and (wrong or extra):
            print(f"{case.text}\n  wrong {wrong}\n  extra {extra}\n")

    def _refusal(self, case: Case, tally: Tally) -> None:
        dataset, columns = self.sets["standard"]
        kind, _, name = case.refusal.partition(" ")
        try:
            out = understand(case.text, columns, dataset, self.formatters, self.context)
            reasons = {
                "missing": [column.name for column in out.missing],
                "contradiction": [line.split()[0].strip(":") for line in out.contradictions],
            }.get(kind, [])
            refused = any(reason.startswith(name) for reason in reasons)
        except InputError as error:
            refused, out = kind == "several" or "number" in str(error), None
        tally.refusals += 1
        tally.refused += refused
        if self.wrong and not refused:
            print(f"{case.text}\n  not refused for {case.refusal}: {out}\n")


def main() -> None:
    """Judge the formatters that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formatter", default=ALONE, help="as of `bench ask`")
    parser.add_argument("--set", action="append", default=[], dest="options")
    parser.add_argument("--templates", type=int, default=500, help="held-out texts")
    parser.add_argument("--development", type=int, default=2530, help="texts to learn from")
    parser.add_argument("--choice", type=int, default=420, help="texts to choose a formatter by")
    parser.add_argument("--by-hand", type=int, default=100)
    parser.add_argument("--wrong", action="store_true", help="print what is not right")
    given = parser.parse_args()
    registry, options = load_registry(), dict(option.split("=", 1) for option in given.options)
    judge = Judge(chain(given.formatter, options, registry))
    held_out = from_templates(given.templates, SEED, HELD_OUT)
    development = from_templates(given.development, SEED, DEVELOPMENT)
    hand = by_hand()[: given.by_hand]
    for name, cases, templates in (
        ("held out", held_out, len(blocks(HELD_OUT))),
        ("by hand", hand, sum(not case.refusal for case in hand)),
        ("to choose by", from_templates(given.choice, SEED, CHOICE), len(blocks(CHOICE))),
        ("to learn from", development, len(blocks(DEVELOPMENT))),
    ):
        if cases:
            judge.wrong = given.wrong and cases is not held_out
            tally = judge.judge(cases)
            print(f"{given.formatter} {' '.join(given.options)} on {line(name, tally, templates)}")


def line(name: str, tally: Tally, templates: int) -> str:
    """What is printed of some texts."""
    low, high = wilson(tally.right, tally.values)
    wide = by_template(tally.shares, min(templates, len(tally.shares)))
    return (
        f"{tally.texts} texts {name}: {tally.right} of {tally.values} values right, "
        f"{tally.right / max(tally.values, 1):.4f} [{low:.4f}, {high:.4f}], "
        f"over {templates} templates [{wide[0]:.4f}, {wide[1]:.4f}]; "
        f"{tally.misread} mistaken, {tally.extra} beside; {tally.invented} that stand nowhere; "
        f"{tally.refused} of {tally.refusals} refused; "
        f"{tally.seconds / tally.texts:.3f} s a text, at most {tally.slowest:.2f} s"
    )


if __name__ == "__main__":
    main()
