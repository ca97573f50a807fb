"""A plugin's package that is not installed: it takes part as if it were, for a while."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import invalidate_caches
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.api.errors import RequestError
from bench.plugins.registry import GROUP

PROJECT = "pyproject.toml"
SOURCES = ("", "src")
"""Where in a package's folder its modules may lie."""


@dataclass(frozen=True)
class PackageFolder:
    """A package of plugins in a folder, as its pyproject.toml says."""

    folder: Path
    name: str
    version: str
    requires: tuple[str, ...]
    plugins: Mapping[str, str]
    """The module of each plugin, by its name."""

    @classmethod
    def read(cls, folder: Path) -> PackageFolder:
        """What a folder has.

        Raises:
            RequestError: it has no pyproject.toml that offers a plugin.
        """
        file = folder.absolute() / PROJECT
        try:
            said = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise RequestError(f"{folder} is no package of a plugin: no {PROJECT} in it") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RequestError(f"{file}: not TOML: {error}") from error
        project: dict[str, Any] = said.get("project", {})
        plugins = project.get("entry-points", {}).get(GROUP, {})
        if not plugins or "name" not in project:
            raise RequestError(f"{file}: no name or no plugin in [project.entry-points.{GROUP}]")
        return cls(
            file.parent,
            str(project["name"]),
            str(project.get("version", "0")),
            tuple(map(str, project.get("dependencies", ()))),
            {str(name): str(module) for name, module in plugins.items()},
        )

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Have the bench find its plugins as if it were installed in place, meanwhile.

        Raises:
            RequestError: another package offers a plugin of such a name, or a module is missing.
        """
        installed = [e for e in entry_points(group=GROUP) if e.name in self.plugins]
        if others := [e for e in installed if not e.dist or e.dist.name != self.name]:
            raise RequestError(
                f"{self.folder}: the plugin name {others[0].name!r} is taken by what is installed"
            )
        if installed:
            yield
            return
        with TemporaryDirectory() as scratch:
            self._describe(Path(scratch))
            added = [str(self._source()), scratch]
            sys.path[:0] = added
            invalidate_caches()
            try:
                yield
            finally:
                sys.path[:] = [place for place in sys.path if place not in added]

    def _source(self) -> Path:
        """The folder that its modules lie in."""
        tops = self._tops()
        for source in (self.folder / name for name in SOURCES):
            if all((source / top).is_dir() or (source / f"{top}.py").is_file() for top in tops):
                return source
        raise RequestError(f"{self.folder}: no module {' or '.join(tops)} in it; install it first")

    def _tops(self) -> list[str]:
        return sorted(
            {module.partition(":")[0].partition(".")[0] for module in self.plugins.values()}
        )

    def _describe(self, folder: Path) -> None:
        """Write what an installer would write of a package that is installed in place."""
        about = folder / f"{self.name.replace('-', '_')}-{self.version}.dist-info"
        about.mkdir()
        head = ["Metadata-Version: 2.1", f"Name: {self.name}", f"Version: {self.version}"]
        needs = [f"Requires-Dist: {line}" for line in self.requires]
        points = [f"{name} = {module}" for name, module in self.plugins.items()]
        origin = {"url": self.folder.as_uri(), "dir_info": {"editable": True}}
        for name, lines in (
            ("METADATA", [*head, *needs]),
            ("entry_points.txt", [f"[{GROUP}]", *points]),
            ("top_level.txt", self._tops()),
            ("direct_url.json", [json.dumps(origin)]),
        ):
            (about / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
