"""A study file that is odd, broken or hostile: one line with file, run and key, exit code 2."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from toys import Workplace

from bench.api.errors import RequestError
from bench.cli.main import main
from bench.cli.plan import command as planning
from bench.cli.study import command
from bench.running.study import read_study

RUN = '[[runs]]\nplugin = "cut"\ndataset = "toy"\n'
DEEP = 5000


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    place = Workplace.at(tmp_path / "desk")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: place.registry)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    return place


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "study.toml: no runs; wanted"),
        (b"\0\0\0", "study.toml: not TOML"),
        (b'title = "\xff"\n' + RUN.encode(), "study.toml: not TOML, which is UTF-8"),
        (RUN.encode("utf-16"), "study.toml: not TOML, which is UTF-8"),
        (f"title = {'[' * DEEP}{']' * DEEP}", "study.toml: nested too deeply"),
        (f"{RUN}set = {{ a = {'[' * DEEP}{']' * DEEP} }}", "study.toml: nested too deeply"),
        (f"{RUN}set = {'{a=' * DEEP}1{'}' * DEEP}", "study.toml: nested too deeply"),
        (f"{RUN}set.{'.'.join('a' * 9)} = 1", "run 1, set: nested too deeply; wanted PART.OPTION"),
        (f"{RUN}set.{'.'.join('a' * 2000)} = 1", "nested too deeply"),
        (f'{RUN}plugin = "cut"', "study.toml: not TOML: Cannot overwrite a value"),
        (f"[defaults]\n[defaults]\n{RUN}", "study.toml: not TOML: Cannot declare"),
        ("runs = {}", "study.toml, runs: wanted a list, got a table"),
        ("runs = [[]]", "study.toml, run 1: wanted a table, got a list"),
        (f"{RUN}set = [1]", "study.toml, run 1, set: wanted a table, got a list"),
        (f"{RUN}set = {{ scale = {{}} }}", "study.toml, run 1, set, scale: an empty table"),
        (f"{RUN}set = {{ scale = 2020-01-01 }}", "study.toml, run 1: cut: option scale=2020-01-01"),
        (f"{RUN}set = {{ scale = [1, 2] }}", "study.toml, run 1: cut: option scale=1,2"),
        (f"{RUN}set = {{ skale = 1 }}", "study.toml, run 1: no option 'skale'"),
        (f"{RUN}set.scale.x = 1", "study.toml, run 1: option 'scale.x'"),
        (f"{RUN}plugin2 = 1", "study.toml, run 1: no key 'plugin2'; did you mean plugin?"),
        (f'{RUN}"a\\nb" = 1', r"study.toml, run 1: no key 'a\nb'"),
        (f"{RUN}{RUN}seed = 1979-05-27", "run 2, seed: wanted a whole number, got a date"),
        (f'{RUN}edition = "new"', "run 1, edition: no 'new'; there is: official, twin"),
        (f"{RUN}encoder = 3", "run 1, encoder: wanted a text or a list, got a whole number"),
        (f'{RUN}encoder = "numbres"', "study.toml, run 1: no encoder 'numbres'; did you mean"),
        (
            f'{RUN}encoder = ["numbers", "numbers"]',
            "run 1: the view 'numbers' is given",
        ),
        (f'{RUN}ratio = "2:x"', "study.toml, run 1: no class ratio '2:x'"),
        (f'{RUN}device = "tpu"', "study.toml, run 1: no device 'tpu'"),
        (f"{RUN}seed = {10**30}", "study.toml, run 1: seed 1000"),
        (f"{RUN}threshold = nan", "study.toml, run 1: no threshold 'nan'"),
        (f'{RUN}file = "nowhere.h5"', "study.toml, run 1, file: 'nowhere.h5': no such file"),
        (f'{RUN}file = "."', "study.toml, run 1, file: '.': no such file"),
        (f'{RUN}file = "a\\u0000"', "study.toml, run 1, file:"),
        (f"{RUN}file = 3", "study.toml, run 1, file: wanted a text, got a whole number"),
        (f'counts = ["nowhere.csv"]\n{RUN}', "study.toml, counts: nowhere.csv: No such file"),
        (f'counts = ["a\\u0000"]\n{RUN}', "study.toml, counts: a"),
        (f'[report]\nformats = ["exe"]\n{RUN}', "study.toml, report, formats: no format 'exe'"),
        (b"#" * 10_000_001, "study.toml: larger than 10 MB"),
    ],
)
def test_a_mistake_is_one_line_that_says_where_it_is(
    desk: Workplace, content: str | bytes, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("study.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    for words in (["study", "study.toml"], ["plan", "study.toml"]):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["bench", *words])
            with pytest.raises(SystemExit) as stop:
                main()
        printed = capfd.readouterr()
        assert stop.value.code == 2, printed.err
        assert not printed.out
        (line,) = printed.err.splitlines()
        assert message in line
        assert "study.toml" in line
    assert not Path("runs").exists()


@pytest.mark.parametrize("special", ["/dev/zero", "pipe"])
def test_what_is_no_regular_file_is_not_read(special: str, tmp_path: Path) -> None:
    if special == "pipe":
        special = str(tmp_path / "pipe")
        os.mkfifo(special)
    with pytest.raises(RequestError, match="not a regular file"):
        read_study(Path(special))


def test_one_word_stands_for_a_list_of_one(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(f'{RUN}encoder = "numbers"\nallow = "B033"\n')
    (request,) = read_study(file).runs
    assert (request.encoders, request.allow) == (["numbers"], ["B033"])


def test_a_mark_that_editors_begin_a_file_with_is_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_bytes(b"\xef\xbb\xbf" + f'title = """a\nb"""\n{RUN}'.encode())
    assert read_study(file).title == "a b"


@pytest.mark.parametrize("folder", ["beside", "here"])
def test_a_run_is_evaluated_on_the_file_that_it_names(
    desk: Workplace, tmp_path: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.report.page.write_report", lambda *_: "page")
    study = tmp_path / "beside" / "study.toml"
    study.parent.mkdir()
    (tmp_path / ("beside" if folder == "beside" else ".") / "mine.txt").write_text("900 7")
    study.write_text(f'{RUN}file = "mine.txt"\nencoder = "numbers"\ntrain_events = 300\n')
    words = [str(study), "--runs", str(desk.store.root)]
    ran = CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
    assert ran.return_value == 0, ran.output
    (done,) = desk.store.runs()
    assert done.record.sample is not None
    assert done.record.sample.signal + done.record.sample.background <= 900
    planned = CliRunner().invoke(planning, words, standalone_mode=False, catch_exceptions=False)
    assert "done" in planned.output or "run" in planned.output
