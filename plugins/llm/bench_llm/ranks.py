"""The processes that fit one network together: what they add up, and how they break together.

Each has the whole network and takes its share of every step's events. Gradients are added up before
they are clipped, so all of them take the very same step. Nobody waits for one that is gone: its
connection is closed, which ends what the others do with it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.distributed as dist
from torch.distributed.rendezvous import rendezvous

import bench
from bench_llm.network.tuning import trained
from bench_llm.uninterrupted import uninterrupted

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

MEETING = timedelta(minutes=5)
"""How long the others may take to come."""
PATIENCE = timedelta(days=365)
"""How long one may take over what it does alone, such as looking at the valid split."""
BUCKET = 2**24
"""Elements that are added up at once."""
PLACE = re.compile(r"^\[\S*\] ")
"""The line of code that torch's messages begin with."""
LONGEST = 300
"""Bytes of what is said of a process that broke."""


class OtherProcessError(bench.BenchError):
    """Another process broke, or is gone."""


def join(device: str) -> Callable[[bytes], bytes]:
    """Meet the other processes of the launcher; gives what hands all of them the first one's bytes.

    Raises:
        BenchError: not all of them come.
    """
    count = os.environ["WORLD_SIZE"]
    try:
        store, rank, size = next(iter(rendezvous("env://", timeout=MEETING)))
        store.set(f"bench/{rank}", b"")
        store.wait([f"bench/{other}" for other in range(size)], MEETING)
        backend = "gloo" if device == "cpu" else "cpu:gloo,cuda:nccl"
        dist.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=PATIENCE)
    except (RuntimeError, ValueError) as error:
        raise bench.BenchError(f"{count} processes do not meet: {_line(error)}") from error
    return _handed


def _handed(message: bytes) -> bytes:
    """What the first process says."""
    with uninterrupted(), _connected():
        size = torch.tensor([len(message)])
        dist.broadcast(size, 0)
        content = torch.empty(int(size), dtype=torch.uint8)
        if not dist.get_rank():
            content = torch.frombuffer(bytearray(message), dtype=torch.uint8)
        dist.broadcast(content, 0)
    return content.numpy().tobytes()


@dataclass(frozen=True)
class Ranks:
    """The processes of a fit, as one of them sees them."""

    rank: int = 0
    count: int = 1

    @classmethod
    def of(cls, context: bench.Context) -> Ranks:
        """Those that fit together in these surroundings."""
        return cls(dist.get_rank(), context.ranks) if context.ranks > 1 else cls()

    @property
    def leads(self) -> bool:
        """Whether this one writes and speaks."""
        return self.rank == 0

    def share(self, n: int) -> tuple[NDArray[np.intp], float]:
        """Which of n events this one takes, and what they count: nothing where it has none."""
        own = np.arange(self.rank, n, self.count)
        return (own, 1.0) if len(own) else (np.zeros(1, dtype=np.intp), 0.0)

    def seed(self, seed: int, step: int) -> None:
        """Let each draw its own random numbers in a step, the same ones after an interruption."""
        if self.count > 1:
            drawn = np.random.SeedSequence([seed, step, self.rank]).generate_state(1)
            torch.manual_seed(int(drawn[0]))

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Put the sums over all processes in place of tensors of one kind.

        Raises:
            OtherProcessError: another one broke before it came to this, or is gone.
        """
        if self.count == 1:
            return
        with uninterrupted():
            self.meet()
            for bucket in _buckets(tensors):
                flat = torch.cat([tensor.reshape(-1) for tensor in bucket])
                with _connected():
                    dist.all_reduce(flat)
                parts = flat.split([tensor.numel() for tensor in bucket])
                for tensor, part in zip(bucket, parts, strict=True):
                    tensor.copy_(part.view_as(tensor))

    def add_gradients(self, parameters: Sequence[nn.Parameter]) -> None:
        """Add them up; a parameter without one in each process stays without."""
        if self.count == 1:
            return
        reached = torch.tensor([parameter.grad is not None for parameter in parameters]).int()
        self.add([reached])
        gradients = []
        for parameter, somewhere in zip(parameters, reached.tolist(), strict=True):
            if somewhere:
                if parameter.grad is None:
                    parameter.grad = torch.zeros_like(parameter)
                gradients.append(parameter.grad)
        self.add(gradients)

    def sums(self, values: Iterable[float]) -> list[float]:
        """Numbers, each added up over all processes."""
        own = torch.tensor([*values], dtype=torch.float64)
        self.add([own])
        return [float(value) for value in own]

    def of_first(self, values: Sequence[float]) -> list[float]:
        """The numbers as the first process has them."""
        return self.sums(value if self.leads else 0.0 for value in values)

    def demand_same(self, network: nn.Module, step: int) -> None:
        """Look whether the trained weights are the same in all processes, bit by bit.

        Raises:
            BenchError: they are not.
        """
        if self.count == 1:
            return
        sums = [_checksum(parameter) for parameter in trained(network).values()]
        table = torch.zeros((self.count, len(sums) + 1), dtype=torch.int64)
        table[self.rank] = torch.tensor([step, *sums])
        self.add([table])
        for other, row in enumerate(table):
            if not torch.equal(row, table[0]):
                raise bench.BenchError(
                    f"process {other} has other weights than process 0, which is at step {step}: "
                    "wanted the same machines, and one BENCH_HOME that all of them see"
                )

    def meet(self, broken: str = "") -> None:
        """Wait until all are here.

        Raises:
            OtherProcessError: another one broke before it came to this, or is gone.
        """
        if self.count == 1:
            return
        own = broken.encode()[:LONGEST].ljust(LONGEST, b"\0")
        said = torch.zeros((self.count, LONGEST), dtype=torch.uint8)
        said[self.rank] = torch.frombuffer(bytearray(own), dtype=torch.uint8)
        broke = torch.zeros(self.count, dtype=torch.int32)
        broke[self.rank] = bool(broken)
        with uninterrupted(), _connected():
            dist.all_reduce(broke)
            if broke.any():
                dist.all_reduce(said)
        if broke.any() and not broken:
            other = int(broke.nonzero()[0])
            words = said[other].numpy().tobytes().rstrip(b"\0").decode(errors="replace")
            raise OtherProcessError(f"process {other} of {self.count} broke: {words}")

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Let the first process go first, and the others after it has come to the end of this."""
        if not self.leads:
            self.meet()
        yield
        if self.leads:
            self.meet()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Break in all processes where one of them does."""
        try:
            yield
        except OtherProcessError:
            raise
        except BaseException as error:
            if self.count > 1:
                self.meet(_line(error))
            raise
        else:
            self.meet()


ALONE = Ranks()


@contextmanager
def _connected() -> Iterator[None]:
    """Say in one line that another process is gone.

    Raises:
        OtherProcessError: it is.
    """
    try:
        yield
    except RuntimeError as error:
        why = PLACE.sub("", str(error)).partition(". ")[0]
        raise OtherProcessError(f"another process of this fit is gone: {why}") from error


def _buckets(tensors: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    bucket: list[Tensor] = []
    size = 0
    for tensor in tensors:
        if bucket and size + tensor.numel() > BUCKET:
            yield bucket
            bucket, size = [], 0
        bucket.append(tensor)
        size += tensor.numel()
    if bucket:
        yield bucket


def _checksum(parameter: nn.Parameter) -> int:
    """The sum of a tensor's bits, as whole numbers of 32 of them."""
    return int(parameter.detach().view(torch.int32).sum(dtype=torch.int64))


def _line(error: BaseException) -> str:
    """An error in one line."""
    first = str(error).strip().partition("\n")[0]
    return first if isinstance(error, bench.BenchError) else f"{type(error).__name__}: {first}"
