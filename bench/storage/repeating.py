"""The command that repeats a run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any, get_args

from bench.storage.record import RunRecord, SampleRecord
from bench.storage.request import Edition, RunRequest

FIRST = ("plugin", "dataset")


def command_of(record: RunRecord) -> str:
    """What to type to have the run again, on the same editions as then.

    Of another tool's results it is the command that brought them, with the name of their file;
    empty of scores that were brought from Python. The code and the versions that are installed play
    no part in it.
    """
    if record.outside and not record.outside.file:
        return ""
    said = with_editions(record)
    words = _importing(record) if record.outside else [*_begun(record), "run", *words_of(said)]
    return shlex.join(words)


def _begun(record: RunRecord) -> list[str]:
    """How the bench is begun: by a launcher, where several processes made the fit."""
    if not record.ranks:
        return ["bench"]
    return ["torchrun", "--nproc-per-node", str(len(record.ranks)), "-m", "bench"]


def _importing(record: RunRecord) -> list[str]:
    outside, sample = record.outside, record.sample
    assert outside is not None
    words = ["bench", "import", outside.file]
    if outside.counts:
        return words
    words += ["--model", record.plugin, "--dataset", record.dataset]
    if edition := _edition(sample):
        words += ["--edition", edition]
    if (threshold := record.request.get("threshold", "0.5")) != "0.5":
        words += ["--threshold", threshold]
    for option, name in (("--valid", "valid"), ("--trained-on", "trained_on")):
        words += [option, record.request[name]] if name in record.request else []
    for name in ("region", "labels", "sidebands"):
        words += [f"--{name}", record.request[name]] if name in record.request else []
    for option, text in (("--options", outside.told), ("--source", outside.source)):
        words += [option, text] if text else []
    return [*words, *(w for code in record.request.get("allow", ()) for w in ("--allow", code))]


def words_of(said: Mapping[str, Any]) -> Iterator[str]:
    """What is typed after `bench run`: the options that are not as they are by default.

    Args:
        said: what was asked for, as `RunRequest.said` gives it.
    """
    every = {each.name: each for each in fields(RunRequest)}
    for name in dict.fromkeys([*FIRST, *every]):
        each = every[name]
        value = said.get(each.name)
        usual = None if each.default is MISSING else each.default
        one_of_many = each.name == "seed" and said.get("protocol")  # which sets how many
        if value is None or (value == usual and not one_of_many):
            continue
        if value is True:
            yield f"--{name.replace('_', '-')}"
            continue
        option = f"--{(each.metadata.get('name') or each.name).replace('_', '-')}"
        if isinstance(value, Mapping):
            values = [f"{name}={content}" for name, content in value.items()]
        else:
            values = [*value] if isinstance(value, (list, tuple)) else [value]
        yield from (word for one in values for word in (option, str(one)))


def with_editions(record: RunRecord) -> dict[str, Any]:
    """What was asked for, with the editions that were taken where nobody asked for one."""
    said = dict(record.request)
    evaluated, train = (_edition(sample) for sample in (record.sample, record.train))
    if not said.get("file"):
        said["edition"] = said.get("edition") or evaluated
    if said.get("edition") != train:
        said["train_edition"] = said.get("train_edition") or train
    return said


def _edition(sample: SampleRecord | None) -> str | None:
    """An edition that can be asked for; None of any other."""
    return sample.kind if sample and sample.kind in get_args(Edition) else None
