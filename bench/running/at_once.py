"""Many runs at once, each in a process of its own; what they made is found on the disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from bench.running.ends import FAILED, REFUSED, in_words
from bench.running.missing import LOGS, Missing, Survey
from bench.running.spread import Outcome, spread
from bench.running.watch import Watch, last_line

if TYPE_CHECKING:
    from bench.api.context import Bar
    from bench.storage.store import Run

    Show = Callable[[Watch], AbstractContextManager[Bar]]


def at_once(
    survey: Survey, executor: Executor, show: Show | None = None
) -> tuple[list[Run], set[int]]:
    """Do the runs that are missing, as many at once as the executor does.

    Gives the runs that have a record, in the order of the study, and the exit codes that they ask
    for, as `one_by_one` does.

    Args:
        survey: of the runs.
        executor: who begins them.
        show: how the runs that are under way are shown; else as other progress is.

    Raises:
        WorkersGoneError: the executor has come to its end; what is done is on the disk.
    """
    for wave in survey.waves():
        by_key: dict[str, list[Missing]] = {}
        for one in wave:
            by_key.setdefault(one.key, []).append(one)
        if not by_key:
            continue
        survey.tell(f"{len(by_key)} runs to do, {len(survey.ends.runs)} are there")
        tasks = {key: survey.task(same[0]) for key, same in by_key.items()}
        watch = Watch(tasks, {key: _words(same) for key, same in by_key.items()})
        shown = show(watch) if show else survey.context.progress("runs", len(by_key))
        with shown as bar:
            for outcome in spread(tasks.values(), executor):
                watch.done.add(outcome.task.key)
                for one in by_key[outcome.task.key]:
                    _settle(survey, one, outcome)
                bar.advance()
    with suppress(OSError):  # the messages of runs that left no record stay
        (survey.store.root / LOGS).rmdir()
    return survey.ends.all()


def _words(same: list[Missing]) -> str:
    return f"run {same[0].number}: {in_words(same[0].parts.request)}"


def _settle(survey: Survey, one: Missing, outcome: Outcome) -> None:
    """Take down how a run ended whose process has."""
    log = outcome.task.log
    if survey.ended(one):
        log.unlink(missing_ok=True)
        return
    said = outcome.why or last_line(log)
    if outcome.code == REFUSED:
        survey.ends.refused(one.number, said)
    elif not outcome.code:
        why = f"ended well (see {log}), but not as this machine's code would make it"
        survey.ends.without_row(one.number, why, "other code where it was done", FAILED)
    else:
        see = f" (see {log})" if log.exists() else "; are the bench and this folder there?"
        why = f"came to no end and has no row: {said or f'exit code {outcome.code}'}{see}"
        survey.ends.without_row(one.number, why, "no end", FAILED)
