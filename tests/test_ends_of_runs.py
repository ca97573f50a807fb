"""Nothing that a plugin does passes as success: it is a failed run with a record, and named."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from rogues import Rogue, RogueGuard, RogueMetric, RogueNumbers
from toys import Toy, Workplace

import bench
from bench.cli.list import command as listing
from bench.cli.main import main
from bench.cli.run import command as running
from bench.cli.study import command as study
from bench.plugins import under_way
from bench.plugins.under_way import ENDED, RECORDED, Ended
from bench.running.failures import RunFailedError
from bench.running.pipeline import run
from bench.storage.fingerprint import digest
from bench.storage.request import RunRequest
from bench.storage.store import Run

REQUEST = RunRequest(plugin="rogue", dataset="toy", train_events=300, events=300)
PRINTED = {"printed", "written", "raw", "of a child"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    made = Workplace.at(tmp_path)
    made.add(Rogue, RogueNumbers, RogueGuard, RogueMetric)
    monkeypatch.setattr("bench.plugins.registry.load_registry", lambda: made.registry)
    monkeypatch.setenv("BENCH_HOME", str(made.home.root))
    monkeypatch.setenv("BENCH_RUNS", str(made.store.root))
    return made


def do(place: Workplace, **options: str) -> Run:
    asked_for = replace(REQUEST, options=options)
    return run(asked_for, place.registry, place.home, place.store, place.context)[0]


@pytest.mark.parametrize(
    ("option", "how", "why"),
    [
        ("how", "fit:exit-0", "SystemExit: 0"),
        ("how", "fit:exit-3", "SystemExit: 3"),
        ("how", "fit:exit-none", "SystemExit"),
        ("how", "fit:exit-text", "SystemExit: done"),
        ("how", "fit:interrupt", "KeyboardInterrupt"),
        ("how", "fit:generator", "GeneratorExit"),
        ("how", "fit:odd", "OddError: odd"),
        ("how", "fit:stop", "StopIteration"),
        ("how", "score:exit-0", "SystemExit: 0"),
        ("how", "score:interrupt", "KeyboardInterrupt"),
        ("when", "learn:exit-0", "SystemExit: 0"),
        ("when", "encode:odd", "OddError: odd"),
    ],
)
def test_what_leaves_or_raises_is_a_failed_run(
    place: Workplace, option: str, how: str, why: str
) -> None:
    with pytest.raises(RunFailedError) as stop:
        do(place, **{option: how})
    assert stop.value.code == 1
    (record,) = (one.record for one in place.store.runs())
    assert record.status == "failed"
    assert record.error is not None
    assert why in record.error
    assert "misbehave" in (stop.value.run.folder / "traceback.txt").read_text()


@pytest.mark.parametrize("way", ["exit-0", "odd", "interrupt"])
def test_a_guard_or_a_metric_that_leaves_has_said_nothing(
    place: Workplace, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROGUE", f"guard:{way}")
    verdicts = {verdict.code: verdict for verdict in do(place).record.verdicts}
    assert verdicts["ROGUE001"].broke
    assert "could not look" in verdicts["ROGUE001"].findings[0]
    monkeypatch.setenv("ROGUE", f"metric:{way}")
    metrics = do(place, offset="0.1").metrics()
    assert metrics.estimates["rogue-metric"].value is None
    assert metrics.estimates["rogue-metric"].note.startswith("failed: ")


@pytest.mark.parametrize("way", ["exit-0", "odd", "interrupt"])
def test_what_a_dataset_breaks_before_a_run_has_its_events_has_a_record(
    place: Workplace, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rogues import misbehave

    monkeypatch.setattr(Toy, "table", lambda *_: misbehave(f"table:{way}", "table"))
    with pytest.raises(RunFailedError):
        do(place)
    (record,) = (one.record for one in place.store.runs())
    assert (record.status, record.dataset, record.sample) == ("failed", "toy", None)
    listed = CliRunner().invoke(listing, ["runs"]).stdout
    assert listed.split()[1:3] == ["failed", "toy"]


@pytest.mark.parametrize("way", ["interrupted", "interrupted import"])
def test_the_users_own_interruption_is_told_from_a_plugins(
    place: Workplace, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.plugins.interruption.RECENT", 0.0)
    with pytest.raises(KeyboardInterrupt):
        do(place, how=f"fit:{way}")  # which its model has made something else of
    assert [one.record.status for one in place.store.runs()] == ["interrupted"]


def test_no_exit_of_a_plugin_is_that_of_the_command(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def leave(*_: object) -> None:
        sys.exit(0)

    monkeypatch.setattr("bench.running.parts.resolve_parts", leave)
    monkeypatch.setattr(sys, "argv", ["bench", "run", "--plugin", "rogue", "--dataset", "toy"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 1
    assert "left by sys.exit(0); nothing came to its end" in capfd.readouterr().err


def test_a_study_goes_on_and_says_what_failed(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Run] = []
    monkeypatch.setattr("bench.report.page.write_report", lambda done, *_: reported.extend(done))
    runs = ('how = "fit:exit-0"', 'how = "fit:odd"', "")
    said = "".join(f"[[runs]]\nset = {{ {one} }}\n" for one in runs)
    defaults = 'plugin = "rogue"\ndataset = "toy"\ntrain_events = 300\nevents = 300\n'
    (tmp_path / "study.toml").write_text(f"[defaults]\n{defaults}{said}")
    ran = CliRunner().invoke(study, [str(tmp_path / "study.toml")], standalone_mode=False)
    assert ran.return_value == 1
    assert sorted(one.record.status for one in place.store.runs()) == ["failed", "failed", "ok"]
    assert "bench: 2 of 3 runs did not end well: run 1 (rogue, how=fit:exit-0" in ran.stderr
    assert len(reported) == 3


@pytest.mark.parametrize("how", ["fit:prints", "score:prints", "fit:prints and breaks"])
def test_what_is_printed_goes_to_the_runs_folder(
    place: Workplace, how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [
        "--plugin",
        "rogue",
        "--dataset",
        "toy",
        "--train-events",
        "300",
        "--set",
        f"how={how}",
    ]
    ran = CliRunner().invoke(running, words, standalone_mode=False)
    (done,) = place.store.runs()
    lines = (done.folder / "printed.txt").read_text().splitlines()
    assert set(lines) >= PRINTED
    assert "printed.txt" in done.record.files
    assert capfd.readouterr().out == ""
    assert not PRINTED & set(ran.stdout.splitlines())
    if "breaks" in how:
        assert ran.return_value == 1
        assert f"it printed, at last (see {done.folder / 'printed.txt'}):" in ran.stderr
        assert set(lines[-3:]) <= set(ran.stderr.splitlines())


def test_nothing_is_kept_where_nothing_is_printed(place: Workplace) -> None:
    assert not {"printed.txt", ".printed"} & {path.name for path in do(place).folder.iterdir()}


class Looking(Rogue):
    """A model that looks at the runs while it is fitted."""

    name = "looking"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> object:
        if len(train) > 200:
            seen.append(CliRunner().invoke(listing, ["runs"]).stdout.split())
        return super().fit(train, valid, context)


seen: list[list[str]] = []


def test_a_run_is_listed_from_its_beginning_on(place: Workplace) -> None:
    place.add(Looking)
    seen.clear()
    request = replace(REQUEST, plugin="looking")
    done, _ = run(request, place.registry, place.home, place.store, place.context)
    assert seen[0][:2] == [done.name, "running"]
    assert CliRunner().invoke(listing, ["runs"]).stdout.split()[:2] == [done.name, "ok"]


def test_what_ended_without_a_word_is_named_and_cleared(place: Workplace) -> None:
    done = do(place)
    begun = place.store.claim("2026-01-01T00:00:00Z", "0" * 64)
    place.store.begin(begun, replace(done.record, status="started", files={}))
    bare = place.store.claim("2026-01-02T00:00:00Z", "1" * 64)
    for folder in (begun, bare):
        key = done.record.id if folder == begun else "1" * 64
        lock = place.store.root / ".locks" / f"{key[:32]}.lock"
        lock.parent.mkdir(exist_ok=True)
        lock.touch()
    (place.store.root / ".locks" / f"{'0' * 32}.lock").touch()
    assert [one.name for one in place.store.runs()] == [done.name]
    told_of = CliRunner().invoke(listing, ["runs"])
    rows = [line.split()[:2] for line in told_of.stdout.splitlines()]
    assert rows == [[begun.name, "ended"], [bare.name, "ended"], [done.name, "ok"]]
    assert "2 runs ended without a word; `bench list runs --clear`" in told_of.stderr
    with pytest.raises(bench.RequestError, match="has no end: under way, or not; `bench list"):
        place.store.pick([begun.name])
    cleared = CliRunner().invoke(listing, ["runs", "--clear"])
    assert cleared.stderr.count("which ended without a word") == 2
    assert [one.name for one in place.store.root.iterdir() if "Z-" in one.name] == [done.name]


@pytest.fixture
def earlier(monkeypatch: pytest.MonkeyPatch) -> str:
    """What is at work in a run, as another process may have been ended by it."""
    monkeypatch.setattr(under_way, "ENDED", ENDED)
    yield f"the run {digest(replace(REQUEST, options={'how': ''}).said())}"
    ENDED.clear()
    RECORDED.clear()


@pytest.mark.parametrize("begun", [True, False])
def test_a_run_that_ended_an_earlier_process_is_recorded_and_not_done_again(
    place: Workplace, earlier: str, begun: bool
) -> None:
    folder = place.store.claim("2026-01-01T00:00:00Z", "0" * 64)
    if begun:
        from bench.storage.record import RunRecord

        record = RunRecord("0" * 64, "2026-01-01T00:00:00Z", "started", "rogue", "toy", 0, {})
        place.store.begin(folder, record)
        (folder / ".printed").write_text("at the very end\n")
    ENDED[earlier] = Ended("killed by SIGSEGV", folder.name)
    with pytest.raises(RunFailedError, match="failed: killed by SIGSEGV") as stop:
        do(place, how="")
    assert (stop.value.run.folder == folder) is begun
    assert stop.value.printed[1:] == (["at the very end"] if begun else [])
    RECORDED[earlier] = stop.value.run.name  # for a third process
    with pytest.raises(RunFailedError, match="failed: killed by SIGSEGV"):
        do(place, how="")
    assert len(list(place.store.runs())) == 1
