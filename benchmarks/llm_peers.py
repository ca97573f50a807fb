"""Bench's language models beside their peers: same machine, same run, same base, same tokens.

    make peers
    .venv/bin/python benchmarks/llm_peers.py --base all --events 64

Scoring against lm-evaluation-harness's `HFLM.loglikelihood`, training against trl's `SFTTrainer`,
and scoring against the machine's own matrix rate. Each side is a process of its own, and they take
turns in random order, so that other load on the machine hurts all alike; figures are medians.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tabulate import tabulate

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # a safe path, as make sets it, leaves the script's folder out

from peers.base import folder_of  # noqa: E402
from peers.made import scoring_task, training_task  # noqa: E402
from peers.side import PROCESSOR, WALL, Side  # noqa: E402
from peers.task import Task, Variant  # noqa: E402

OURS, PEERS = Path(sys.executable), HERE.parent / ".venv-peers/bin/python"
EQUAL = 1e-5
"""How far probabilities and losses may lie apart, in float32."""
SHARE = 0.6
"""Of the machine's matrix rate, that scoring on SmolLM2 should reach."""
SCORING_GOAL = {"tiny": 5.0, "smollm2": 1.3}
EVENTS = {("tiny", "scoring"): 2000, ("tiny", "training"): 960}
EVENTS |= {("smollm2", "scoring"): 64, ("smollm2", "training"): 48}
ON_A_GPU = {"scoring": 4000, "training": 960}
VARIANTS = {
    "tiny": [
        (Variant("all weights", tuning="full", batch=32), 2.0),
        (Variant("LoRA in all layers", batch=32), 2.0),
    ],
    "smollm2": [
        (Variant("LoRA in all layers"), 1.2),
        (Variant("LoRA in the last six layers", lora_blocks=6, epochs=5), 3.0),
    ],
}
"""With the goal of events a second: of an epoch, from the second one on where there are several."""
Row = list[str]


def main() -> None:
    """Run what is named, print a table of it."""
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--base", choices=["tiny", "smollm2", "all"], default="all")
    words.add_argument("--only", choices=["scoring", "training"])
    words.add_argument("--events", type=int, help="of each base, in place of the default")
    words.add_argument("--threads", type=int, default=1, help="more only where cores are free")
    words.add_argument("--repeats", type=int, default=3, help="turns of each side")
    words.add_argument(
        "--clock", choices=[WALL, PROCESSOR], default=WALL, help="the latter on a busy machine"
    )
    words.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    arguments = words.parse_args()
    if not PEERS.exists():
        raise SystemExit("wanted the peers in .venv-peers: make peers")
    rows: list[Row] = []
    with TemporaryDirectory() as scratch:
        for base in ["tiny", "smollm2"] if arguments.base == "all" else [arguments.base]:
            run = Comparison(base, Path(scratch), arguments)
            if arguments.only != "training":
                rows += run.scoring()
            if arguments.only != "scoring":
                rows += [
                    row for variant, goal in VARIANTS[base] for row in run.training(variant, goal)
                ]
    print(
        f"device: {device_name(arguments.device)}; "
        f"threads: {arguments.threads}; turns of each side: {arguments.repeats}; "
        f"seconds: {arguments.clock}\n"
    )
    headings = ["", "bench", "peer", "ratio", "goal"]
    print(tabulate(rows, headings, tablefmt="pipe", disable_numparse=True))


class Comparison:
    """The comparisons on one base."""

    def __init__(self, base: str, scratch: Path, arguments: argparse.Namespace) -> None:
        self.base, self.scratch, self.arguments = base, scratch, arguments
        self.folder = folder_of(base)

    def scoring(self) -> list[Row]:
        """Events a second, equal probabilities, memory, and the share of the matrix rate."""
        task = scoring_task(self.folder, self._events("scoring"), self.arguments.device)
        sides = {"bench": (OURS, "score_bench"), "peer": (PEERS, "score_lm_eval")}
        answers = self._turns(task, sides | {"limit": (OURS, "limit")})
        n, name = len(task.texts), f"{self.base}, scoring"
        ours, peers = (
            n / _median(run["seconds"] for run in answers[side]) for side in ("bench", "peer")
        )
        mine, theirs, limits = answers["bench"], answers["peer"], answers["limit"]
        apart = max(abs(a - b) for a, b in zip(mine[0]["scores"], theirs[0]["scores"], strict=True))
        goal = SCORING_GOAL[self.base]
        rate = ours / n * mine[0]["work"]
        limit = _median(run["rate"] for run in limits) / 1e9
        each = {which: _median(run[which] for run in limits) / 1e9 for which in limits[0]["by"]}
        by = ", ".join(f"{which} {rate:.0f}" for which, rate in each.items())
        share_goal = f"{SHARE:.0%}" if self.base == "smollm2" else ""
        return [
            _speed(f"{name} {n} events: events/s", ours, peers, goal),
            [f"{name}: lm-eval's batch", "", str(theirs[0]["batch"]), "", ""],
            [f"{name}: largest difference of P(signal)", "", "", f"{apart:.1e}", f"<= {EQUAL:.0e}"],
            self._memory(name, answers),
            [f"{name}: GFLOP/s, of {limit:.0f} ({by})",
             f"{rate / 1e9:.0f}", "", f"{rate / 1e9 / limit:.0%}", share_goal],
        ]  # fmt: skip

    def training(self, variant: Variant, goal: float) -> list[Row]:
        """Events a second, equal loss at the first step, memory; whole fits where epochs differ."""
        name = f"{self.base}, training, {variant.name}"
        whole_steps = max(1, self._events("training") // variant.batch)  # of the very same events
        events = whole_steps * variant.batch
        task = training_task(self.folder, events, variant, self.arguments.device)
        sides = {"bench": (OURS, "train_bench"), "peer": (PEERS, "train_trl")}
        answers = self._turns(task, sides)
        n = len(task.texts)
        epochs = {
            side: [_median(run["epochs"][i] for run in runs) for i in range(variant.epochs)]
            for side, runs in answers.items()
        }
        later = {side: _median(times[1:] or times) for side, times in epochs.items()}
        which = " from the second epoch on" if variant.epochs > 1 else ""
        losses = [answers[side][0]["loss"] for side in ("bench", "peer")]
        rows = [
            _speed(f"{name} {n} events: events/s{which}", *(n / s for s in later.values()), goal),
            [f"{name}: loss of the first step", *(f"{loss:.6f}" for loss in losses),
             f"{abs(losses[0] - losses[1]):.1e}", f"<= {EQUAL:.0e}"],
            self._memory(name, answers),
        ]  # fmt: skip
        for count in (1, 3, 5) if variant.epochs == 5 else ():
            whole = [sum(epochs[side][:count]) for side in ("bench", "peer")]
            ratio = f"{whole[1] / whole[0]:.2f}"
            fits = [f"{name}: fit of {count} epochs, s", *(f"{s:.0f}" for s in whole), ratio, ""]
            rows.append(fits)
        return rows

    def _events(self, what: str) -> int:
        on_device = ON_A_GPU if self.arguments.device == "cuda" else {}
        return self.arguments.events or on_device.get(what, EVENTS[self.base, what])

    def _turns(
        self, task: Task, sides: dict[str, tuple[Path, str]]
    ) -> dict[str, list[dict[str, Any]]]:
        """The answers of each side, who took turns in random order."""
        file = self.scratch / "task.json"
        task.write(file)
        started = {
            name: Side(python, module, file, self.arguments.threads, self.arguments.clock)
            for name, (python, module) in sides.items()
        }
        answers: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
        order, rng = list(sides), random.Random(0)
        for _ in range(self.arguments.repeats):
            rng.shuffle(order)
            for name in order:
                answers[name].append(started[name].run())
                print(f"{self.base}: {sides[name][1]} has had a turn", file=sys.stderr)
        for side in started.values():
            side.close()
        return answers

    def _memory(self, name: str, answers: dict[str, list[dict[str, Any]]]) -> Row:
        ours, theirs = (answers[side][-1]["memory"] for side in ("bench", "peer"))
        row = [f"{name}: peak memory, GB", f"{ours:.2f}", f"{theirs:.2f}"]
        return [*row, f"{ours / theirs:.2f}", "<= 1"]


def device_name(device: str) -> str:
    """As its maker calls a GPU."""
    import torch

    return torch.cuda.get_device_name() if device == "cuda" else device


def _speed(name: str, ours: float, theirs: float, goal: float) -> Row:
    return [name, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}", f">= {goal}"]


def _median(values: Any) -> float:
    return statistics.median(list(values))


if __name__ == "__main__":
    main()
