"""`bench compare`: models against each other on the same events."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.completing import runs as runs_called
from bench.cli.options import FLOOR, RUNS
from bench.metrics.floors import Floor


@click.command("compare")
@click.argument("names", nargs=-1, metavar="RUN RUN [RUN]...", shell_complete=runs_called)
@click.option(
    "--common",
    is_flag=True,
    help="Compare runs on other samples of a dataset, on the events that all have scored.",
)
@FLOOR
@RUNS
def command(names: tuple[str, ...], common: bool, floor: Floor | None, runs: Path) -> None:
    """Compare runs on the very same events, and say what may be concluded.

    RUN is a plugin, or the name that an import was given: its newest setting on the sample that all
    of them have been scored on, over its seeds. `"gbt, max_depth=4"` names a setting. Or it is a
    run's folder, or the start or end of its name.

    Of two runs: DeLong's test on AUC, a paired bootstrap on the maximum SIC, McNemar's exact test
    on the decisions of each class, Holm's correction over all of them. Of more, or over seeds:
    letters that those share that cannot be told apart by AUC. Refused where the events or the
    edition differ, or where the features have changed under one and the same name. With --common
    other events are no hindrance: every test and figure is of the events that all share, and it is
    said how many each run has beside.

    \b
    bench compare my-mlp gbt
    bench compare my-mlp gbt linear
    bench compare my-mlp gbt --common
    """
    from bench.api.errors import RequestError
    from bench.plugins.registry import load_registry
    from bench.running.judging import Judges
    from bench.storage.named_runs import on_one_sample
    from bench.storage.store import Store
    from bench.storage.typed import typed
    from bench.workbench.comparison import Comparison

    if len(names) < 2:
        way = typed("bench", "list", "runs", runs=runs)
        raise RequestError(f"nothing to compare; wanted two runs or more, as `{way}` names them")
    models = on_one_sample(Store(runs), names, common=common)
    for model in models:
        if model.choice:
            click.echo(model.choice, err=True)
    metrics = Judges.of(load_registry()).metrics if common else None
    click.echo(str(Comparison.of([m.runs for m in models], common=metrics, floor=floor)))
