"""What a user asks of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from bench.api.errors import RequestError
from bench.data.request import SampleRequest

LAST_SEED = 2**32 - 1
"""The largest seed that every library takes."""


@dataclass(frozen=True, kw_only=True)
class RunRequest(SampleRequest):
    """A run as it was asked for; None leaves the choice to the dataset or to the bench."""

    plugin: str
    encoders: Sequence[str] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    """Values by option, which may say whose: `model.`, `dataset.`, `evaluated.`, `train.`, ..."""
    without: str | None = None
    permute: str | None = None
    start: str | None = None
    """The run whose fit this one goes on from."""
    seed: int = 0
    device: str = "cpu"
    allow: Sequence[str] = ()
    """Codes of guards whose findings are let through, visibly."""
    threshold: str = "0.5"
    """A number, or `fpr=RATE` or `best-sic`, which are chosen on the valid split."""

    def demand_sound(self) -> None:
        """Refuse what makes no sense whatever the parts are.

        An empty word, as of a shell's variable that is not set, must not mean nothing.

        Raises:
            RequestError: what is wrong.
        """
        for each in fields(self):
            if getattr(self, each.name) == "":
                name = "from" if each.name == "start" else each.name.replace("_", "-")
                raise RequestError(f"--{name} is empty; leave it out, or say one")
        if self.without and self.permute:
            raise RequestError("--without and --permute are two controls: a run each")
        if not re.fullmatch(r"cpu|cuda(:\d+)?", self.device):
            raise RequestError(f"no device {self.device!r}; wanted cpu, cuda or cuda:1")
        if not 0 <= self.seed <= LAST_SEED:
            raise RequestError(f"seed {self.seed}: wanted 0 to {LAST_SEED}")
