"""Several processes that do one run: the first one does all of it, the others help it to fit.

A launcher such as torchrun begins them with the same command. Each finds the same parts, and is
refused for the same reasons. Then the first one leads: it draws the events, lets guards look,
scores and records as if it were alone, and hands the others what is to be fitted. They are silent,
write nothing, and end as it does.
"""

from __future__ import annotations

import io
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bench.api.context import Context
from bench.api.errors import BenchError, RequestError
from bench.plugins.interruption import on_terminate
from bench.plugins.under_way import ENDED
from bench.running.failures import exit_code
from bench.running.launched import BY_ITSELF, Launched, launched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api.inputs import Inputs
    from bench.api.parts import Fitted, Model, ViewModule

FOLDERS = ("data", "scratch", "checkpoints")
FAILED, BAD_REQUEST, INTERRUPTED = 1, 2, 130


@dataclass(frozen=True)
class Ranks:
    """The processes of a run as one of them sees them; by itself, it is alone."""

    launched: Launched = BY_ITSELF
    say: Callable[[bytes], bytes] | None = None
    """Gives all of them what the first one says; None where it is alone, or the others are gone."""

    def fit(self, model: Model, train: Inputs, valid: Inputs, context: Context) -> Fitted:
        """Fit, with the help of the others if there are any.

        Raises:
            BenchError: the others are gone.
        """
        if self.launched.count == 1:
            return model.fit(train, valid, context)
        if self.say is None:
            raise BenchError("the other processes of this run are gone; start them all again")
        self.say(_order(train, valid, context))
        try:
            return model.fit(train, valid, replace(context, ranks=self.launched.count))
        except BaseException:
            _outlast_launcher()
            raise

    @contextmanager
    def leading(self, codes: set[int]) -> Iterator[None]:
        """Have the others end as the work of this block does.

        Args:
            codes: exit codes that its parts ask for; they grow meanwhile.
        """
        if self.launched.count == 1:
            yield
            return
        _outlast_launcher() if ENDED else signal.signal(signal.SIGTERM, on_terminate)
        code = FAILED
        try:
            yield
            code = exit_code(codes)
        except BenchError:
            code = BAD_REQUEST
            raise
        except KeyboardInterrupt:
            code = INTERRUPTED
            raise
        finally:
            self._end(code)

    def _end(self, code: int) -> None:
        import msgspec

        if self.say:
            with suppress(BenchError):  # they have ended before
                self.say(msgspec.msgpack.encode({"code": code}))

    def help(self, model: Model) -> int:
        """Fit what the first process says, until that ends; gives its exit code.

        A fit that breaks here breaks there too, as `Model.join_ranks` has it, and is recorded
        there.

        Raises:
            BenchError: the first process is gone.
        """
        import msgspec

        assert self.say
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # which the first one hears too
        while True:
            order = msgspec.msgpack.decode(self.say(b""))
            if "code" in order:
                return int(order["code"])
            train, valid, context = self._ordered(order)
            with suppress(Exception):
                model.fit(train, valid, context)

    def _ordered(self, order: Mapping[str, Any]) -> tuple[Inputs, Inputs, Context]:
        """What is to be fitted, and the surroundings of a process that says and writes nothing."""
        from bench.data.handed import read_inputs, read_view_modules

        train, valid = (read_inputs(io.BytesIO(order[name])) for name in ("train", "valid"))
        context = Context(
            data=Path(order["data"]),
            scratch=Path(order["scratch"]),
            checkpoints=Path(order["checkpoints"]),
            warm_start=Path(order["warm_start"]) if order["warm_start"] else None,
            seed=order["seed"],
            device=self.launched.devices(order["device"])[self.launched.rank],
            ranks=self.launched.count,
            view_modules=read_view_modules(order["view_modules"], io.BytesIO(order["learned"])),
        )
        return train, valid, context


ALONE = Ranks()


def joined(model: Model, device: str, own: Launched | None = None) -> Ranks:
    """This process among the others of its launcher, once all are there.

    Args:
        model: that is to be fitted.
        device: that it works on.
        own: which of the processes this is; by the environment unless it is said.

    Raises:
        RequestError: the model is fitted by one process alone, or the device is no common one.
        BenchError: the others do not come.
    """
    own = own or launched()
    if own.count == 1:
        return ALONE
    if ":" in device:
        raise RequestError(f"--device {device}: each of {own.count} processes has its own GPU")
    if device != "cpu" and (why := model.device_problem(f"{device}:{own.local_count - 1}")):
        raise RequestError(f"{own.local_count} processes on this machine, a GPU each: {why}")
    if own.leads and ENDED:  # of the others, too: they cannot go on without it
        return Ranks(own)
    return Ranks(own, model.join_ranks(device))


def _order(train: Inputs, valid: Inputs, context: Context) -> bytes:
    """All that another process needs to know of a fit."""
    import msgspec

    from bench.data.handed import write_inputs, write_view_modules

    files = {name: io.BytesIO() for name in ("train", "valid", "learned")}
    write_inputs(train, files["train"], labelled=True)
    write_inputs(valid, files["valid"], labelled=True)
    modules = cast("Mapping[str, ViewModule]", context.view_modules)
    specs = write_view_modules(modules, files["learned"])
    order: dict[str, Any] = {name: file.getvalue() for name, file in files.items()}
    order |= {name: str(getattr(context, name).absolute()) for name in FOLDERS}
    order["warm_start"] = str(context.warm_start.absolute()) if context.warm_start else ""
    order |= {"view_modules": specs, "seed": context.seed, "device": context.device}
    return msgspec.msgpack.encode(order)


def _outlast_launcher() -> None:
    """Take no notice of the launcher, which ends all where one has ended, until that is recorded.

    It waits some seconds before it uses force.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
