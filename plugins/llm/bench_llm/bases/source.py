"""Where a base comes from, and what its bytes are; nothing heavy is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import bench

TINY, READER, SMOLLM2, NONE = "tiny", "reader", "smollm2", "none"
SHIPPED = Path(__file__).parent.parent / "tiny"
READS = SHIPPED.with_name("reader")
"""The folder of the base that reads events in words, and is no base for scores."""
DOCUMENTED = "mistralai/Mistral-7B-Instruct-v0.3"
PINNED = {DOCUMENTED: "c170c708c41dac9275d15a8fff4eca08d52bab71"}
"""The revisions taken of known hub models where the user names none."""
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
COMMIT = re.compile(r"[0-9a-f]{40}")
GGUF = ".gguf"
"""What the name of a file in llama.cpp's format ends in."""


@dataclass(frozen=True)
class BaseSource:
    """A base as an option names it: `tiny`, `smollm2`, a folder, a GGUF file, or a hub id."""

    name: str
    revision: str = ""

    def digest(self) -> str:
        """The content hash of the base: of its files, or the commit of a hub model.

        Raises:
            InputError: there is no such folder or file, or a hub model's revision is not pinned.
        """
        if self.name == NONE:
            return ""
        if self._of_hub():
            return f"{self.name}@{self.commit()}"
        if self.gguf:
            return bench.file_digest(self._file())
        folder = self._folder()
        return " ".join(
            f"{f.relative_to(folder).as_posix()}:{bench.file_digest(f)}"
            for f in sorted(folder.rglob("*"))
            if f.is_file()
        )

    def folder(self) -> Path:
        """The folder with the files in the hub's layout, after downloading or unpacking them.

        Raises:
            InputError: there is no such folder or file, or the model cannot be downloaded.
            OSError, ValueError, KeyError: a GGUF file holds no model that transformers knows.
        """
        if self._of_hub():
            from bench_llm.bases.hub import fetch

            return fetch(self.name, self.commit())
        if self.gguf:
            from bench_llm.bases.unpacking import unpacked

            return unpacked(self._file())
        return self._folder()

    @property
    def gguf(self) -> str:
        """The name of the GGUF file in the folder; empty where the base is in the hub's layout."""
        path = self._path()
        return path.name if path.suffix == GGUF else ""

    def commit(self) -> str:
        """The revision of a hub model.

        Raises:
            InputError: it is not pinned to a commit.
        """
        revision = self.revision or PINNED.get(self.name, "")
        if not COMMIT.fullmatch(revision):
            raise bench.InputError(
                f"base={self.name}: there is no such folder; for the hub model of that name wanted "
                "revision=COMMIT, the 40 hexadecimal digits of a commit, "
                f"got {revision or 'none'}; a branch can change under a comparison"
            )
        return revision

    def _of_hub(self) -> bool:
        path = self._path()
        plain = path.suffix != GGUF and not path.exists()
        return plain and bool(REPOSITORY.fullmatch(self.name))

    def _path(self) -> Path:
        """The folder or the file that the name stands for."""
        if self.name == TINY:
            return SHIPPED
        if self.name == READER:
            return READS
        if self.name == SMOLLM2:
            from bench_llm.bases import smollm2

            return smollm2.path()
        return Path(self.name).expanduser()

    def _file(self) -> Path:
        if (file := self._path()).is_file():
            return file
        way = "; `make smollm2` brings it" if self.name == SMOLLM2 else ""
        raise bench.InputError(f"base={self.name}: there is no file {file}{way}")

    def _folder(self) -> Path:
        if not (folder := self._path()).is_dir():
            raise bench.InputError(
                f"base={self.name}: wanted {TINY}, {SMOLLM2}, {NONE}, the folder of a model, a "
                f"{GGUF} file, or a hub id such as {DOCUMENTED}"
            )
        return folder
