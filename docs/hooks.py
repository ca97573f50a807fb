"""What the site's builder does besides: the examples of help texts become blocks of code."""

from __future__ import annotations

import inspect
import re
from typing import Any

import click

VERBATIM = re.compile(r"^\x08\n(.+?)(?=\n\s*\n|\Z)", flags=re.DOTALL | re.MULTILINE)
"""A paragraph that click does not wrap, which is how help texts mark their examples."""


def fenced(text: str) -> str:
    """A help text with its unwrapped paragraphs as blocks of code."""
    return VERBATIM.sub(r"```text\n\1\n```", inspect.cleandoc(text))


def fence_examples(command: click.Command) -> None:
    """Do so in a command and all its subcommands."""
    command.help = fenced(command.help or "")
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            subcommand = command.get_command(context, name)
            assert subcommand is not None
            fence_examples(subcommand)


def on_config(config: Any) -> Any:
    """Called by mkdocs before it reads any page."""
    from bench.cli.main import cli

    fence_examples(cli)
    return config
