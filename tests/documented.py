"""What the documents tell a reader to type, and what they say is not to be run here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

HOUSE = Path(__file__).parents[1]
PAGES = (
    *(HOUSE / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((HOUSE / "docs").rglob("*.md")),
    *sorted(HOUSE.glob("plugins/*/README.md")),
)
TYPED = re.compile(r"(bench|make|python|pip) ")
BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- not run:(?P<reason>[^\n]*)-->\n(?P=indent))?"
    r"```(?P<language>\w*)[^\n]*\n(?P<content>.*?)^(?P=indent)```$",
    flags=re.DOTALL | re.MULTILINE,
)
"""A block of a page; the comment before one that no test runs says why."""


@dataclass(frozen=True)
class Block:
    """What stands between two fences."""

    page: Path
    language: str
    content: str
    reason: str | None
    """Why it is not run here; None where it is."""

    @property
    def lines(self) -> list[str]:
        """Its commands, without comments."""
        content = self.content.replace("\\\n", " ")
        return [line for line in map(bare, content.splitlines()) if line]


def blocks(*pages: Path) -> list[Block]:
    """Every block of the pages."""
    return [
        Block(page, match["language"], match["content"], match["reason"])
        for page in pages
        for match in BLOCK.finditer(page.read_text())
    ]


def lines(*pages: Path) -> list[str]:
    """The lines of all blocks of commands that are to be run, each once."""
    run = [block for block in blocks(*pages) if block.language == "sh" and block.reason is None]
    return list(dict.fromkeys(line for block in run for line in block.lines))


def spans(*pages: Path) -> list[str]:
    """What stands between backquotes in the running text, each once."""
    texts = []
    for page in pages:
        text = BLOCK.sub("", page.read_text())
        texts += [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]
    return list(dict.fromkeys(texts))


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

    command, rest = cli, [word for word in words if word not in ("--help", "--version")]
    if not rest:
        return
    while isinstance(command, click.Group):
        _, command, rest = command.resolve_command(click.Context(command), rest)
    command.make_context("bench", rest)
