"""The scores of a sample so far, kept on disk so that a scoring that is cut short goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.storage.files import atomic_write
from bench.storage.fingerprint import array_digest, digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EVERY = 5.0
"""Seconds of scoring that may be lost beside the slice under way."""


@dataclass
class ScorePieces:
    """Scores of the first events of a sample, in a file whose name says what they come from."""

    file: Path
    notice: Callable[[str], None]
    earlier: float = 0.0
    """Seconds that earlier goes took, once it is read."""
    started: float = field(default_factory=time.monotonic)
    written: float = field(default_factory=time.monotonic)

    def read(self, ids: NDArray[np.uint64]) -> NDArray[np.float64]:
        """What an earlier go scored of these events, the first of them: (k,); none if damaged."""
        import numpy as np

        none, scores = np.empty(0), np.empty(0)
        if not self.file.is_file():
            return none
        try:
            with self.file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                scores = np.asarray(arrays["scores"], dtype=np.float64)
                seconds, sealed = float(arrays["seconds"]), str(arrays["digest"])
        except Exception as error:  # whatever numpy makes of a damaged file
            self.notice(f"{self.file}: {error}; its events are scored again")
            return none
        if len(scores) > len(ids) or sealed != _digest(scores, ids, seconds):
            self.notice(f"{self.file}: not what was written; its events are scored again")
            return none
        self.earlier = seconds
        return scores

    def write(
        self, scores: NDArray[np.float64], ids: NDArray[np.uint64], *, at_once: bool = False
    ) -> None:
        """Keep the scores of the first events, if it is time to."""
        import numpy as np

        if not at_once and time.monotonic() - self.written < EVERY:
            return
        seconds = self.earlier + time.monotonic() - self.started
        sealed = np.array(_digest(scores, ids, seconds))
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self.file) as draft, draft.open("wb") as stream:
                np.savez(stream, scores=scores, seconds=np.array(seconds), digest=sealed)
        except OSError as error:
            self.notice(f"{error}; the scores so far are not kept")
        self.written = time.monotonic()


def _digest(scores: NDArray[np.float64], ids: NDArray[np.uint64], seconds: float) -> str:
    return digest([array_digest(scores), array_digest(ids[: len(scores)]), seconds])
