"""Parts and their inputs as another process is handed them: plain values, and arrays as npz."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bench.plugins.options import build, options_in

if TYPE_CHECKING:
    from bench.api.inputs import Inputs
    from bench.api.parts import Part, ViewModule


def part_spec(part: Part) -> dict[str, Any]:
    """What a part is made of again, in another process."""
    kind = type(part)
    return {"module": kind.__module__, "name": kind.__qualname__, "options": options_in(part)}


def built(spec: Mapping[str, Any]) -> Any:
    """The part that `part_spec` was given."""
    part: Any = import_module(spec["module"])
    for name in spec["name"].split("."):
        part = getattr(part, name)
    return build(part, spec["options"])


def write_inputs(inputs: Inputs, file: Path | BinaryIO, *, labelled: bool = False) -> None:
    """Write the views and the ids of events; labels and weights only where they may be known."""
    import numpy as np

    arrays = {f"view.{name}": np.asarray(view) for name, view in inputs.views.items()}
    if labelled:
        arrays |= {"y": inputs.y, "weights": inputs.weights}
    listed = [name for name, view in inputs.views.items() if isinstance(view, list)]
    np.savez(file, allow_pickle=False, listed=np.array(listed, dtype=str), ids=inputs.ids, **arrays)


def read_inputs(file: Path | BinaryIO) -> Inputs:
    """What `write_inputs` wrote; without labels every label is 0, and every weight 1."""
    import numpy as np

    from bench.api.inputs import Inputs

    with np.load(file, allow_pickle=False) as arrays:
        n = len(arrays["ids"])
        listed = set(arrays["listed"].tolist())
        views: dict[str, Any] = {}
        for key in arrays.files:
            name = key.removeprefix("view.")
            if key != name:
                views[name] = arrays[key].tolist() if name in listed else arrays[key]
        y = arrays["y"] if "y" in arrays.files else np.zeros(n, np.int8)
        weights = arrays["weights"] if "weights" in arrays.files else np.ones(n)
        return Inputs(views, y, arrays["ids"], weights)


def write_view_modules(
    modules: Mapping[str, ViewModule], file: Path | BinaryIO
) -> dict[str, dict[str, Any]]:
    """Write what their encoders learned; gives what the encoders are made of, by view."""
    import numpy as np

    learned = {f"{v}/{k}": a for v, one in modules.items() for k, a in one.learned.items()}
    np.savez(file, allow_pickle=False, **learned)
    return {view: part_spec(one.encoder) for view, one in modules.items()}


def read_view_modules(specs: Mapping[str, Any], file: Path | BinaryIO) -> dict[str, ViewModule]:
    """What `write_view_modules` wrote, and gave."""
    import numpy as np

    from bench.api.parts import ViewModule

    with np.load(file, allow_pickle=False) as arrays:
        learned = {key: arrays[key] for key in arrays.files}
    made = {}
    for view, encoder in specs.items():
        own = {
            k.removeprefix(f"{view}/"): a for k, a in learned.items() if k.startswith(f"{view}/")
        }
        made[view] = ViewModule(built(encoder), view, own)
    return made
