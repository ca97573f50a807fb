"""Models of the Hugging Face hub: downloaded once, resumable, every file's hash verified."""

from __future__ import annotations

from hashlib import sha1
from pathlib import Path

import bench

WANTED = ("*.json", "*.safetensors", "*.model", "*.jinja")
"""Files that are fetched; no code, no pickles."""


def fetch(name: str, commit: str) -> Path:
    """The folder of a model at a commit, downloaded where it is not here yet.

    Raises:
        InputError: it cannot be downloaded.
        DamagedError: a file is not what the hub says; it is fetched anew the next time.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    wanted = {"revision": commit, "allow_patterns": list(WANTED)}
    try:
        return Path(snapshot_download(name, local_files_only=True, **wanted))
    except LocalEntryNotFoundError:
        pass
    try:
        folder = Path(snapshot_download(name, **wanted))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        told = str(error).partition("\n")[0]
        raise bench.InputError(f"base={name}: cannot be downloaded: {told}") from error
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        _verify(file)
    return folder


def _verify(file: Path) -> None:
    """Compare a file with the hash that it is kept under: SHA-256 of a large one, else git's."""
    blob = file.resolve()
    told = blob.name
    if len(told) == 64:
        there = bench.file_digest(blob)
    elif len(told) == 40:
        content = blob.read_bytes()
        there = sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    else:
        return  # a file system without links keeps files under their names
    if there != told:
        file.unlink()
        blob.unlink(missing_ok=True)
        raise bench.DamagedError(f"{file.name} is not what the hub says it is; fetch it again")
