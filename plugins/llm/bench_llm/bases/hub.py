"""Models of the Hugging Face hub: downloaded once, resumable, every file's hash verified."""

from __future__ import annotations

from functools import partial
from hashlib import sha1
from pathlib import Path

import bench

PATTERNS = ("*.json", "*.safetensors", "*.model", "*.jinja")
"""Files that are fetched; no code, no pickles."""


def fetch(name: str, commit: str) -> Path:
    """The folder of a model at a commit, downloaded where it is not here yet.

    Raises:
        InputError: it cannot be downloaded.
        DamagedError: a file is not what the hub says; it is fetched anew the next time.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    download = partial(snapshot_download, name, revision=commit, allow_patterns=list(PATTERNS))
    try:
        return Path(download(local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    try:
        folder = Path(download())
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise bench.InputError(f"base={name}: cannot be downloaded: {reason}") from error
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        _verify(file)
    return folder


def _verify(file: Path) -> None:
    """Compare a file with the hash that it is kept under: SHA-256 of a large one, else git's."""
    blob = file.resolve()
    expected = blob.name
    if len(expected) == 64:
        actual = bench.file_digest(blob)
    elif len(expected) == 40:
        content = blob.read_bytes()
        actual = sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    else:
        return  # a file system without links keeps files under their names
    if actual != expected:
        file.unlink()
        blob.unlink(missing_ok=True)
        raise bench.DamagedError(f"{file.name} is not what the hub says it is; fetch it again")
