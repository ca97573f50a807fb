"""What the machine refuses, in one line: where, what it said, what was wanted, and what to do."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.api.errors import BenchError
from bench.storage.home import VARIABLE, Home

ROOM = "make room there"
REMEDIES = {
    errno.ENOSPC: ROOM,
    errno.EDQUOT: f"{ROOM}, your quota is used up",
    errno.EFBIG: "a limit on the size of files is in the way",
    errno.EROFS: "",
    errno.EACCES: "",
    errno.EPERM: "",
    errno.EIO: "see to that disk",
    errno.ENXIO: "see to that disk",
    errno.ENODEV: "see to that disk",
    errno.EBUSY: "end what has it in use",
    errno.ESTALE: "mount it again",
    errno.ENOLCK: "",
    errno.ENOSYS: "",
    errno.ENOTSUP: "",
    errno.ENOTDIR: "",
    errno.ENAMETOOLONG: "",
    errno.ELOOP: "",
    errno.EMFILE: "allow more open files: ulimit -n",
    errno.ENFILE: "end other programs, too many files are open",
}
"""Errors that say no more than that this machine will not do it, and what helps beside moving."""
STAYS = {errno.EMFILE, errno.ENFILE}
"""Those that another folder does not help with."""
BUSY = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR, errno.EAGAIN}
"""Those that say nothing of the file, which can be read another time."""
NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What a file system answers that has no locks."""
TAKEN = {errno.ENOTEMPTY, errno.EEXIST}
"""What file systems say of a rename to the name of a folder that has something in it."""
TOLD = re.compile(
    r"\(os error (\d+)\)|\berrno = (\d+)\b|^(?:OS|Permission)Error: \[Errno (\d+)\]"
    r"|^\[\(.*?\[Errno (\d+)\]"
)
"""How libraries that write by themselves tell of it, safetensors and HDF5, and other processes; and
Python of the files of a folder that it copied."""
SHORT = re.compile(r"^(OSError: )?\d+ requested and \d+ written")
"""How numpy tells that not all could be written, here or in another process."""
NAMED = re.compile(r"local file '([^']+)'")
"""How arrow names a file, which its error does not hold."""
RUN = re.compile(r"(^|/)(\d{8}T\d{6}Z-[0-9a-f]{12}(-\d+)?|\.locks)(/|$)")
"""In the path of what belongs to a run."""
OUTPUT = "name another place"


class MachineError(BenchError):
    """The machine refuses something that it would do elsewhere, or another time."""

    @classmethod
    def of(cls, error: OSError, where: Path | None, wanted: str, way_out: str = "") -> MachineError:
        """One line of an error: the file that it names, else `where`.

        Args:
            error: what the machine said.
            where: the folder or the file that was at work with.
            wanted: what was to be done, as `to write there`.
            way_out: how to name another place, as `--runs`; by the path if empty.
        """
        path = Path(os.fsdecode(error.filename)) if error.filename else _named(error) or where
        number = error.errno or 0
        moving = [] if number in STAYS else [way_out or _way_out(path)]
        what_to_do = " or ".join(filter(None, [REMEDIES.get(number, ""), *moving]))
        reason = os.strerror(number) if number else str(error)
        return cls(f"{path or 'output'}: {reason}, wanted {wanted}; {what_to_do}")


def _named(error: OSError) -> Path | None:
    """The file that an error names in its words alone."""
    named = NAMED.search(str(error))
    return Path(named[1]) if named else None


def _way_out(path: Path | None) -> str:
    """How to name another place than this one."""
    if path is None:
        return OUTPUT
    try:
        home = Home.here().root
    except (BenchError, OSError):
        home = None
    path = path.absolute()
    if home and (path.is_relative_to(home) or home.is_relative_to(path)):
        return f"name another folder with {VARIABLE}"
    return "name another folder with --runs" if RUN.search(str(path)) else OUTPUT


def refusal(error: BaseException) -> OSError | None:
    """What the machine refused, if that is what an error tells of, in whatever words."""
    if isinstance(error, OSError) and error.errno in REMEDIES:
        return error
    try:
        text = str(error)
    except Exception:  # a stranger's error is a stranger's code
        text = ""
    if (short := SHORT.match(text)) and (isinstance(error, OSError) or short[1]):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if told := TOLD.search(text):
        number = int(next(filter(None, told.groups())))
        if number in REMEDIES:
            return OSError(number, os.strerror(number))
    return refusal(error.__cause__) if error.__cause__ else None


def as_refused(error: BaseException, where: Path | None = None) -> MachineError | None:
    """The one line of an error that tells of a refusal of the machine; None of any other.

    An error that names no file is of `where`.
    """
    if isinstance(error, MachineError):
        return error
    refused = None if isinstance(error, BenchError) else refusal(error)
    return MachineError.of(refused, where, "to read or write") if refused else None


@contextmanager
def wanted(what: str, where: Path, way_out: str = "") -> Iterator[None]:
    """Whatever the machine refuses in the block is told as what was wanted, and where.

    Raises:
        MachineError: it refuses.
    """
    try:
        yield
    except OSError as error:
        raise MachineError.of(error, where, what, way_out) from error
