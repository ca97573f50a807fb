"""Power cuts under a strict model of POSIX: what was not synced may be lost, in any subset.

A folder is watched while it is worked in. Of each moment it is known which bytes of a file and
which names in a folder had been synced, and which changes had not. A cut leaves the synced state
and any of the changes since.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

CALLS = ("mkdir", "rename", "replace", "unlink", "remove", "rmdir", "fsync")
Names = dict[str, int]
"""What a folder's names stand for."""


@dataclass
class Moment:
    """What had been synced at one moment, what had not, and what had been acknowledged."""

    synced: dict[int, bytes | Names]
    """By file or folder: its bytes or its names on the disk; none if it never was."""
    live: dict[int, bytes | Names]
    changes: dict[int, list[Names]]
    """Of each folder the changes of its names since, in order; 0 takes a name away."""
    acknowledged: tuple[str, ...]

    def pending(self) -> list[tuple[int, int]]:
        """Everything that may or may not have reached the disk."""
        dirty = [
            (one, -1)
            for one, content in self.live.items()
            if isinstance(content, bytes) and self.synced.get(one) != content
        ]
        return [*dirty, *((one, i) for one, all_ in self.changes.items() for i in range(len(all_)))]

    def write(self, lucky: set[tuple[int, int]], target: Path, torn: bool = False) -> None:
        """The folder as a cut leaves it of which the lucky changes reached the disk.

        Args:
            lucky: of `pending`.
            target: to write.
            torn: whether of other files a piece reached it, and not nothing.
        """
        shutil.rmtree(target, ignore_errors=True)
        self._write(0, lucky, target, torn)

    def _write(self, one: int, lucky: set[tuple[int, int]], place: Path, torn: bool) -> None:
        if isinstance(self.live[one], bytes):
            place.write_bytes(self._content(one, lucky, torn))
            return
        place.mkdir()
        names = dict(self.synced.get(one, {}))  # type: ignore[arg-type]
        for i, change in enumerate(self.changes.get(one, [])):
            if (one, i) in lucky:
                names |= change  # type: ignore[arg-type]
        for name, inside in names.items():
            if inside:
                self._write(inside, lucky, place / str(name), torn)  # type: ignore[arg-type]

    def _content(self, one: int, lucky: set[tuple[int, int]], torn: bool) -> bytes:
        live = self.live[one]
        assert isinstance(live, bytes)
        if (one, -1) in lucky or self.synced.get(one) == live:
            return live
        synced = self.synced.get(one, b"")
        assert isinstance(synced, bytes)
        whole = len(synced) if live.startswith(synced) else 0  # what was appended may be torn
        return live[: whole + (len(live) - whole) // 2] if torn else synced


@dataclass
class Watched:
    """A folder that is worked in; its files are small, as all are read at each call."""

    root: Path
    moments: list[Moment] = field(default_factory=list)
    _numbers: dict[int, int] = field(default_factory=dict)
    _synced: dict[int, bytes | Names] = field(default_factory=dict)
    _live: dict[int, bytes | Names] = field(default_factory=dict)
    _changes: dict[int, list[Names]] = field(default_factory=dict)
    _said: tuple[str, ...] = ()
    _next: int = 1

    def acknowledge(self, what: str) -> None:
        """From here on no cut may take this."""
        self.look()
        self._said = (*self._said, what)
        self._keep()

    def look(self, *, at_once: bool = False) -> None:
        """Take note of what has changed; as one change of each folder, or one for each name."""
        seen: dict[int, bytes | Names] = {}
        self._read(self.root, 0, seen)
        for one, content in seen.items():
            before = self._live.get(one, {})
            if isinstance(content, bytes) or content == before:
                continue
            assert isinstance(before, dict)
            changed = {n: content.get(n, 0) for n in content.keys() | before.keys()}
            changed = {n: i for n, i in changed.items() if before.get(n, 0) != i}
            each = [changed] if at_once else [{n: i} for n, i in changed.items()]
            self._changes.setdefault(one, []).extend(each)
        gone = self._live.keys() - seen.keys()
        # what no name stands for any more may still be there after a cut
        self._live = {one: self._live[one] for one in gone} | seen
        self._numbers = {ino: one for ino, one in self._numbers.items() if one in seen}

    def synced(self, path: Path) -> None:
        """A file or a folder has reached the disk."""
        one = self._number(path)
        if one in self._live:
            self._synced[one] = self._live[one]
            self._changes.pop(one, None)

    def keep(self) -> None:
        """A cut may come here."""
        self._keep()

    def _keep(self) -> None:
        changes = {one: list(all_) for one, all_ in self._changes.items()}
        self.moments.append(Moment(dict(self._synced), dict(self._live), changes, self._said))

    def _read(self, path: Path, one: int, seen: dict[int, bytes | Names]) -> None:
        if path.is_dir() and not path.is_symlink():
            names = {}
            for inside in sorted(path.iterdir()):
                names[inside.name] = self._number(inside)
                self._read(inside, names[inside.name], seen)
            seen[one] = names
        else:
            seen[one] = path.read_bytes()

    def _number(self, path: Path) -> int:
        if path == self.root:
            return 0
        ino = path.stat().st_ino
        if ino not in self._numbers:
            self._numbers[ino] = self._next
            self._next += 1
        return self._numbers[ino]


@contextmanager
def watched(root: Path) -> Iterator[Watched]:
    """Watch a folder, and all calls that change names or sync, until the block ends."""
    seen = Watched(root)
    seen.look()
    for one in seen._live:  # what is there before is on the disk
        seen._synced[one] = seen._live[one]
    seen._changes.clear()
    real = {name: getattr(os, name) for name in CALLS}

    def call(name: str) -> Any:
        def called(*given: Any, **more: Any) -> Any:
            seen.look()
            seen.keep()
            done = real[name](*given, **more)
            if name == "fsync":
                path = Path(f"/proc/self/fd/{given[0]}").readlink()
                if path == root or path.is_relative_to(root):
                    seen.synced(path)
            seen.look(at_once=name in ("rename", "replace"))
            seen.keep()
            return done

        return called

    with mock.patch.multiple(os, **{name: call(name) for name in CALLS}):
        yield seen


def cuts(moment: Moment, draws: int, seed: int) -> Iterator[tuple[set[tuple[int, int]], bool]]:
    """What may have reached the disk: nothing, all, all but one, one alone, and some at random."""
    pending = moment.pending()
    yield set(), False
    if not pending:
        return
    yield set(), True
    yield set(pending), False
    rng = random.Random(seed)
    if draws > 2:
        for one in pending:
            yield {one}, False
            yield set(pending) - {one}, True
    for _ in range(draws):
        yield {one for one in pending if rng.random() < 0.5}, rng.random() < 0.5


def losses(
    seen: Watched, lost: Any, target: Path, *, draws: int = 2, most: int = 10**9
) -> Mapping[str, int]:
    """How many cuts there were, and how many acknowledged states they took.

    Args:
        seen: what was watched.
        lost: says of a folder and of what was acknowledged whether that is lost there.
        target: a folder to write each state to.
        draws: random subsets at each moment.
        most: cuts in all; spread over the moments.
    """
    counts = {"moments": len(seen.moments), "cuts": 0, "lost": 0}
    every = max(1, len(seen.moments) * (3 + draws) // most)
    for number, moment in enumerate(seen.moments[::every]):
        for lucky, torn in cuts(moment, draws, number):
            moment.write(lucky, target, torn)
            counts["cuts"] += 1
            counts["lost"] += any(lost(target, what) for what in moment.acknowledged)
    return counts
