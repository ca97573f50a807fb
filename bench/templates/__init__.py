"""A plugin package to start from: names filled into the files beside this one."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template

from bench.api.errors import RequestError
from bench.storage.drafts import drafted

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
DESCRIPTIONS = {
    "dataset": "Photon pairs in a table",
    "encoder": "Standardised features",
    "encoder-texts": "Standardised features in a prompt",
    "encoder-values": "Standardised features at placeholders of a prompt",
    "encoder-front": "A network in front of the features",
    "model": "Fisher's linear discriminant",
    "metric": "False discovery rate",
}
"""What there are templates of, and what each of them is."""
GIVES = ("numbers", "texts", "values", "front")
"""What an encoder of a new package can give; numbers unless something else is said."""
RUNS = {
    "dataset": "bench run --plugin gbt --dataset {name}",
    "encoder": "bench run --plugin llm-nfa --encoder {name} --dataset rd",
    "encoder-texts": "bench run --plugin llm-text --encoder {name} --dataset rd",
    "encoder-values": "bench run --plugin llm-text --encoder {name} --dataset rd",
    "encoder-front": "bench run --plugin mlp --encoder {name} --dataset rd",
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
    },
    "encoder-front": {"$module/network.py": "network.py.in"},
}


def template_of(kind: str, gives: str | None) -> str:
    """The template of a part that gives this; None for the usual.

    Raises:
        RequestError: a part of which nobody can say what it gives.
    """
    if gives and kind != "encoder":
        raise RequestError(
            f"--gives {gives}: a new {kind} gives what it gives; only encoders differ"
        )
    return kind if gives in (None, GIVES[0]) else f"{kind}-{gives}"


def write_package(template: str, name: str, folder: Path) -> list[Path]:
    """Write the package of a new part into a folder that is not there yet; gives its files.

    Args:
        template: the kind of the part, or one of its templates: `encoder-texts`.
        name: of the part.
        folder: to write.

    Raises:
        RequestError: a name that no plugin can have, or a folder that is there.
    """
    kind = template.partition("-")[0]
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
        "part": _class_name(template, name),
        "description": DESCRIPTIONS[template],
        "run": RUNS[template].format(name=name),
    }
    contents = {
        _filled(target, words): _filled(_template(template, source), words)
        for target, source in (FILES | MORE_FILES.get(template, {})).items()
    }
    if kind == "dataset":
        from bench.templates.toy import toy_csv

        contents[f"{words['module']}/events.csv"] = toy_csv()
    with drafted(folder) as draft:
        for target, content in contents.items():
            path = draft / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    return [folder / target for target in contents]


def _class_name(template: str, name: str) -> str:
    """`MyPart` of `my-part`, and no name that the module has already, as `Path` or `Fitted`."""
    named = "".join(word.capitalize() for word in name.split("-"))
    taken = re.search(rf"\b{named}\b", _template(template, "module.py.in"))
    return f"{named}{template.partition('-')[0].capitalize()}" if taken else named


def _template(template: str, source: str) -> str:
    room = files("bench.templates")
    own = room.joinpath(template, source)
    return (own if own.is_file() else room.joinpath(source)).read_text(encoding="utf-8")


def _filled(text: str, words: dict[str, str]) -> str:
    return Template(text).substitute(words)
