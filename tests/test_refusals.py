"""Full disks, folders that may not be written, and file systems without locks: one line each."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from toys import Workplace
from typed import Ended, typed

import bench
from bench.storage.drafts import drafted
from bench.storage.files import write_bytes
from bench.storage.locks import LockedError, NoLocksError, locked
from bench.storage.machine import MachineError, as_refused, refusal
from bench.storage.store import LOCKS, RECORD, Store

RUN = ("run", "--plugin", "cut", "--dataset", "toy")
POINTS = "model,dataset,true_signal,signal,true_background,background\npaper,toy,6,11,70,79\n"
NAMES = ("ENOSPC", "EIO", "EROFS", "EACCES")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("refused"))
    assert typed(place, *RUN).code == 0
    (place.home.root.parent / "points.csv").write_text(POINTS)
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path) -> Workplace:
    """A place of its own with one run."""
    folder = tmp_path / "place"
    shutil.copytree(made.home.root.parent, folder, symlinks=True)
    return replace(
        made, home=replace(made.home, root=folder / "home"), store=Store(folder / "runs")
    )


@contextmanager
def refusing(under: Path, number: int, nth: int = 1, *, after: bool = True) -> Iterator[list[str]]:
    """Refuse the Nth call that writes under a folder, and all `after` it; gives the calls."""
    calls: list[str] = []

    def asked(name: str, path: Any) -> None:
        if not Path(path).absolute().is_relative_to(under):
            return
        calls.append(f"{name} {path}")
        if len(calls) == nth or (after and len(calls) > nth):
            raise OSError(number, os.strerror(number), str(path) if name != "fsync" else None)

    def call(name: str, target: int = 0) -> Callable[..., Any]:
        real = getattr(os, name)

        def called(*given: Any, **more: Any) -> Any:
            path = given[target]
            asked(name, Path(f"/proc/self/fd/{path}").readlink() if name == "fsync" else path)
            return real(*given, **more)

        return called

    opened = io.open

    def opening(file: Any, mode: str = "r", *given: Any, **more: Any) -> Any:
        if isinstance(file, str | os.PathLike) and set(mode) & set("wax+"):
            asked("open", file)
        return opened(file, mode, *given, **more)

    patches = {name: call(name) for name in ("mkdir", "fsync")}
    patches |= {name: call(name, 1) for name in ("rename", "replace")}
    with (
        mock.patch.multiple(os, **patches),
        mock.patch("io.open", opening),
        mock.patch("builtins.open", opening),
    ):
        yield calls


def outside(place: Workplace) -> set[str]:
    """All names in the folder of the place but those of the home."""
    every = place.home.root.parent.rglob("*")
    return {str(path) for path in every if not path.is_relative_to(place.home.root)}


def demand_told(ended: Ended, where: Path, way_out: str = "") -> None:
    """One line, with the place and what to do."""
    assert ended.code in (1, 2), ended.err
    assert "Traceback" not in ended.err
    line = ended.line
    assert where.name in line
    assert way_out in line


WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "run": ((*RUN, "--seed", "7"), "runs", "--runs"),
    "home": ((*RUN, "--seed", "7"), "home", "BENCH_HOME"),
    "import": (("import", "{here}/points.csv"), "runs", "--runs"),
    "report": (("report", "-o", "{here}/out"), "out", "another place"),
    "new": (("new", "model", "mine", "-o", "{here}/out"), "out", "another place"),
    "export": (("export", "cut", "{here}/out"), "out", ""),
    "eee": (("export", "eee", "{here}/out"), "out", "another place"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", [name for name in WORDS if name != "report"])
def test_a_folder_that_cannot_be_written_is_one_line(
    place: Workplace, what: str, name: str
) -> None:
    words, folder, way_out = WORDS[what]
    here = place.home.root.parent
    before = outside(place)
    with refusing(here / folder, getattr(errno, name)):
        ended = typed(place, *(word.format(here=here) for word in words))
    demand_told(ended, here / folder, way_out)
    left = {path for path in outside(place) - before if LOCKS not in path}
    recorded = [path for path in left if path.endswith(RECORD)]  # a run that failed for it
    assert not [path for path in left if not any(str(Path(r).parent) in path for r in recorded)]
    assert typed(place, *(word.format(here=here) for word in words)).code == 0


@pytest.mark.parametrize("nth", [2, 7, 12, 17, 22, 27])
def test_whichever_call_of_a_run_is_refused_nothing_is_half_written(
    place: Workplace, nth: int
) -> None:
    here, name = place.home.root.parent, NAMES[nth % len(NAMES)]
    for after in (False, True):
        words = (*RUN, "--seed", str(7 + after))
        with refusing(here, getattr(errno, name), nth, after=after) as calls:
            ended = typed(place, *words)
        assert len(calls) >= nth
        assert "Traceback" not in ended.err
        assert ended.code in (0, 1, 2)
        assert len([line for line in ended.err.splitlines() if line.startswith("bench: ")]) == bool(
            ended.code
        )
        claimed = [path for path in place.store.root.iterdir() if path.name[0] != "."]
        assert all((path / RECORD).is_file() for path in claimed)
        assert not list(here.rglob("*.tmp"))
        assert typed(place, *words).code == 0


def test_a_report_that_cannot_be_written_leaves_the_one_that_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    with drafted(folder) as draft:
        (draft / "figures").mkdir()
        (draft / "page").write_text("old")
    for nth in range(1, 20):
        ended = False
        with refusing(tmp_path, errno.ENOSPC, nth, after=False) as calls:
            with suppress(OSError), drafted(folder) as draft:
                (draft / "figures").mkdir()
                write_bytes(draft / "page", b"new")
                ended = True
            ended = ended and (folder / "page").read_text() == "new"
        assert sorted(path.name for path in folder.iterdir()) == ["figures", "page"]
        if len(calls) < nth:
            break
        (folder / "page").write_text("old")
    assert ended
    assert nth > 10


def test_a_refusal_names_the_file_as_it_would_be_called(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    with (
        refusing(tmp_path, errno.ENOSPC, 3),
        pytest.raises(OSError, match="No space left") as refused,
        drafted(folder) as draft,
    ):
        write_bytes(draft / "page", b"new")
    assert refused.value.filename == str(folder / "page")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def no_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    number: int = getattr(errno, request.param)

    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refused)
    return number


@pytest.mark.parametrize("no_locks", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"], indirect=True)
def test_no_lock_of_any_kind_waits_for_a_file(
    tmp_path: Path, no_locks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lock").touch()
    with locked(tmp_path / "lock"):
        assert (tmp_path / ".claims").is_dir()
    monkeypatch.setenv("BENCH_LOCKS", "flock")
    for notice in (None, print):
        with (
            pytest.raises(NoLocksError, match=os.strerror(no_locks)),
            locked(tmp_path / "lock", notice),
        ):
            pass
    notices: list[str] = []
    with Store(tmp_path / "runs").alone("key", notices.append):
        assert "no locks here" in notices[0]


def test_every_lock_is_this_one() -> None:
    """So that what holds of it holds of all of them, packages' own ones included."""
    house = Path(__file__).parents[1]
    sources = [*house.glob("bench/**/*.py"), *house.glob("*/*/bench_*/**/*.py")]
    using = {file.name for file in sources if "filelock" in file.read_text(encoding="utf-8")}
    assert using == {"flocks.py"}


def test_who_does_not_want_to_wait_is_told(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"), pytest.raises(LockedError), locked(tmp_path / "lock"):
        pass


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (OSError(errno.ENOSPC, "Error writing bytes to file. Detail: ..."), errno.ENOSPC),
        (OSError("200000 requested and 8176 written"), errno.ENOSPC),
        (RuntimeError("Can't close (file write failed: errno = 28, error message"), errno.ENOSPC),
        (ValueError("Error while serializing: I/O error: Read-only (os error 30)"), errno.EROFS),
        (shutil.Error([("a", "b", "[Errno 5] Input/output error: 'b'")]), errno.EIO),
        (FileNotFoundError(errno.ENOENT, "No such file"), None),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), None),
        (ValueError("28"), None),
    ],
)
def test_a_refusal_is_known_in_whatever_words_a_library_has(
    error: Exception, number: int | None
) -> None:
    refused = refusal(error)
    assert (refused and refused.errno) == number
    assert (as_refused(error) is None) is (number is None)


def test_a_full_disk_on_a_mount_of_its_own_is_one_line(tmp_path: Path, place: Workplace) -> None:
    """As CASES has it, where this user may mount; else the calls are refused, as above."""
    small = tmp_path / "small"
    small.mkdir()
    if os.system(f"mount -t tmpfs -o size=64k tmpfs {small} 2>/dev/null"):
        return
    try:
        (small / "fill").write_bytes(b"x" * 60000)
        tight = replace(place, store=Store(small / "runs"))
        ended = typed(tight, *RUN, "--seed", "7")
        demand_told(ended, small / "runs")
        assert not [path for path in (small / "runs").glob("2*") if not (path / RECORD).is_file()]
        os.system(f"mount -o remount,ro {small}")
        for words in ((*RUN, "--seed", "8"), ("new", "model", "mine", "-o", str(small / "new"))):
            ended = typed(tight, *words)
            assert ended.code == 2
            assert "Read-only file system" in ended.line
        os.system(f"mount -o remount,rw {small}")
        (small / "fill").unlink()
        assert typed(replace(tight, store=Store(small / "r")), "list", "runs").code == 0
    finally:
        os.system(f"umount {small}")


def test_a_folder_whose_name_may_be_lost_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = mock.Mock(side_effect=OSError(errno.EIO, "Input/output error"))
    monkeypatch.setattr("bench.storage.files.sync", refused)
    monkeypatch.setattr("bench.storage.files.sync_all", lambda _: None)
    with pytest.raises(OSError, match="Input"), drafted(tmp_path / "new") as draft:
        (draft / "file").touch()
    assert refused.called
    assert list(tmp_path.iterdir()) == []


def test_what_plugins_lock_with_is_public() -> None:
    assert bench.locked is locked
    assert issubclass(NoLocksError, MachineError)
    assert issubclass(MachineError, bench.BenchError)
