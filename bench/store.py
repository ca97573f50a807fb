"""The records of runs on disk: a folder a run, claimed once, sealed, never changed afterwards."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import DamagedError, RequestError
from bench.files import sync, write_bytes, written
from bench.fingerprint import file_digest
from bench.history import HISTORY
from bench.record import RunRecord
from bench.scored import Counts, Estimate, Scored

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

RECORD = "run.json"
SCORES = "scores.parquet"
METRICS = "metrics.json"
TRACEBACK = "traceback.txt"


@dataclass(frozen=True)
class Metrics:
    """All figures of a run."""

    estimates: dict[str, Estimate]
    counts: Counts


@dataclass(frozen=True)
class Run:
    """A sealed run and its folder."""

    folder: Path
    record: RunRecord

    @property
    def name(self) -> str:
        """The folder's name, by which commands know the run."""
        return self.folder.name

    def scored(self, sample: str = "evaluated") -> Scored:
        """The scores of one sample, `evaluated` or `valid`.

        Raises:
            DamagedError: the file is not what was sealed.
        """
        import pandas as pd

        frame = pd.read_parquet(self._verified(SCORES))
        frame = frame[frame["sample"] == sample]
        return Scored(
            y=frame["label"].to_numpy(),
            score=frame["score"].to_numpy(),
            weights=frame["weight"].to_numpy(),
            threshold=self.record.threshold,
            mass=_complete(frame, "mass"),
            bare=self.record.bare,
        )

    def events(self, sample: str = "evaluated") -> NDArray[np.uint64]:
        """The ids of the events of one sample, in the order of their scores: (n,).

        Raises:
            DamagedError: the file is not what was sealed.
        """
        import pandas as pd

        frame = pd.read_parquet(self._verified(SCORES), columns=["sample", "event"])
        return frame.loc[frame["sample"] == sample, "event"].to_numpy()

    def metrics(self) -> Metrics:
        """The figures, by name.

        Raises:
            DamagedError: the file is not what was sealed.
        """
        import msgspec

        return msgspec.json.decode(self._verified(METRICS).read_bytes(), type=Metrics)

    def _verified(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file() or file_digest(path) != self.record.files.get(name):
            raise DamagedError(f"{path} is not what was sealed")
        return path


class Store:
    """A folder of runs."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def claim(self, created: str, key: str) -> Path:
        """Make the folder of a new run, `created` in UTC; nobody else gets the same one."""
        stamp = created.replace("-", "").replace(":", "")
        for again in range(1000):
            name = f"{stamp}-{key[:12]}" + (f"-{again}" if again else "")
            try:
                (self.root / name).mkdir(parents=True)
            except FileExistsError:
                continue
            return self.root / name
        raise RequestError(f"{self.root}: no free folder for run {key[:12]}")

    def withdraw(self, folder: Path) -> None:
        """Take back a claimed folder of a run that is not to be recorded."""
        shutil.rmtree(folder)

    def seal(self, folder: Path, record: RunRecord) -> Run:
        """Write the record, with the hashes of the files beside it; the run is then complete."""
        import msgspec

        there = sorted(p for p in folder.rglob("*") if p.is_file())
        files = {p.relative_to(folder).as_posix(): file_digest(p) for p in there}
        record = replace(record, files=files)
        write_bytes(folder / RECORD, msgspec.json.format(msgspec.json.encode(record), indent=1))
        sync(self.root)
        return Run(folder, record)

    def find(self, key: str) -> Run | None:
        """The newest good run of a content key, its files verified."""
        return self._newest(lambda record: record.id == key)

    def find_scores(self, key: str) -> Run | None:
        """The newest good run whose scores come from what the key holds, its files verified."""
        return self._newest(lambda record: record.scores == key)

    def _newest(self, wanted: Callable[[RunRecord], bool]) -> Run | None:
        for run in reversed(list(self.runs())):
            if run.record.status == "ok" and wanted(run.record):
                try:
                    run.metrics()
                    run.scored()
                except DamagedError:
                    continue
                return run
        return None

    def runs(self) -> Iterator[Run]:
        """Every sealed run, oldest first."""
        for path in sorted(self.root.glob(f"*/{RECORD}")):
            try:
                yield Run(path.parent, _read(path))
            except DamagedError as error:
                log.warning("%s; it is left out", error)

    def pick(self, names: Sequence[str]) -> list[Run]:
        """The runs whose folder is named, or starts or ends with the name; all if none is named.

        Raises:
            RequestError: a name that fits no run or several.
        """
        runs = list(self.runs())
        picked = []
        for name in map(_folder_name, names):
            fits = [r for r in runs if r.name.startswith(name) or r.name.endswith(name)]
            if len(fits) != 1:
                found = f"{len(fits)} runs" if fits else "no run"
                newest = f"; the newest is {runs[-1].name}" if runs else ""
                raise RequestError(f"{found} called {name!r} in {self.root}{newest}")
            picked += fits
        return picked if names else runs


def write_scores(folder: Path, samples: Mapping[str, tuple[Scored, object]]) -> None:
    """Write the scores of each sample: event id, label, weight, score; one Parquet file."""
    import pandas as pd

    frames = []
    for name, (scored, ids) in samples.items():
        columns = {
            "sample": name,
            "event": ids,
            "label": scored.y,
            "weight": scored.weights,
            "score": scored.score,
        }
        masses = {} if scored.mass is None else {"mass": scored.mass}
        frames.append(pd.DataFrame(columns | masses))
    with written(folder / SCORES) as draft:
        pd.concat(frames).to_parquet(draft, index=False)


def write_metrics(folder: Path, metrics: Metrics) -> None:
    """Write the figures."""
    import msgspec

    content = msgspec.json.format(msgspec.json.encode(metrics), indent=1)
    write_bytes(folder / METRICS, content)


def copy_history(folder: Path, history: Path) -> None:
    """Keep the training scalars of the fit with the run."""
    if history.exists():
        shutil.copyfile(history, folder / HISTORY)


def _read(path: Path) -> RunRecord:
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes(), type=RunRecord)
    except (msgspec.DecodeError, OSError) as error:
        raise DamagedError(f"{path} cannot be read: {error}") from error


def _complete(frame: pd.DataFrame, name: str) -> NDArray[np.float64] | None:
    """A column, if it is there and no value of it is missing."""
    if name not in frame or bool(frame[name].isna().any()):
        return None
    return frame[name].to_numpy()


def _folder_name(name: str) -> str:
    return Path(name).name
