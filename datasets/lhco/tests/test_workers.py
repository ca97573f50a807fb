"""Worker processes: what happens when one is killed, when the user stops, when the parent dies."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from bench_lhco.twin.chunks import Chunk, store, stored
from bench_lhco.workers import spread

import bench


def test_a_killed_worker_is_an_error_that_says_so_and_no_wait(tmp_path: Path) -> None:
    chunks = [Chunk("rd", "background", seed=1, number=n, events=40) for n in range(20)]
    begun = spread(partial(store, folder=tmp_path), chunks, jobs=2)
    first, _ = next(begun)
    os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
    killed = time.monotonic()
    with pytest.raises(bench.BenchError, match="a worker process was killed"):
        list(begun)
    assert time.monotonic() - killed < 5
    assert not multiprocessing.active_children()
    assert stored(first, tmp_path) is not None


def workers_of(parent: int) -> list[int]:
    """The processes, still running, whose parent this is."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(pid) for pid in children.split()]


def alive(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def restore_ctrl_c() -> None:
    """A shell lets what it runs in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
@pytest.mark.parametrize(
    ("blow", "after"),
    [(signal.SIGINT, 0.2), (signal.SIGINT, 1.5), (signal.SIGKILL, 1.5)],
    ids=["ctrl-c while they start", "ctrl-c at work", "killed"],
)
def test_workers_end_at_once_with_their_parent(
    blow: signal.Signals, after: float, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from bench.context import no_progress\n"
        "from bench_lhco.twin.simulate import simulate\n"
        "if __name__ == '__main__':\n"
        "    options = dict(seed=1, jobs=2, scratch=Path('chunks'), progress=no_progress)\n"
        "    simulate('rd', 0, 9000, **options)\n"
    )
    run = subprocess.Popen(
        [sys.executable, script],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=restore_ctrl_c,  # noqa: PLW1509
    )
    while len(workers := workers_of(run.pid)) < 3:  # two, and Python's resource tracker
        time.sleep(0.05)
    time.sleep(after)
    if blow == signal.SIGINT:
        os.killpg(run.pid, blow)  # as a terminal does
    else:
        run.kill()
    begun = time.monotonic()
    _, told = run.communicate()
    while any(alive(pid) for pid in workers) and time.monotonic() - begun < 10:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in workers)
    assert time.monotonic() - begun < 5
    assert told.count("Traceback") == (blow == signal.SIGINT)  # the parent's own and no worker's
