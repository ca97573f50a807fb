"""Where runs, or pieces of other work, go: a Dask scheduler, or one on this machine alone."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import DamagedError, RequestError
from bench.plugins.needs import Needs, gpus
from bench.running.spread import Task, interrupt
from bench.storage.fingerprint import digest
from bench.storage.parse import read_json

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
WANTED = "wanted local, local:4, tcp://HOST:PORT, or the scheduler's file"
ALONE = "127.0.0.1:0"
"""Where pages of a scheduler within this process are: no other machine sees them."""
CORES, GPU, MEMORY = "CORES", "GPU", "MEMORY"
"""What workers offer: `dask worker --resources "GPU=1 MEMORY=16e9 CORES=4"`."""


@contextmanager
def executor_on(where: str, notice: Callable[[str], None]) -> Iterator[Executor]:
    """Who begins runs there, each in a process of its own.

    Args:
        where: `local`, `local:4`, the address of a scheduler, or its file.
        notice: is told what the user has to know of it.

    Raises:
        RequestError: no such place, or no scheduler there.
    """
    local = _local(where)
    with ExitStack() as stack:
        client = stack.enter_context(_here(local) if local else _there(where))
        if not local and client.dashboard_link:
            notice(f"the scheduler's pages: {client.dashboard_link}")
        executor = _OnDask(client, bool(local), notice)
        stack.callback(executor.shutdown, wait=False)
        yield executor


def _local(where: str) -> int:
    """How many runs at once are asked for on this machine; 0 where it is another place."""
    name, _, number = where.partition(":")
    if name != LOCAL:
        return 0
    if number and not (number.isdecimal() and int(number)):
        raise RequestError(f"--on {where}: {WANTED}")
    return int(number) if number else _cores()


def _offer(runs: int) -> dict[str, float]:
    """What this machine has for so many runs."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {GPU: float(min(gpus(), 1)), MEMORY: float(pages), CORES: float(max(_cores(), runs))}


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _here(runs: int) -> Iterator[Client]:
    """A scheduler and one worker within this process, which begin so many runs at once."""
    from distributed import Client, LocalCluster

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it does is nobody's concern
    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=1,
            threads_per_worker=runs,
            processes=False,
            dashboard_address=ALONE,
            worker_dashboard_address=ALONE,
            memory_limit=0,
            resources=_offer(runs),
        ) as cluster,
        Client(cluster, set_as_default=False) as client,  # type: ignore[no-untyped-call]
    ):
        try:
            yield client
        except BaseException:
            interrupt()  # as nobody is left to wait for them
            raise


@contextmanager
def _there(where: str) -> Iterator[Client]:
    """The scheduler at an address or of a file.

    Raises:
        RequestError: there is none.
    """
    from distributed import Client

    class Closed(Client):
        """One that is closed below; whose address is none would never come to an end of closing."""

        def __del__(self) -> None:
            """Nothing."""

    address = where if "://" in where else _address(Path(where))
    try:
        client = Closed(address, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:  # the last one of TLS that nobody set up
        first = next(iter(str(error).splitlines()), "")
        raise RequestError(f"--on {where}: no scheduler ({first}); {WANTED}") from error
    with client:
        yield client


def _address(file: Path) -> str:
    """The address that a scheduler has written into its file.

    Raises:
        RequestError: it is no such file.
    """
    if not file.is_file():
        raise RequestError(f"--on {file}: no such file; {WANTED}")
    try:
        return str(read_json(file, dict[str, Any])["address"])
    except (DamagedError, KeyError) as error:
        raise RequestError(f"--on {file}: not the file of a scheduler; {WANTED}") from error


class _OnDask(Executor):
    """Gives tasks to a scheduler under their content's name, with what they need."""

    def __init__(self, client: Client, here: bool, notice: Callable[[str], None]) -> None:
        self._inner = client.get_executor()  # type: ignore[no-untyped-call]
        self._client, self._here, self._notice = client, here, notice
        self._said: set[str] = set()

    @cached_property
    def _most(self) -> dict[str, float]:
        """What one worker has at most of each, as the first task finds them.

        It waits for a worker where there is none.
        """
        if not self._here and not _workers(self._client):
            self._notice("no worker so far: the work waits for one")
            self._client.wait_for_workers(1)
        offers = [worker["resources"] for worker in _workers(self._client)]
        return {n: max(offer.get(n, 0.0) for offer in offers) for n in (GPU, MEMORY, CORES)}

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As of any executor; the one argument is a `Task`."""
        (task,) = args
        assert isinstance(task, Task)
        name = digest([task.key, task.words, task.attempt])
        resources = dict(self._demanded(task.needs)) or None
        future: Future[Any] = self._inner.submit(
            fn, task, key=f"bench-run-{name}", resources=resources
        )
        return future

    def _demanded(self, needs: Needs) -> Iterator[tuple[str, float]]:
        """What a worker has to have free for a run.

        Memory and cores count where a worker says what it has. On this machine a run waits for no
        more than there is, and is refused where it begins.
        """
        every = {GPU: needs.gpu, MEMORY: needs.size, CORES: needs.cores}
        for name, value in every.items():
            most = self._most[name]
            if self._here:
                yield name, min(float(value), most)
            elif value and (most or name == GPU):
                if value > most and (offer := f"{name}={value:g}") not in self._said:
                    self._said.add(offer)
                    why = f"no worker offers {offer} so far (dask worker --resources {offer})"
                    self._notice(f"{why}: what needs it waits for one")
                yield name, float(value)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give up what nobody has begun."""
        self._inner.shutdown(wait=wait)


def _workers(client: Client) -> list[dict[str, Any]]:
    """Those that are there."""
    return list(client.scheduler_info(n_workers=-1)["workers"].values())
