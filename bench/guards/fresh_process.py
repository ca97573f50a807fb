"""Loads a fitted model in a fresh process and scores: `python -m bench.guards.fresh_process`.

Encoders give their views of some events there too, from what they learned and nothing else.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bench.api.errors import BenchError
from bench.data.handed import (
    built,
    part_spec,
    read_inputs,
    read_view_modules,
    write_inputs,
    write_view_modules,
)
from bench.guards.encodings import differing
from bench.storage.machine import refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.inputs import Inputs, Learned
    from bench.api.parts import Encoder, Model, ViewModule
    from bench.api.table import Table

VIEWS, SCORES = "inputs.npz", "scores.npy"
LEARNED = "learned.npz"
ENCODERS, EVENTS, ENCODED = "encoders", "events", "encoded.npz"
LONGEST = 600
"""Seconds that loading and scoring may take."""
TRIES = 2
"""How often it may take too long: the first time, the machine may have been busy."""
OUT_OF_MEMORY = 71
"""Exit code of a fresh process that ran out of it."""


class NotRereadError(BenchError):
    """What was saved cannot be loaded in a fresh process."""


class FreshProcessError(Exception):
    """The fresh process was cut off, so that nobody knows whether what was saved can be loaded."""


@dataclass(frozen=True)
class Encoding:
    """Events that encoders learned from, and what a model reads of them in this process."""

    encoders: Sequence[Encoder]
    learned: Learned
    table: Table
    inputs: Inputs


def reread(
    model: Model, folder: Path, inputs: Inputs, context: Context, encoding: Encoding | None = None
) -> tuple[NDArray[np.float64], list[str]]:
    """Scores of the saved model in `folder`, by a process that knows nothing but that: (n,).

    Beside them the views that encoders give otherwise there, where they know what `learn` gave.

    Raises:
        NotRereadError: it cannot be loaded there; with the last line of why.
        FreshProcessError: it took too long, was killed or ran out of memory.
    """
    import msgspec
    import numpy as np

    from bench.data.encode import write_learned
    from bench.data.feature_cache import write_table

    scratch = context.scratch
    view_modules = cast("Mapping[str, ViewModule]", context.view_modules)
    request = {
        "part": part_spec(model),
        "encoders": [part_spec(encoder) for encoder in encoding.encoders] if encoding else [],
        "view_modules": write_view_modules(view_modules, scratch / LEARNED),
        "model": str(folder),
        "scratch": str(scratch),
        "data": str(context.data),
        "seed": context.seed,
        "device": context.device,
    }
    write_inputs(inputs, scratch / VIEWS)
    if encoding:
        write_learned(encoding.learned, scratch / ENCODERS)
        (scratch / EVENTS).mkdir(exist_ok=True)
        write_table(encoding.table, scratch / EVENTS)
    _demand_done(_run(scratch, msgspec.json.encode(request).decode()))
    scores = np.asarray(np.load(scratch / SCORES, allow_pickle=False), dtype=np.float64)
    if not encoding:
        return scores, []
    return scores, [*differing(encoding.inputs.views, read_inputs(scratch / ENCODED).views)]


def _run(scratch: Path, request: str) -> subprocess.CompletedProcess[str]:
    """Start the fresh process, once more where it takes too long.

    The request is in no file, as options may be secrets.
    """
    for _ in range(TRIES):
        try:
            return subprocess.run(
                [sys.executable, "-m", "bench.guards.fresh_process", str(scratch)],
                input=request,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            continue
    raise FreshProcessError(
        f"a fresh process took more than {LONGEST:g} s to load and score what was saved, "
        f"{TRIES} times"
    )


def _demand_done(done: subprocess.CompletedProcess[str]) -> None:
    """Tell a process that was cut off from one that could not load what was saved.

    Raises:
        OSError: what the machine refused it.
    """
    what = "a fresh process that loads and scores what was saved"
    if done.returncode < 0:
        names = {number.value: number.name for number in signal.Signals}
        killer = names.get(-done.returncode, f"signal {-done.returncode}")
        why = ", as a machine does that is out of memory" if killer == "SIGKILL" else ""
        raise FreshProcessError(f"{what} was killed by {killer}{why}")
    if done.returncode == OUT_OF_MEMORY:
        raise FreshProcessError(f"{what} ran out of memory")
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        if lines and (refused := refusal(Exception(lines[-1]))):
            raise refused
        raise NotRereadError(lines[-1].strip() if lines else f"exit code {done.returncode}")


def _main(scratch: Path, said: bytes) -> None:
    import msgspec
    import numpy as np

    from bench.api.context import Context
    from bench.data.encode import encode, read_learned
    from bench.data.feature_cache import read_table
    from bench.data.real_scores import scores_of_events

    request = msgspec.json.decode(said)
    context = Context(
        data=Path(request["data"]),
        scratch=Path(request["scratch"]),
        checkpoints=Path(request["scratch"]),
        seed=request["seed"],
        device=request["device"],
        view_modules=read_view_modules(request["view_modules"], scratch / LEARNED),
    )
    model, encoders = built(request["part"]), [built(spec) for spec in request["encoders"]]
    if encoders:
        learned, table = read_learned(encoders, scratch / ENCODERS), read_table(scratch / EVENTS)
        write_inputs(encode(model, encoders, learned, table, targets=True), scratch / ENCODED)
    fitted = model.load(Path(request["model"]), context)
    inputs = read_inputs(scratch / VIEWS)
    np.save(scratch / SCORES, scores_of_events(fitted.score(inputs), len(inputs)))


if __name__ == "__main__":
    try:
        _main(Path(sys.argv[1]), sys.stdin.buffer.read())
    except BaseException as error:
        # torch's own is no MemoryError
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
            sys.exit(OUT_OF_MEMORY)
        if isinstance(error, SystemExit):  # which would pass as an end that is well
            raise RuntimeError(f"left by sys.exit({error.code!r})") from error
        raise
