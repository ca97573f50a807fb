"""Whether a committed report is what its runs and its study give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.archive import RESULTS, RUNS, contents_of, unpack
from bench.errors import RequestError
from bench.fingerprint import file_digest
from bench.report.page import FIGURES, PAGE, TABLES, WEB, write_report
from bench.store import Run, Store
from bench.study import STUDY, Study, read_study

PICTURE = re.compile(rb'src="data:image/png;base64,[^"]*"')


def find_reports(folder: Path) -> list[Path]:
    """The folders with a report in this one, by name; itself, if it is one."""
    if (folder / PAGE).is_file():
        return [folder]
    return sorted(page.parent for page in folder.glob(f"*/{PAGE}"))


def out_of_step(folder: Path) -> list[str]:
    """What is not as it should be, a line each; nothing where all is in step.

    The report is written anew from the runs packed beside it and compared: pages and tables to the
    byte, figures by name, as their pixels follow the fonts of a machine.

    Raises:
        DamagedError: the packed runs cannot be read.
        RequestError: the folder has no packed runs.
    """
    if not (folder / RESULTS / RUNS).is_file():
        raise RequestError(f"{folder}: no {RESULTS}/{RUNS} to check the report by")
    contents = contents_of(folder)
    study = read_study(folder / STUDY) if (folder / STUDY).is_file() else None
    with TemporaryDirectory() as scratch:
        runs = unpack(folder, Store(Path(scratch, "runs")))
        write_report(runs, Path(scratch, "report"), contents)
        found = list(_differences(folder, Path(scratch, "report")))
    if study is None:
        return found
    other = [] if study.contents == contents else [f"{folder / STUDY} asks for another report"]
    return [*other, *_unasked(study, runs), *found]


def _differences(kept: Path, made: Path) -> Iterator[str]:
    for room in (TABLES, FIGURES):
        names = [{p.name for p in (root / room).glob("*")} for root in (kept, made)]
        for name in sorted(names[0] ^ names[1]):
            told = "is not of these runs" if name in names[0] else "is missing"
            yield f"{kept / room / name} {told}"
    files = [Path(PAGE), Path(WEB), *(p.relative_to(made) for p in (made / TABLES).glob("*"))]
    for file in sorted(files):
        if not (kept / file).is_file():
            if file.parent == Path():
                yield f"{kept / file} is missing"
        elif _text(kept / file) != _text(made / file):
            yield f"{kept / file} is not what its runs give"


def _text(file: Path) -> bytes:
    return PICTURE.sub(b"", file.read_bytes())


def _unasked(study: Study, runs: list[Run]) -> Iterator[str]:
    """Runs that the study asks for and that are not packed, and the other way round."""
    own = [run.record for run in runs if run.record.outside is None]
    there = [record.request for record in own]
    wanted = [{k: v for k, v in asdict(r).items() if v is not None} for r in study.runs]
    for request in wanted:
        if _comparable(request) not in map(_comparable, there):
            name = f"{request['plugin']}, seed {request['seed']}"
            yield f"the study asks for {name}; it is not packed"
    for record in own:
        if _comparable(record.request) not in map(_comparable, wanted):
            yield f"{record.title} is packed, and the study does not ask for it"
    digests = {run.record.outside.digest for run in runs if run.record.outside}
    for file in study.counts:
        if not file.is_file() or file_digest(file) not in digests:
            yield f"{file} has changed since it was imported"


def _comparable(request: object) -> str:
    import msgspec

    plain = msgspec.to_builtins(request, str_keys=True, enc_hook=str)
    return msgspec.json.encode(plain, order="deterministic").decode()
