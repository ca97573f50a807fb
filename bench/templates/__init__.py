"""A plugin package to start from: names filled into the files beside this one."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template

from bench.api.errors import RequestError

KINDS = ("encoder", "model", "metric")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
DESCRIPTIONS = {
    "encoder": "Standardised features",
    "model": "Fisher's linear discriminant",
    "metric": "False discovery rate",
}
RUNS = {
    "encoder": "bench run --plugin llm-nfa --encoder {name} --dataset rd",
    "model": "bench run --plugin {name} --dataset rd",
    "metric": "bench run --plugin gbt --dataset rd    # its table has the metric's figure",
}


def write_package(kind: str, name: str, folder: Path) -> list[Path]:
    """Write the package of a new part into a folder that is not there yet; gives its files.

    Raises:
        RequestError: a name that no plugin can have, or a folder that is there.
    """
    if not NAME.fullmatch(name):
        raise RequestError(f"no plugin can be called {name!r}; wanted a name such as my-{kind}")
    if folder.exists():
        raise RequestError(f"{folder} is there already; nothing was written")
    words = {
        "kind": kind,
        "name": name,
        "module": f"bench_{name.replace('-', '_')}",
        "distribution": f"bench-{name}",
        "part": "".join(word.capitalize() for word in name.split("-")),
        "description": DESCRIPTIONS[kind],
        "run": RUNS[kind].format(name=name),
    }
    made = {
        "pyproject.toml": "pyproject.toml.in",
        "README.md": "README.md.in",
        f"{words['module']}/__init__.py": f"{kind}/module.py.in",
        f"tests/test_{words['module'].removeprefix('bench_')}.py": f"{kind}/test.py.in",
    }
    room, written = files("bench.templates"), []
    for target, source in made.items():
        content = Template(room.joinpath(source).read_text(encoding="utf-8")).substitute(words)
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        written.append(path)
    return written
