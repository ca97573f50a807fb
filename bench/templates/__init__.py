"""A plugin package to start from: names filled into the files beside this one."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template

from bench.api.errors import RequestError

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
DESCRIPTIONS = {
    "dataset": "Photon pairs in a table",
    "encoder": "Standardised features",
    "model": "Fisher's linear discriminant",
    "metric": "False discovery rate",
}
"""What there are templates of, and what each of them is."""
RUNS = {
    "dataset": "bench run --plugin gbt --dataset {name}",
    "encoder": "bench run --plugin llm-nfa --encoder {name} --dataset rd",
    "model": "bench run --plugin {name} --dataset rd",
    "metric": "bench run --plugin gbt --dataset rd    # its table has the metric's figure",
}
FILES = {
    "pyproject.toml": "pyproject.toml.in",
    "README.md": "README.md.in",
    "$module/__init__.py": "module.py.in",
    "tests/test_$short.py": "test.py.in",
}
"""The files of a package and what they are written from: the kind's own, else the common one."""
MORE_FILES = {
    "dataset": {
        "$module/reader.py": "reader.py.in",
        "$module/cards/$name.toml": "card.toml.in",
    }
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
        "short": name.replace("-", "_"),
        "module": f"bench_{name.replace('-', '_')}",
        "distribution": f"bench-{name}",
        "part": _class_name(kind, name),
        "description": DESCRIPTIONS[kind],
        "run": RUNS[kind].format(name=name),
    }
    contents = {
        _filled(target, words): _filled(_template(kind, source), words)
        for target, source in (FILES | MORE_FILES.get(kind, {})).items()
    }
    if kind == "dataset":
        from bench.templates.toy import toy_csv

        contents[f"{words['module']}/events.csv"] = toy_csv()
    for target, content in contents.items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return [folder / target for target in contents]


def _class_name(kind: str, name: str) -> str:
    """`MyPart` of `my-part`, and no name that the module has already, as `Path` or `Fitted`."""
    named = "".join(word.capitalize() for word in name.split("-"))
    taken = re.search(rf"\b{named}\b", _template(kind, "module.py.in"))
    return f"{named}{kind.capitalize()}" if taken else named


def _template(kind: str, source: str) -> str:
    room = files("bench.templates")
    own = room.joinpath(kind, source)
    return (own if own.is_file() else room.joinpath(source)).read_text(encoding="utf-8")


def _filled(text: str, words: dict[str, str]) -> str:
    return Template(text).substitute(words)
