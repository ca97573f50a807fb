"""The command `bench` in a child process, so that no plugin's code can end it without a word.

`os._exit`, C's `exit` and crashes cannot be caught where they happen. The parent does nothing but
wait: it passes signals on, and where the child has ended before the command did, it begins the
command again, which says what ended it and goes on. Where a process cannot be forked, and for help
and completion, there is no parent.
"""

from __future__ import annotations

import mmap
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.running.launched import Launched

PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
PATIENCE = 1.0
"""Seconds that threads and processes which a plugin has left behind get to come to an end."""
UNWATCHED = {"--help", "-h", "--version", "completion", "schema"}


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        if rank := _process().rank:
            from bench.cli.main import main as command
            from bench.cli.quiet import quietly

            quietly(command, rank)
        elif not hasattr(os, "fork") or not sys.argv[1:] or _is_plain():
            from bench.cli.main import main as command

            command()
        else:
            _watch()
    except KeyboardInterrupt:  # while modules were imported
        sys.stderr.write("bench: interrupted; the same command goes on from what is done\n")
        sys.exit(130)


def _process() -> Launched:
    """Which of the processes of a launcher this is, if there are any."""
    from bench.api.errors import RequestError
    from bench.running.launched import Launched, launched

    try:
        return launched()
    except RequestError:
        return Launched()  # which is said when the command is read


def _is_plain() -> bool:
    """Whether nothing but a text is asked for."""
    return bool(UNWATCHED & set(sys.argv[1:])) or "_BENCH_COMPLETE" in os.environ


def _watch() -> None:
    """Run the command in a child process, again where a plugin's code has ended that."""
    from bench.plugins.under_way import ENDED, PARENT, RECORDED, SIZE, Ended, read_from
    from bench.storage.process_limits import die_with

    if parent := os.environ.pop(PARENT, ""):
        die_with(int(parent))
    while True:
        board = mmap.mmap(-1, SIZE)
        status, passed = _child(board)
        last = read_from(board)
        if last.code is not None:
            sys.exit(last.code)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in passed:
            number = os.WTERMSIG(status)
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        why = _why(status)
        if not last.what or last.what in ENDED:
            sys.stderr.write(f"bench: the command did not come to its end: {why}\n")
            sys.exit(1)
        if _process().count > 1:  # whose launcher ends all where one has ended
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ENDED[last.what] = Ended(why, last.folder)
        RECORDED.update(last.ends)


def _child(board: mmap.mmap) -> tuple[int, set[int]]:
    """The wait status of a child that does the command, and the signals that were passed on."""
    numbers = [getattr(signal, name) for name in PASSED_ON if hasattr(signal, name)]
    passed: set[int] = set()
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    _flush()
    parent, child = os.getpid(), os.fork()
    if not child:
        _begin(board, parent, numbers)

    def pass_on(number: int, frame: FrameType | None) -> None:
        passed.add(number)
        os.kill(child, number)

    before = {n: signal.getsignal(n) for n in numbers}
    for number in numbers:
        if before[number] != signal.SIG_IGN:
            signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    status = os.waitpid(child, 0)[1]
    for number in numbers:
        signal.signal(number, before[number])
    return status, passed


def _begin(board: mmap.mmap, parent: int, numbers: list[int]) -> None:
    """Do the command in the child process, and leave."""
    from bench.plugins.interruption import on_interrupt
    from bench.plugins.under_way import UnderWay, show, write_to
    from bench.storage.process_limits import die_with

    write_to(board)
    die_with(parent)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, on_interrupt)
    code: int | str | None = 1
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
        _apart()
        from bench.cli.main import main as command

        command()
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        sys.stderr.write("bench: interrupted; the same command goes on from what is done\n")
        code = 130
    except BaseException:
        sys.excepthook(*sys.exc_info())
    number = code if isinstance(code, int) else int(code is not None)
    _flush()
    sys.stdout = sys.stderr  # what plugins say at the very end is no result
    show(UnderWay(code=number))
    _leave(number)


def _apart() -> None:
    """Give results a descriptor of their own.

    What C code and child processes write to descriptor 1 goes among the messages instead.
    """
    try:
        if sys.stdout.fileno() != 1:
            return
        results = os.dup(1)
    except (OSError, AttributeError, ValueError):
        return
    from bench.cli.streams import Results

    before = sys.stdout
    sys.stdout = Results(
        open(results, "wb"),  # noqa: SIM115, PTH123 - it is open until the end
        before.encoding,
        before.errors,
        line_buffering=before.isatty(),
    )
    os.dup2(2, 1)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue


def _leave(code: int) -> None:
    """End this process, also where a plugin has left threads or processes that go on."""
    until = time.monotonic() + PATIENCE
    own = threading.current_thread()
    left = [t for t in threading.enumerate() if t is not own and not t.daemon]
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for process in active_children():
            if not process.daemon:
                process.join(max(0.0, until - time.monotonic()))
            if not process.daemon and process.is_alive():
                process.kill()
    for thread in left:
        thread.join(max(0.0, until - time.monotonic()))
    going = [t.name for t in left if t.is_alive()]
    if not going:
        sys.exit(code)
    sys.stderr.write(f"bench: left behind by a plugin and ended: {', '.join(going)}\n")
    import atexit

    atexit._run_exitfuncs()
    _flush()
    os._exit(code)


def _why(status: int) -> str:
    """How a process ended that did not come to its end."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        names = {one.value: one.name for one in signal.Signals}
        why = ", as a machine does that is out of memory" if number == signal.SIGKILL else ""
        return f"a plugin's code was killed by {names.get(number, f'signal {number}')}{why}"
    code = os.WEXITSTATUS(status)
    return f"a plugin's code ended the process, without a word and with exit code {code}"
