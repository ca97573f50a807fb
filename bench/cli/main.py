"""The command `bench`: finds its subcommands, and turns errors into one line and an exit code."""

from __future__ import annotations

import logging
import os
import re
import sys
from importlib import import_module
from pathlib import Path
from traceback import walk_tb
from typing import NoReturn

import click

from bench.api.errors import BenchError, RequestError, did_you_mean
from bench.cli.streams import safe_streams
from bench.plugins.interruption import is_users
from bench.running.launched import launched
from bench.storage.extras import REPORT, NotInstalledError, how_to_install
from bench.storage.machine import MachineError, as_refused
from bench.storage.process_limits import wait_passively

COMMANDS = {
    "run": "Fit or reuse a model, score, judge, store, print the table.",
    "try": "Try an encoder on models: runs, baselines, report, answer.",
    "plan": "Tell what a run or a study would cost, and how much it tells.",
    "study": "Do the runs that a TOML file names, and report on them.",
    "report": "Write a comparison report from stored runs.",
    "compare": "Compare runs, paired on the same events.",
    "show": "Show a run, a part or a dataset.",
    "doctor": "Say what the guards found in a run, and what to do.",
    "explain": "Have a run's model say why it answers as it does.",
    "ask": "Score an event that is said in anyone's words.",
    "export": "Write the fitted model of a run, or runs, for other tools.",
    "import": "Bring in another tool's predictions or bare counts.",
    "list": "What there is: plugins, datasets, models, guards, runs and so on.",
    "data": "Download, simulate, validate, compare, bring in or export data.",
    "check": "Check the parts of a plugin: conformance and liveness.",
    "new": "Write a plugin package to start from, tests included.",
    "clean": "Show what is kept on disk, by kind; remove what is asked for.",
    "schema": "Print the JSON Schema of a run's files.",
    "completion": "Print what makes a shell complete commands and names.",
}
"""Each command, and what it does in a line: its module is not loaded to say so."""
MODULES = {"import": "outside", "try": "trying"}
"""Where a command's name is no name of a module."""
FAILED, BAD_REQUEST, INTERRUPTED = 1, 2, 130
LONGEST = 200
"""Characters of the line that an error gets."""


class _Commands(click.Group):
    """Loads a subcommand's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = getattr(import_module(f"bench.cli.{MODULES.get(name, name)}"), "command")  # noqa: B009
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]!r}; {did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="classifier-bench", prog_name="bench")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Compare classifiers of collider events, so that the comparison can be trusted."""
    if ctx.invoked_subcommand != "run" and (count := launched().count) > 1:
        raise RequestError(
            f"{count} processes were launched for `bench {ctx.invoked_subcommand}`, which is done "
            "by one; several do `bench run` together"
        )
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)


def main() -> None:
    """Run the command line and exit with its code."""
    with safe_streams():
        _main()


def _main() -> None:
    wait_passively()
    os.environ.setdefault("TQDM_DISABLE", "1")  # libraries' bars would break into the bench's own
    try:
        sys.exit(_finished(_code()))
    except (click.Abort, KeyboardInterrupt) as error:
        if isinstance(error, KeyboardInterrupt) and not is_users(error):
            raise RuntimeError("a plugin's code raised KeyboardInterrupt") from error
        _interrupted()
    except BrokenPipeError:
        _no_more_output()  # whoever read it has gone
        sys.exit(FAILED)
    except Exception as error:
        if is_users(error):
            _interrupted()
        if not (refused := as_refused(error)):
            raise
        _say(" ".join(str(refused).split()))
        sys.exit(BAD_REQUEST)


def _interrupted() -> NoReturn:
    _say("interrupted; the same command goes on from what is done")
    sys.exit(INTERRUPTED)


def _code() -> int:
    """Run the command line; gives its exit code, or exits with that of what went wrong."""
    try:
        return cli.main(prog_name="bench", standalone_mode=False) or 0
    except SystemExit as error:
        if _is_clicks(error):
            raise  # which is how it ends a completion, or where nobody reads our output
        _say(f"a plugin's code left by sys.exit({error.code!r}); nothing came to its end")
        sys.exit(FAILED)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(BAD_REQUEST)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "bench"
        _say(f"{' '.join(error.format_message().split())} (see {where} --help)")
        sys.exit(BAD_REQUEST)
    except NotInstalledError as error:
        for line in str(error).splitlines():
            _say(line)
        sys.exit(BAD_REQUEST)
    except BenchError as error:
        _say(" ".join(str(error).split()))
        sys.exit(BAD_REQUEST)
    except ModuleNotFoundError as error:
        _say(_of_an_extra(error))
        sys.exit(BAD_REQUEST)


def _is_clicks(error: BaseException) -> bool:
    """Whether click raised it, and no plugin."""
    *_, (frame, _) = walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__")).partition(".")[0] == click.__name__


def _finished(code: int) -> int:
    """The exit code of a command, once all that it said has arrived.

    Raises:
        MachineError: what takes its output is full.
    """
    if sys.stdout is None:  # it was closed before the command began
        return code
    try:
        sys.stdout.flush()
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        _no_more_output()
        place = Path("standard output")
        raise MachineError.of(error, place, "to print", "print it elsewhere") from error
    return code


def _no_more_output() -> None:
    """Python must not complain at exit about output that nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _of_an_extra(error: ModuleNotFoundError) -> str:
    """How to have the module that is not installed, if an extra of the core brings it."""
    top = (error.name or "").partition(".")[0]
    if top not in REPORT:
        raise error
    return how_to_install(top)


def _say(line: str) -> None:
    """One line of at most `LONGEST` characters beside its commands, all of which can be printed."""
    shown = "".join(c if c.isprintable() else "?" for c in f"bench: {line}")
    texts = re.split(r"(`[^`]+`)", shown)  # every second one is a command, to be copied as it is
    length = sum(map(len, texts[::2]))
    if length > LONGEST:  # a path, as a rule, of which the end says more than the middle
        words = [text.split(" ") for text in texts[::2]]
        place, longest = max(
            ((n, i) for n, of in enumerate(words) for i in range(len(of))),
            key=lambda at: len(words[at[0]][at[1]]),
        )
        word = words[place][longest]
        words[place][longest] = _cut(word, max(20, LONGEST + len(word) - length))
        texts[::2] = [" ".join(of) for of in words]
        rest = max(range(0, len(texts), 2), key=lambda n: len(texts[n]))
        over = sum(map(len, texts[::2])) - LONGEST
        texts[rest] = _cut(texts[rest], max(20, len(texts[rest]) - max(0, over)))
    click.echo("".join(texts), err=True)


def _cut(text: str, length: int) -> str:
    """A text without its middle where it is too long; two thirds of what is left are its end."""
    if len(text) <= length:
        return text
    end = 2 * (length - 3) // 3
    return f"{text[: length - 3 - end]}...{text[-end:]}"
