"""What the documents tell a reader to type."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

HOUSE = Path(__file__).parents[1]
PAGES = (HOUSE / "README.md", *sorted((HOUSE / "docs").rglob("*.md")))
TYPED = re.compile(r"(bench|make|python|pip) ")


def lines(*pages: Path) -> list[str]:
    """The lines of all blocks of commands, without comments, each once."""
    found = []
    for page in pages:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(), flags=re.DOTALL):
            found += [bare(line) for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in dict.fromkeys(found) if line]


def spans(*pages: Path) -> list[str]:
    """What stands between backquotes in the running text, each once."""
    found = []
    for page in pages:
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        found += [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]
    return list(dict.fromkeys(found))


def bare(line: str) -> str:
    """A line without its comment."""
    return shlex.join(shlex.split(line, comments=True))


def examples(command: click.Command, path: str = "bench") -> Iterator[str]:
    """The examples that a command's help shows, and those of its subcommands."""
    for line in (command.help or "").splitlines():
        if line.strip().startswith("bench "):
            yield line.strip()
    if isinstance(command, click.Group):
        with click.Context(command) as ctx:
            for name in command.list_commands(ctx):
                yield from examples(command.get_command(ctx, name), f"{path} {name}")


def parsed(words: Iterable[str]) -> None:
    """Let the command line take the words after `bench`, and do nothing with them."""
    from bench.cli.main import cli

    command, rest = cli, [word for word in words if word != "--help"]
    if not rest:
        return
    while isinstance(command, click.Group):
        _, command, rest = command.resolve_command(click.Context(command), rest)
    command.make_context("bench", rest)
