"""`bench completion`: what a shell reads to complete the bench's commands."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print a script that makes a shell complete commands, options, and names of parts and runs.

    \b
    eval "$(bench completion bash)"
    """
    from click.shell_completion import get_completion_class

    from bench.cli.main import cli

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(cli, {}, "bench", "_BENCH_COMPLETE").source())
