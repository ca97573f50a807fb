"""`bench ask`: an event in anyone's words, scored by a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from bench.cli.completing import runs as runs_called
from bench.cli.options import RUNS, given_options


@click.command("ask")
@click.argument("name", metavar="RUN", shell_complete=runs_called)
@click.argument("given", metavar="[TEXT | FILE | -]", required=False)
@click.option(
    "--formatter",
    show_default="rules,reader; rules where bench-llm is not",
    metavar="NAME",
    help="What makes sense of the words, or several, `rules,llm`, each of the numbers that those "
    "before it left; `NAME:OPTION=VALUE` gives one an option. `bench list formatters` names them.",
)
@click.option(
    "--set",
    "options",
    multiple=True,
    callback=given_options,
    metavar="OPTION=VALUE",
    help="An option of the last formatter.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was understood as JSON.")
@RUNS
def command(
    name: str,
    given: str | None,
    formatter: str | None,
    options: Mapping[str, str],
    as_json: bool,
    runs: Path,
) -> None:
    """Turn an event in anyone's words into a run's features, and score it by the run's model.

    The words are an argument, a file or standard input: a sentence, notes, a table, JSON, two
    four-vectors; GeV, TeV or MeV, in any order. What was understood is printed as a table, each
    value with the words that it came from, or the rule that it follows by; then the score. Every
    value stands in the text, or is derived from such by an exact rule: nothing is made up. What is
    missing is asked for, contradictions and several events are refused (exit code 2), and values
    that the model never saw in training are marked.

    \b
    bench ask gbt event.txt
    bench ask gbt event.txt --json
    """
    import json

    from bench.asking.ask import Asked
    from bench.asking.chain import chain, usual
    from bench.asking.page import as_json as for_programs
    from bench.asking.page import lines, verdict
    from bench.asking.source import text_of
    from bench.cli.surroundings import context
    from bench.plugins.registry import load_registry
    from bench.storage.home import Home
    from bench.storage.store import Store

    text = text_of(given)
    (run,) = Store(runs).pick([name])
    home, registry = Home.here(), load_registry()
    here = context(home)
    formatters = chain(formatter or usual(registry), options, registry)
    subject = Asked.of(run, registry, home, here)
    understood = subject.understand(text, formatters, here)
    columns = subject.fit.columns
    score = subject.score(understood) if understood.whole else None
    if as_json:
        click.echo(json.dumps(for_programs(understood, columns, score), indent=1))
    else:
        for line in lines(understood, columns):
            click.echo(line)
        if score is not None:
            click.echo(verdict(score, run.record.threshold, run.record.title))
    if score is None:
        subject.score(understood)
