"""Whether a committed report is what its runs and its study give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.api.errors import RequestError
from bench.report.page import FIGURES, PAGE, TABLES, WEB, write_report
from bench.running.study import STUDY, Study, read_study
from bench.storage.archive import RESULTS, RUNS, contents_of, unpack
from bench.storage.fingerprint import digest, file_digest
from bench.storage.request import RunRequest, spelled_alike
from bench.storage.secrets import masked, masked_values
from bench.storage.store import Run, Store

PICTURE = re.compile(rb'src="data:image/png;base64,[^"]*"')
LIBRARY = re.compile(rb'(<(script|style)\b[^>]* data-library="\w+">).*?</\2>', re.DOTALL)
"""What a page carries of others, whose newer version is another text and shows the same."""


def find_reports(folder: Path) -> list[Path]:
    """The folders with a report in this one, by name; itself, if it is one."""
    if (folder / PAGE).is_file():
        return [folder]
    return sorted(page.parent for page in folder.glob(f"*/{PAGE}"))


def out_of_step(folder: Path) -> list[str]:
    """What is not as it should be, a line each; nothing where all is in step.

    The report is written anew from the runs packed beside it and compared: pages and tables to the
    byte but for the libraries in a page, figures by name, as their pixels follow the fonts of a
    machine.

    Raises:
        DamagedError: the packed runs cannot be read.
        RequestError: the folder has no packed runs.
    """
    if not (folder / RESULTS / RUNS).is_file():
        raise RequestError(f"{folder}: no {RESULTS}/{RUNS} to check the report by")
    contents = contents_of(folder)
    try:
        study = read_study(folder / STUDY) if (folder / STUDY).is_file() else None
    except RequestError as error:
        return [str(error)]
    with TemporaryDirectory() as scratch:
        runs = unpack(folder, Store(Path(scratch, "runs")))
        write_report(runs, Path(scratch, "report"), contents, blank=True)
        differences = list(_differences(folder, Path(scratch, "report")))
    if study is None:
        return differences
    requested = replace(study.contents, title=masked(study.contents.title))
    other = [] if requested == contents else [f"{folder / STUDY} asks for another report"]
    return [*other, *_unasked(study, runs), *differences]


def _differences(committed: Path, made: Path) -> Iterator[str]:
    for room in (TABLES, FIGURES):
        names = [{p.name for p in (root / room).glob("*")} for root in (committed, made)]
        for name in sorted(names[0] ^ names[1]):
            problem = "is not of these runs" if name in names[0] else "is missing"
            yield f"{committed / room / name} {problem}"
    files = [Path(PAGE), Path(WEB), *(p.relative_to(made) for p in (made / TABLES).glob("*"))]
    for file in sorted(files):
        if not (committed / file).is_file():
            if file.parent == Path():
                yield f"{committed / file} is missing"
        elif _text(committed / file) != _text(made / file):
            yield f"{committed / file} is not what its runs give"


def _text(file: Path) -> bytes:
    return LIBRARY.sub(rb"\1", PICTURE.sub(b"", file.read_bytes()))


def _unasked(study: Study, runs: list[Run]) -> Iterator[str]:
    """Runs that the study asks for and that are not packed, and the other way round."""
    packed = {
        _request_key(run.record.request): run.record for run in runs if not run.record.outside
    }
    requested = {_request_key(asdict(request)): request for request in study.runs}
    for key in sorted(requested.keys() - packed.keys()):
        request = requested[key]
        yield f"the study asks for {request.plugin}, seed {request.seed}; it is not packed"
    for key in sorted(packed.keys() - requested.keys()):
        yield f"{packed[key].title} is packed, and the study does not ask for it"
    digests = {run.record.outside.digest for run in runs if run.record.outside}
    for file in study.counts:
        if not file.is_file() or file_digest(file) not in digests:
            yield f"{file} has changed since it was imported"


def _request_key(request: dict[str, Any]) -> str:
    """What a request asks for; what it leaves to the bench plays no part, now or when it ran."""
    usual, given = _plain(asdict(RunRequest(plugin="", dataset=""))), _plain(request)
    given["options"] = spelled_alike(given.get("options", {}))
    said = {name: value for name, value in given.items() if value != usual.get(name)}
    return digest(masked_values(said))  # as records have it


def _plain(request: dict[str, Any]) -> dict[str, Any]:
    """Paths and tuples as JSON has them."""
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(request, str_keys=True, enc_hook=str)
    return {name: list(v) if isinstance(v, tuple) else v for name, v in plain.items()}
