"""Installed distributions: the files that they bring, what they stand on, and in which version."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bench.storage.syntax_digest import syntax_digest

CORE = "classifier-bench"
"""The core's own distribution; what it stands on for tables and pages shapes no scores."""
VERSIONS = "versions.json"
NOT_CODE = {"build", "dist", "docs", "tests", "node_modules"}
"""Folders of a source tree that no package is made of."""


@cache
def files_of(name: str) -> dict[str, Path]:
    """The files that a distribution brings, by their place; of an editable one, its source's.

    What installers write about it is left out, and so is what Python compiled.
    """
    installed = _installed(name)
    if installed is None:
        return {}
    if source := _source(installed):
        return dict(_source_files(installed, source))
    root = Path(str(installed.locate_file("")))
    files = {}
    for entry in installed.files or ():
        path = Path(str(entry.locate()))
        about = entry.parts[0].endswith((".dist-info", ".egg-info", "..")) or entry.suffix == ".pyc"
        if not about and path.is_file():
            files[path.relative_to(root).as_posix() if root in path.parents else str(entry)] = path
    return files


def is_installed(path: Path) -> bool:
    """Whether a file lies among the installed packages, or is Python's own."""
    return any(folder in path.parents for folder in _installed_folders())


def versions(names: Iterable[str]) -> dict[str, str]:
    """The versions of distributions; one that is not installed is left out.

    One that did not come from an index by its version alone has a hash of its code beside it; the
    core has none, as keys hold its own.
    """
    known = ((canonical(name), _version(canonical(name))) for name in names)
    return {name: version for name, version in sorted(known) if version}


def stands_on(names: Iterable[str], imports: Iterable[str] = ()) -> set[str]:
    """What work by parts of these distributions depends on, once it is done: distributions.

    That is all that they require directly; and of what that requires in turn, and of what their
    code imports without requiring it, whatever has been imported in this process. They themselves
    are known by their code.

    Args:
        names: of distributions.
        imports: top-level modules that their code imports.
    """
    own = {canonical(name) for name in names} - {CORE}
    direct = {"numpy"}.union(*(requirements(name) for name in own)) - {CORE}
    undeclared = {name for module in imports for name in _providers().get(module, ())}
    reached = {name for name in closure(own | undeclared) if _is_imported(name)}
    return (direct | reached) - own


def closure(names: Iterable[str]) -> set[str]:
    """Distributions, and all that they require, directly or not.

    The core stands for numpy alone: nothing else of what it requires shapes scores.
    """
    reached, queue = {"numpy"}, [canonical(name) for name in names]
    while queue:
        name = queue.pop()
        if name not in reached and name != CORE:
            reached.add(name)
            queue += requirements(name)
    return reached


def changes(recorded: Mapping[str, str]) -> list[str]:
    """What is installed in another version than was recorded, a line each.

    The core is not meant: a hash of what shapes scores in it is in every key.
    """
    here = versions(recorded)
    return [
        f"{name} is {here.get(canonical(name), 'not installed')} here and was {version}"
        for name, version in sorted(recorded.items())
        if canonical(name) != CORE and here.get(canonical(name)) != version
    ]


def write_versions(recorded: Mapping[str, str], folder: Path) -> None:
    """Keep the versions that something was made with beside it."""
    import msgspec

    (folder / VERSIONS).write_bytes(msgspec.json.encode(dict(recorded), order="sorted"))


def read_versions(folder: Path) -> dict[str, str]:
    """What `write_versions` wrote."""
    import msgspec

    return msgspec.json.decode((folder / VERSIONS).read_bytes(), type=dict[str, str])


def changes_since(folder: Path) -> list[str]:
    """What is installed in another version than when the folder was written, a line each."""
    return changes(read_versions(folder))


@cache
def requirements(name: str) -> frozenset[str]:
    """What a distribution requires in this environment, without its extras, by canonical name."""
    from packaging.requirements import InvalidRequirement, Requirement

    installed, needed = _installed(name), set()
    for line in (installed.requires if installed else None) or ():
        try:
            need = Requirement(line)
        except InvalidRequirement:
            continue
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            needed.add(canonical(need.name))
    return frozenset(needed)


def canonical(name: str) -> str:
    """A distribution's name as indexes write it: `hf-xet` for `hf_xet`."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except (PackageNotFoundError, ValueError):
        return None


@cache
def _version(name: str) -> str:
    installed = _installed(name)
    if installed is None:
        return ""
    if name == CORE:
        return installed.version
    if _source(installed):
        hashes = [(k, syntax_digest(f.read_bytes())) for k, f in sorted(files_of(name).items())]
        return f"{installed.version} (source {sha256(repr(hashes).encode()).hexdigest()[:12]})"
    if installed.read_text("direct_url.json"):  # a folder or an archive: its version may stay
        record = installed.read_text("RECORD") or ""
        return f"{installed.version} (files {sha256(record.encode()).hexdigest()[:12]})"
    return installed.version


def _source(installed: Distribution) -> Path | None:
    """The project's folder, if it is installed from there in place."""
    import msgspec

    text = installed.read_text("direct_url.json")
    if not text:
        return None
    try:
        origin = msgspec.json.decode(text)
        editable = bool(origin.get("dir_info", {}).get("editable"))
        folder = Path(unquote(urlsplit(str(origin.get("url", ""))).path))
    except (msgspec.DecodeError, AttributeError):
        return None
    return folder if editable and folder.is_dir() else None


def _source_files(installed: Distribution, source: Path) -> Iterator[tuple[str, Path]]:
    """The files of the modules that a source tree is installed for; of all of it if unknown."""
    from importlib.util import find_spec

    tops = (installed.read_text("top_level.txt") or "").split()
    roots: set[Path] = set()
    for top in tops:
        spec = find_spec(top) if top.isidentifier() else None
        places = list((spec and spec.submodule_search_locations) or ())
        places += [spec.origin] if spec and spec.origin and not places else []
        roots |= {Path(place) for place in places if source in Path(place).parents}
    for root in sorted(roots) or [source]:
        for file in [root] if root.is_file() else sorted(root.rglob("*")):
            place = file.relative_to(source)
            hidden = any(part.startswith(".") or part == "__pycache__" for part in place.parts)
            code = bool(roots) or (file.suffix == ".py" and place.parts[0] not in NOT_CODE)
            if file.is_file() and code and not hidden:
                yield place.as_posix(), file


@cache
def _installed_folders() -> tuple[Path, ...]:
    """The folders of the installed packages, and of Python itself."""
    named = {sysconfig.get_path(key) for key in ("purelib", "platlib", "stdlib", "platstdlib")}
    named |= {entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")}
    return tuple(Path(name) for name in sorted(named))


@cache
def _providers() -> Mapping[str, frozenset[str]]:
    """The distributions that bring a top-level module, by its name."""
    from importlib.metadata import packages_distributions

    return {
        module: frozenset(map(canonical, names))
        for module, names in packages_distributions().items()
    }


@cache
def _modules_of() -> Mapping[str, frozenset[str]]:
    """The top-level modules of each distribution, by its name."""
    modules: dict[str, set[str]] = {}
    for module, names in _providers().items():
        for name in names:
            modules.setdefault(name, set()).add(module)
    return {name: frozenset(tops) for name, tops in modules.items()}


def _is_imported(name: str) -> bool:
    modules = _modules_of().get(name, frozenset())
    public = {module for module in modules if not module.startswith("_")}
    return not (public or modules).isdisjoint(sys.modules)  # setuptools' start-up hook is no import
