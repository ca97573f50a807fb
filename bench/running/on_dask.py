"""Where the runs of a study go: a Dask scheduler that is there, or one on this machine alone."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import RequestError
from bench.plugins.needs import Needs, gpus
from bench.running.spread import Task, interrupt
from bench.storage.fingerprint import digest

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
        executor = _OnDask(client, _offer(local) if local else None, notice)
        stack.callback(executor.shutdown, wait=False)
        yield executor


def _local(where: str) -> int:
    """How many runs at once are asked for on this machine; 0 where it is another place."""
    name, _, number = where.partition(":")
    if name != LOCAL:
        return 0
    if number and not (number.isdecimal() and int(number)):
        raise RequestError(f"--on {where}: {WANTED}")
    return int(number) if number else len(os.sched_getaffinity(0))


def _offer(runs: int) -> dict[str, float]:
    """What this machine has for so many runs."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    cores = len(os.sched_getaffinity(0))
    return {GPU: min(gpus(), 1), MEMORY: float(pages), CORES: float(max(cores, runs))}


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

    place = {"address": where} if "://" in where else {"scheduler_file": where}
    if "address" not in place and not Path(where).is_file():
        raise RequestError(f"--on {where}: no such file; {WANTED}")
    try:
        client = Client(**place, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError, KeyError) as error:
        first = next(iter(str(error).splitlines()), "")
        raise RequestError(f"--on {where}: no scheduler ({first}); {WANTED}") from error
    with client:
        yield client


class _OnDask(Executor):
    """Gives tasks to a scheduler under their content's name, with what they need."""

    def __init__(
        self, client: Client, offer: dict[str, float] | None, notice: Callable[[str], None]
    ) -> None:
        self._client, self._offer, self._notice = client, offer, notice
        self._inner = client.get_executor()  # type: ignore[no-untyped-call]
        self._known: set[Needs] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As of any executor; the one argument is a `Task`."""
        (task,) = args
        assert isinstance(task, Task)
        resources = _resources(task.needs)
        if self._offer is not None:  # a run is refused where it is begun, and waits for no machine
            resources = {name: min(value, self._offer[name]) for name, value in resources.items()}
        elif task.needs not in self._known:
            self._known.add(task.needs)
            self._say(resources)
        name = digest([task.key, task.words, task.attempt])
        future: Future[Any] = self._inner.submit(
            fn, task, key=f"bench-run-{name}", resources=resources or None
        )
        return future

    def _say(self, resources: dict[str, float]) -> None:
        """Say so where no worker offers what a run needs, which then waits for one."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        if any(
            all(worker["resources"].get(name, 0) >= value for name, value in resources.items())
            for worker in workers
        ):
            return
        offer = " ".join(f"{name}={value:g}" for name, value in resources.items())
        which = f'with --resources "{offer}"' if offer else "at all"
        self._notice(f"no worker {which} so far: what needs one waits for it")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give up what nobody has begun."""
        self._inner.shutdown(wait=wait)


def _resources(needs: Needs) -> dict[str, float]:
    """What a run needs, as workers offer it."""
    every = {GPU: needs.gpu, MEMORY: needs.size, CORES: needs.cores}
    return {name: float(value) for name, value in every.items() if value}
