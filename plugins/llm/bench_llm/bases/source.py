"""Where a base comes from, and what its bytes are; nothing heavy is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import bench

TINY, NONE = "tiny", "none"
SHIPPED = Path(__file__).parent.parent / "tiny"
DOCUMENTED = "mistralai/Mistral-7B-Instruct-v0.3"
PINNED = {DOCUMENTED: "c170c708c41dac9275d15a8fff4eca08d52bab71"}
"""The revisions taken of known hub models where the user names none."""
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class BaseSource:
    """A base as an option names it: `tiny`, a folder, or a hub id with its revision."""

    name: str
    revision: str = ""

    def digest(self) -> str:
        """The content hash of the base: of its files, or the commit of a hub model.

        Raises:
            InputError: there is no such folder, or a hub model's revision is not pinned.
        """
        if self.name == NONE:
            return ""
        if self._of_hub():
            return f"{self.name}@{self.commit()}"
        folder = self._folder()
        return " ".join(
            f"{f.relative_to(folder).as_posix()}:{bench.file_digest(f)}"
            for f in sorted(folder.rglob("*"))
            if f.is_file()
        )

    def folder(self) -> Path:
        """The folder with the files, of a hub model after downloading what is not here yet.

        Raises:
            InputError: there is no such folder, or the model cannot be downloaded.
        """
        if self._of_hub():
            from bench_llm.bases.hub import fetch

            return fetch(self.name, self.commit())
        return self._folder()

    def commit(self) -> str:
        """The revision of a hub model.

        Raises:
            InputError: it is not pinned to a commit.
        """
        revision = self.revision or PINNED.get(self.name, "")
        if not COMMIT.fullmatch(revision):
            raise bench.InputError(
                f"base={self.name}: wanted revision=COMMIT, the 40 hexadecimal digits of a commit, "
                f"got {revision or 'none'}; a branch can change under a comparison"
            )
        return revision

    def _of_hub(self) -> bool:
        plain = self.name not in (TINY, NONE) and not Path(self.name).expanduser().exists()
        return plain and bool(REPOSITORY.fullmatch(self.name))

    def _folder(self) -> Path:
        folder = SHIPPED if self.name == TINY else Path(self.name).expanduser()
        if not folder.is_dir():
            raise bench.InputError(
                f"base={self.name}: wanted {TINY}, {NONE}, the folder of a model, or a hub id "
                f"such as {DOCUMENTED}"
            )
        return folder
