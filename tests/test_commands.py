"""Every command of the documents and of the help texts works as it is written there."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from documented import HOUSE, PAGES, TYPED, Block, blocks, examples, lines, parsed, spans
from own_files import write_own_files

from bench.cli.main import cli, main

MINE = "bench data import events.parquet --name mine --signal-file signal.parquet"
ALL_IN = "bench run --plugin gbt --dataset rd --dry-run --region m_jj=1000:9000"
WEAK = "bench run --plugin gbt --dataset rd --region m_jj=3300:3700 --labels data --inject 500"
SMALL = {
    "bench run --plugin llm-nfa --dataset blackbox1": "--dry-run",
    "bench run --plugin llm-nfa --dataset rd --permute numbers": "--dry-run",
    "bench run --plugin llm-nfa --dataset rd --without numbers": "--dry-run",
    "bench run --plugin llm-nfa --dataset rd --labels shuffled": "--dry-run",
    "bench run --plugin llm-text --dataset rd --set digits=2": "--dry-run",
    "bench run --plugin gbt --dataset blackbox1 --ratio natural --events 8000": "--events 60",
    "bench data make rd --background 100000 --seed 1": "--background 150 --signal 150 --force",
    "bench data make rd --set variation=recoil": "--background 150 --signal 150",
    MINE: "--force",
}
"""What is added to a command that would take minutes, or that has been typed already."""
INSTEAD = {
    "bench study reports/llm-controls/study.toml -o controls": (
        "bench plan reports/llm-controls/study.toml"
    ),
    "bench COMMAND --help": "bench run --help",
    "bench data check FILE": "bench data check ../shared/data/lhco_rd_sample.h5",
    "bench doctor RUN": "bench doctor 20261123T15",
    "bench study FILE.toml": "bench study two.toml -o studied",
    "bench study reports/baselines/study.toml --on local:4": (
        "bench study two.toml --on local:2 -o at-once"
    ),
    "bench study FILE --quick": "bench study two.toml --quick",
    "bench run --plugin gbt --dataset rd --region m_jj=3300:3700 --ratio all-signal": (
        f"{ALL_IN} --ratio all-signal"
    ),
    "bench run --plugin gbt --dataset rd --region m_jj=3300:3700": ALL_IN,
    WEAK: f"{ALL_IN} --labels data --inject 20",
    f"{WEAK} --against sidebands --set only=j1_m,j2_m,j1_n,j2_n": (
        "bench run --plugin gbt --dataset rd --dry-run --region m_jj=2500:5000 --labels data "
        "--inject 20 --against sidebands --set only=j1_m,j2_m,j1_n,j2_n"
    ),
    "bench run --plugin gbt --dataset rd --protocol backtotheroots": (
        "bench run --plugin gbt --dataset rd --protocol benchtools"
    ),
    "bench run --quick": "bench run --plugin gbt --dataset rd --quick",
    "bench run --device cuda": "bench run --plugin mlp --dataset rd --device cpu --dry-run",
    "bench new dataset": "bench new dataset my-data",
    "bench new model": "bench new model my-model",
    "bench new metric": "bench new metric my-metric",
    "bench run --set clip=3": "bench run --plugin linear --dataset rd --dry-run --set strength=3",
}
"""What is typed for a command that fits a dozen language models, or that is no whole one."""
GUIDED = re.compile("my-encoder|my-events")
"""What is told of them is typed where they are installed: `test_guide`, `test_new_dataset`."""
EVENT = """jet  pT [TeV]  eta    phi     m [GeV]  n   pT_lead [GeV]
1    1.41157   -0.28  2.748   94.28    22  354.8
2    1.30657   1.044  -0.474  401.5    63  253.8
162 particles in total
"""
FOR_OPTIONS = (
    "bench run --plugin gbt --dataset blackbox3 --set signal=trijet",
    "bench run --plugin gbt --dataset rd --set features=substructure --dry-run",
    "bench run --plugin gbt --dataset rd --set leave_out=m_jj --dry-run",
    "bench run --plugin gbt --dataset rd --set constituents=true --set other_particles=true "
    "--dry-run",
    "bench run --plugin llm-nfa --dataset rd --set lr=0.0005 --set base=none --dry-run",
    "bench run --plugin llm-nfa --dataset rd --set numbers=permuted --set tuning=frozen --dry-run",
    "bench run --plugin llm-nfa --dataset rd --set numbers=zeroed --set init=random --dry-run",
    "bench run --plugin llm-text --dataset rd --set decode=generate --dry-run",
    "bench run --plugin gbt --dataset rd --train-events all --events all",
    "bench run --plugin gbt --dataset blackbox3 --set evaluated.radius=0.8 --set train.radius=0.5 "
    "--dry-run",
)
"""Whole commands with options that stand in running text."""
IN_BLOCKS = lines(*PAGES)
MARKED = [
    line
    for block in blocks(*PAGES)
    if block.reason is not None
    for line in block.lines
    if line.startswith("bench ")
]
"""Commands of which the page says why no test runs them."""
IN_TEXT = [span for span in spans(*PAGES) if TYPED.match(span)]


def runnable() -> list[str]:
    """All that is to be typed here: of blocks, of running text, and for options."""
    typed = [span for span in IN_TEXT if span.startswith("bench ") and not is_name(span)]
    every = dict.fromkeys([*IN_BLOCKS, *typed, *FOR_OPTIONS])
    here = [line for line in every if line.startswith("bench ")]
    return [line for line in here if not GUIDED.search(line) or line.startswith("bench new ")]


def is_name(span: str) -> bool:
    """Whether a command is named and not told to be typed: `bench data import`."""
    command, words = cli, span.split()[1:]
    while words and hasattr(command, "get_command"):
        command = command.get_command(None, words[0])
        words = words if command is None else words[1:]
    return not words and command is not None


@dataclass(frozen=True)
class Desk:
    """A folder to type in."""

    folder: Path
    runs: tuple[str, ...] = ()
    """Names of runs to put where a document has names of its author's."""

    def words(self, line: str) -> list[str]:
        """The words after `bench`, with names of runs that there are."""
        named = iter(self.runs)
        return [
            next(named) if re.fullmatch(r"20\d{6}T\d\d", word) else word
            for word in shlex.split(line)[1:]
        ]


def type_in(desk: Desk, line: str) -> int:
    """Do what a user does who types the line; gives the exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(desk.folder)
        patch.setenv("BENCH_HOME", str(desk.folder / "home"))
        patch.setenv("BENCH_JOBS", "1")
        patch.setattr(sys, "argv", ["bench", *desk.words(line)])
        with pytest.raises(SystemExit) as stop:
            main()
    return int(stop.value.code or 0)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Small twins, two runs, and the files that documents name."""
    folder = tmp_path_factory.mktemp("typed") / "work"
    folder.mkdir()
    desk = Desk(folder)
    for line in (
        "bench data make rd --signal 150 --background 150",
        "bench data make blackbox1 --signal 40 --background 80",
        "bench data make blackbox3 --signal 60 --background 80",
        "bench run --plugin gbt --dataset rd",
        "bench run --plugin linear --dataset rd",
    ):
        assert type_in(desk, line) == 0, line
    runs = sorted((folder / "runs").glob("[!.]*"))
    shutil.copy(runs[0] / "scores.parquet", folder)
    write_files(folder)
    assert type_in(desk, MINE) == 0
    return Desk(folder, tuple(run.name for run in runs))


def write_files(folder: Path) -> None:
    """Files of the user's own: official events, lists of particles, scores, counts, studies."""
    import pandas as pd

    (folder / "event.txt").write_text(EVENT)
    rows = turned(folder / "home" / "data" / "rd.twin.h5", folder.parent / "shared" / "data")
    for name, label in (("events", 0), ("signal", 1)):
        events = [row[:2100].reshape(700, 3) for row in rows[rows[:, 2100] == label]]
        events = [event[event[:, 0] > 0] for event in events]
        columns = {key: [e[:, i] for e in events] for i, key in enumerate(("pt", "eta", "phi"))}
        pd.DataFrame(columns).to_parquet(folder / f"{name}.parquet")
    write_own_files(folder, rows)
    scores = pd.read_parquet(folder / "scores.parquet")
    scores[scores["sample"] == "evaluated"].to_csv(folder / "scores.csv", index=False)
    counts = {"true_signal": 80, "signal": 100, "true_background": 950, "background": 1000}
    published = pd.DataFrame([{"model": "forest", "dataset": "rd", **counts}])
    published.to_csv(folder / "published.csv", index=False)
    (folder / "two.toml").write_text(
        '[defaults]\ndataset = "rd"\n[[runs]]\nplugin = "gbt"\n[[runs]]\nplugin = "linear"\n'
    )
    for study in (HOUSE / "reports").glob("*/study.toml"):
        beside = folder / "reports" / study.parent.name
        beside.mkdir(parents=True)
        sizes = re.compile(r"^(train_)?events = \d+$", flags=re.MULTILINE)
        (beside / "study.toml").write_text(sizes.sub("", study.read_text()))
    shutil.copytree(HOUSE / "reports" / "diary", folder / "reports" / "diary", dirs_exist_ok=True)


def turned(twin: Path, folder: Path) -> object:
    """Events of a twin turned round the beam, as an official file; its rows."""
    import h5py
    import hdf5plugin  # noqa: F401
    import numpy as np

    with h5py.File(twin) as file:
        rows = file["df/block0_values"][:]
    particles = rows[:, :2100].reshape(-1, 700, 3)
    phi = np.remainder(particles[..., 2] + 1 + np.pi, 2 * np.pi) - np.pi
    particles[..., 2] = np.where(particles[..., 0] > 0, phi, 0)
    folder.mkdir(parents=True)
    with h5py.File(folder / "lhco_rd_sample.h5", "w") as file:
        file["df/block0_values"] = rows
    return rows


@pytest.mark.parametrize("line", runnable())
def test_a_command_works_as_written(
    desk: Desk, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    typed = f"{INSTEAD.get(line, line)} {SMALL.get(line, '')}"
    code = type_in(desk, typed)
    printed = capfd.readouterr()
    assert code == 0, f"{typed}\n{printed.err}"
    assert (printed.out + printed.err).strip()
    if line not in INSTEAD:
        parsed(desk.words(line))


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line, more in SMALL.items() if more == "--dry-run"])
def test_a_command_that_takes_minutes_works_as_written(desk: Desk, line: str) -> None:
    assert type_in(desk, line) == 0


@pytest.mark.parametrize(
    "line", [*MARKED, *(x for x in IN_BLOCKS if GUIDED.search(x) and " run " in x)]
)
def test_a_command_that_is_not_run_is_one_that_the_command_line_takes(line: str) -> None:
    parsed(shlex.split(line.partition(" '>' ")[0])[1:])


@pytest.mark.parametrize("line", dict.fromkeys(examples(cli)))
def test_an_example_of_a_help_text_is_one_that_the_command_line_takes(line: str) -> None:
    parsed(shlex.split(line)[1:])


@pytest.mark.parametrize("line", [x for x in [*IN_BLOCKS, *IN_TEXT] if x.startswith("make ")])
def test_make_knows_what_it_is_told_to_make(line: str) -> None:
    words = shlex.split(line)
    ran = subprocess.run([*words, "-n"], cwd=HOUSE, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("span", [s for s in spans(*PAGES) if re.match(r"BENCH_\w+=", s)])
def test_a_variable_is_heeded(
    desk: Desk, span: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(*span.split("=", 1))
    assert type_in(desk, "bench list") == 0
    printed = capfd.readouterr()
    assert not printed.err
    assert ("llm-nfa" in printed.out) is ("PLUGINS" not in span)


@pytest.mark.parametrize("study", [b for b in blocks(*PAGES) if "[[runs]]" in b.content])
def test_a_study_of_the_documents_can_be_planned(
    desk: Desk, study: Block, capfd: pytest.CaptureFixture[str]
) -> None:
    (desk.folder / "documented.toml").write_text(study.content)
    code = type_in(desk, "bench plan documented.toml")
    printed = capfd.readouterr()
    assert code == 0, printed.err
    plugins = re.findall(r'plugin = "(\S+)"', study.content)
    assert [name for name in plugins if name not in printed.out] == []
    assert plugins


def test_every_option_of_the_running_text_is_in_a_command_that_is_run() -> None:
    typed = [shlex.split(line) for line in runnable()]
    values = {word for words in typed for word in words}
    options = [s.split()[1] for s in spans(*PAGES) if re.fullmatch(r"--set [\w.]+=[\w.]+", s)]
    missing = [option for option in options if option not in values | {"features=NAME"}]
    assert not missing, "add a whole command to FOR_OPTIONS"
    assert len(options) >= 4


def test_nothing_is_excused_that_no_document_says() -> None:
    said = {*IN_BLOCKS, *IN_TEXT}
    assert not [line for line in (*SMALL, *INSTEAD) if line not in said]
    programs = {line.split()[0] for line in said}
    assert programs == {"bench", "make", "pip", "python"}
    assert len(runnable()) >= 40


def test_a_new_command_that_does_not_work_would_be_seen(
    desk: Desk, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    text = "```sh\nbench run --plugin gbt \\\n    --dataset rdd   # a comment\n```\n"
    page.write_text(f"{text}\n<!-- not run: a reason -->\n```sh\nbench list\n```\n")
    (line,) = lines(page)
    assert line == "bench run --plugin gbt --dataset rdd"
    assert type_in(desk, line) == 2
    assert "did you mean rd" in capfd.readouterr().err
