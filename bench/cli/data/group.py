"""The command `bench data` and its subcommands."""

from __future__ import annotations

import click

from bench.cli.data.bring import bring
from bench.cli.data.card import card
from bench.cli.data.check import check
from bench.cli.data.compare import compare
from bench.cli.data.export import export
from bench.cli.data.get import get
from bench.cli.data.make import make


@click.group("data")
def command() -> None:
    """Download, simulate, validate, compare, bring in or export the events of datasets."""


for _part in (get, make, check, bring, export, card, compare):
    command.add_command(_part)
