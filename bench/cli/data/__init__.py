"""`bench data`: what can be done with the files of datasets, a subcommand a file."""

from bench.cli.data.group import command

__all__ = ["command"]
