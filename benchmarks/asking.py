"""How well formatters understand events in words: 620 texts from templates, 100 by hand.

    python benchmarks/asking.py [--formatter NAME] [--set OPTION=VALUE] [--templates N] [--wrong]

Prints, of each formatter: the share of values that are right, with Wilson's 95 % interval; how many
values stand nowhere in the text; how many of the texts that are to be refused are refused, for the
reason that they are written for; and seconds a text.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asking_texts import UNSEEN, Case, by_hand, from_templates

import bench
from bench.api.asking import Formatter
from bench.api.errors import InputError
from bench.asking.ask import read_in_turn, understand
from bench.asking.said import said_in
from bench.formatters.numbers import scan
from bench.plugins.options import build
from bench.plugins.registry import load_registry

SEED = 2026
CLOSE = 1e-6


@dataclass
class Tally:
    """What a formatter made of some texts."""

    right: int = 0
    values: int = 0
    extra: int = 0
    """Values that the text does not say, of quantities that it does not speak of."""
    invented: int = 0
    """Values whose number stands nowhere in the text."""
    refused: int = 0
    refusals: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    texts: int = 0


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z, n = 1.96, max(of, 1)
    p = right / n
    centre, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (centre - spread) / (1 + z * z / n), (centre + spread) / (1 + z * z / n)


class Judge:
    """Texts and a formatter."""

    def __init__(self, formatters: Sequence[Formatter], wrong: bool) -> None:
        from bench_lhco.datasets import ResearchAndDevelopment
        from bench_lhco.features.sets import SETS

        self.formatters, self.wrong = formatters, wrong
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
    parser.add_argument("--formatter", default="rules")
    parser.add_argument("--set", action="append", default=[], dest="options")
    parser.add_argument("--templates", type=int, default=500)
    parser.add_argument("--by-hand", type=int, default=100)
    parser.add_argument("--wrong", action="store_true", help="print what is not right")
    given = parser.parse_args()
    registry, options = load_registry(), dict(option.split("=", 1) for option in given.options)
    parts = [registry.find(Formatter, name).part for name in given.formatter.split(",")]
    formatters = [*(build(part, {}) for part in parts[:-1]), build(parts[-1], options)]
    judge = Judge(formatters, given.wrong)
    for name, cases in (
        ("templates", from_templates(given.templates, SEED)),
        ("unseen templates", from_templates(given.templates * 6 // 25, SEED, UNSEEN)),
        ("by hand", by_hand()[: given.by_hand]),
    ):
        if not cases:
            continue
        tally = judge.judge(cases)
        low, high = wilson(tally.right, tally.values)
        print(
            f"{given.formatter} {' '.join(given.options)} on {tally.texts} texts {name}: "
            f"{tally.right} of {tally.values} values right, "
            f"{tally.right / max(tally.values, 1):.4f} [{low:.4f}, {high:.4f}]; "
            f"{tally.extra} beside; {tally.invented} that stand nowhere; "
            f"{tally.refused} of {tally.refusals} refused; "
            f"{tally.seconds / tally.texts:.3f} s a text, at most {tally.slowest:.2f} s"
        )


if __name__ == "__main__":
    main()
