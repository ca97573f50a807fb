"""Loads a fitted model in a fresh process and scores with it: `python -m bench.guards.fresh`."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.context import Context
    from bench.inputs import Inputs
    from bench.parts import Model

TOLD, VIEWS, SCORES = "asked.json", "inputs.npz", "scores.npy"
LONGEST = 600
"""Seconds that loading and scoring may take."""


class NotRereadError(BenchError):
    """What was saved cannot be loaded in a fresh process."""


def reread(model: Model, folder: Path, inputs: Inputs, context: Context) -> NDArray[np.float64]:
    """Scores of the saved model in `folder`, by a process that knows nothing but that: (n,).

    Raises:
        NotRereadError: it cannot be loaded there; with the last line of why.
    """
    import msgspec
    import numpy as np

    from bench.options import options_in

    work = context.scratch
    kind = type(model)
    asked = {
        "module": kind.__module__,
        "part": kind.__qualname__,
        "options": options_in(model),
        "model": str(folder),
        "scratch": str(work),
        "data": str(context.data),
        "seed": context.seed,
        "device": context.device,
    }
    (work / TOLD).write_bytes(msgspec.json.encode(asked))
    _write(inputs, work / VIEWS)
    done = subprocess.run(
        [sys.executable, "-m", "bench.guards.fresh", str(work)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise NotRereadError(lines[-1].strip() if lines else f"exit code {done.returncode}")
    return np.asarray(np.load(work / SCORES, allow_pickle=False), dtype=np.float64)


def _write(inputs: Inputs, file: Path) -> None:
    import numpy as np

    views = {f"view.{name}": np.asarray(view) for name, view in inputs.views.items()}
    listed = [name for name, view in inputs.views.items() if isinstance(view, list)]
    np.savez(file, allow_pickle=False, listed=np.array(listed, dtype=str), ids=inputs.ids, **views)


def _read(file: Path) -> Inputs:
    import numpy as np

    from bench.inputs import Inputs

    with np.load(file, allow_pickle=False) as found:
        n = len(found["ids"])
        listed = set(found["listed"].tolist())
        views: dict[str, Any] = {}
        for key in found.files:
            name = key.removeprefix("view.")
            if key != name:
                views[name] = found[key].tolist() if name in listed else found[key]
        return Inputs(views, np.zeros(n, np.int8), found["ids"], np.ones(n))


def _main(work: Path) -> None:
    import msgspec
    import numpy as np

    from bench.context import Context
    from bench.options import build

    asked = msgspec.json.decode((work / TOLD).read_bytes())
    part: Any = import_module(asked["module"])
    for name in asked["part"].split("."):
        part = getattr(part, name)
    model = build(part, asked["options"])
    context = Context(
        data=Path(asked["data"]),
        scratch=Path(asked["scratch"]),
        checkpoints=Path(asked["scratch"]),
        seed=asked["seed"],
        device=asked["device"],
    )
    fitted = model.load(Path(asked["model"]), context)
    np.save(work / SCORES, np.asarray(fitted.score(_read(work / VIEWS)), dtype=np.float64))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
