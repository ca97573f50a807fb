"""The code that a part is made of, and its hash: what the code does, not how it is worded."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from bench.storage.distributions import CORE, files_of, is_installed
from bench.storage.fingerprint import digest
from bench.storage.syntax_digest import syntax_digest, syntax_of

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]
"""The folder of the core."""
UNREADABLE = "unreadable-"
"""What the digest of code that cannot be read begins with; it is another one in each process."""

FITTING = (
    *("api/context", "api/inputs", "api/parts", "api/prompt", "api/table", "data/encode"),
    *("data/sampling", "data/splits", "encoders", "plugins/options", "running/fit_cache"),
)
"""The core's modules that shape what a model is fitted on, and how."""
TOGETHER = ("data/handed", "running/ranks")
"""Those that shape beside what several processes fit together."""
SCORING = (
    *("data/real_scores", "data/score", "data/score_pieces"),
    *("running/pipeline", "running/scoring"),
)
"""Those that shape scores beside."""
JUDGING = ("api/scores", "metrics")
"""Those that shape figures beside."""


@cache
def code_digest(part: type, distribution: str = "") -> str:
    """The hash of all the code that a part comes from.

    That is every file of its distribution, the package that its module was loaded from, and what
    these import from outside of the installed packages, such as a module on `PYTHONPATH`. Python
    is hashed as a syntax tree without docstrings and comments, anything else byte by byte. For the
    core's own parts it is the folder of the part's module, so that a change of a report does not
    undo every fit.

    Args:
        part: the class.
        distribution: the name of the one that offers it, if any.
    """
    files = _files(part, distribution)
    return digest(sorted(_digests(files))) if files else f"{UNREADABLE}{uuid4().hex}"


@cache
def imports_of(part: type, distribution: str = "") -> frozenset[str]:
    """The top-level modules that the code of a part imports, wherever in it."""
    return frozenset(imported_names(_files(part, distribution).values()))


def unreadable(part: type, distribution: str = "") -> bool:
    """Whether the code of a part cannot be read, so that nothing of it can be known again."""
    return code_digest(part, distribution).startswith(UNREADABLE)


@cache
def core_digest(modules: tuple[str, ...]) -> str:
    """The hash of modules and packages of the core, by their paths in `bench/`."""
    files: dict[str, Path] = {}
    for name in modules:
        path = ROOT / name
        files |= _tree(path, name) if path.is_dir() else {name: path.with_suffix(".py")}
    return digest(sorted(_digests(files)))


def _files(part: type, distribution: str) -> dict[str, Path]:
    """All files of a part's code, by their place; none where its own module cannot be read."""
    module = sys.modules.get(part.__module__)
    files = _loaded(module) if module else {}
    if files and distribution and distribution != CORE:
        files |= files_of(distribution)
    return _with_imported(files)


def _digests(files: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Each file's label and hash; a file that goes away meanwhile is an error."""
    for label, path in files.items():
        content = path.read_bytes()
        python = path.suffix in (".py", ".pyi")
        yield label, syntax_digest(content) if python else sha256(content).hexdigest()


def _loaded(module: ModuleType) -> dict[str, Path]:
    """The files of the package that a module was loaded from, its own at least.

    The outermost folder that is a package counts; in a namespace package, which has no file of its
    own, it is the folder of the module. A single module counts alone.
    """
    file = Path(getattr(module, "__file__", None) or "")
    if not file.is_file():
        return {}
    own = {file.name: file}
    names = module.__name__.split(".")
    if names[0] == "bench":
        return own | _tree(file.parent, file.parent.name)
    if file.stem != "__init__":
        names.pop()
    if not names or module.__name__ == "__main__":
        return own
    outermost = file.parent
    for _ in names[1:]:
        if not (outermost.parent / "__init__.py").is_file():
            break
        outermost = outermost.parent
    if is_installed(file) and not (outermost / "__init__.py").is_file():
        return own  # a namespace that others install into as well
    return own | _tree(outermost, outermost.name)


def _tree(folder: Path, label: str) -> dict[str, Path]:
    """Every file in a folder but hidden ones and what Python compiled, by its place."""
    files = {}
    for file in sorted(folder.rglob("*")):
        place = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in place.parts)
        if file.is_file() and file.suffix != ".pyc" and not hidden:
            files[f"{label}/{place.as_posix()}"] = file
    return files


def _with_imported(files: Mapping[str, Path]) -> dict[str, Path]:
    """The files, and those of modules that they import and no installed package holds."""
    everything, new = dict(files), dict(files)
    known = {"bench", "__main__", *sys.stdlib_module_names}
    known |= {label.partition("/")[0].removesuffix(".py") for label in files}
    while new:
        names = imported_names(new.values()) - known
        known |= names
        new = {}
        for name in sorted(names):
            new |= _outside(name)
        everything |= new
    return everything


def imported_names(files: Iterable[Path]) -> set[str]:
    """The top-level names that Python files import anywhere in them."""
    sources = (file.read_bytes() for file in files if file.suffix == ".py")
    return set().union(*(syntax_of(source).imports for source in sources))


def _outside(name: str) -> dict[str, Path]:
    """The files of a top-level module that is not among the installed packages."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return {}
    folders = [Path(p) for p in (spec and spec.submodule_search_locations) or ()]
    if spec and spec.origin and spec.has_location and not folders:
        file = Path(spec.origin)
        return {} if is_installed(file) or not file.is_file() else {file.name: file}
    files: dict[str, Path] = {}
    for folder in folders:
        if folder.is_dir() and not is_installed(folder):
            files |= _tree(folder, name)
    return files
