"""The first screen of a report: which model, by how much, and whether to believe it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from toys import Workplace

from bench.cli.report import command
from bench.comparison.paired import Difference, auc_difference
from bench.metrics.ranking import AT_FLOOR
from bench.report import tested as apart
from bench.report.blocks import anchor
from bench.report.event_sets import EventSet, event_sets
from bench.report.page import write_report
from bench.report.sections.answer import WORDS, answer, less
from bench.report.sections.believe import believe
from bench.report.sections.first import counts, first_screen
from bench.report.up_to_date import out_of_step
from bench.running.pipeline import run
from bench.storage.archive import pack, unpack
from bench.storage.record import Verdict
from bench.storage.report_contents import PLAIN
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store

BASE = RunRequest(plugin="cut", dataset="toy")
NOISY = replace(BASE, permute="numbers")
FEW = {"ratio": "1:10", "events": 220}
REQUESTS = [
    *(replace(one, seed=seed) for one in (BASE, NOISY) for seed in (0, 1, 2)),
    replace(BASE, threshold="0.7"),
    *(replace(one, **FEW) for one in (BASE, NOISY)),
]


def made(folder: Path) -> list[Run]:
    place = Workplace.at(folder)
    return [run(r, place.registry, place.home, place.store, place.context)[0] for r in REQUESTS]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    return made(tmp_path_factory.mktemp("screen") / "place")


@pytest.fixture(scope="module")
def page(runs: list[Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(runs, tmp_path_factory.mktemp("page"))


def of_sample(runs: Sequence[Run], place: int = 0) -> apart.Tested:
    return apart.Tested.of(event_sets(runs)[place])


def called(one: Run, **changes: object) -> Run:
    """The run under another name, with options or from another package."""
    record = one.record
    if package := changes.pop("package", None):
        record = replace(record, model=replace(record.model, distribution=package))
    return replace(one, record=replace(record, **changes))


def told(runs: Sequence[Run], tests: Sequence[apart.Tested]) -> dict[str, str]:
    return {item.about: item.text for item in believe(runs, tests)}


def test_samples_stand_in_the_order_of_the_runs_whatever_they_are_called(
    runs: list[Run],
) -> None:
    names = [events.brief for events in event_sets(runs)]
    assert names == ["toy natural", "toy 1:10"]
    assert [events.brief for events in event_sets(runs[::-1])] == names[::-1]


def test_a_packed_report_keeps_the_order_of_its_samples(runs: list[Run], tmp_path: Path) -> None:
    for name, some in (("one", runs), ("two", runs[::-1])):
        written = write_report(some, tmp_path / name, blank=True).read_text()
        pack(some, PLAIN, tmp_path / name)
        assert out_of_step(tmp_path / name) == []
        back = unpack(tmp_path / name, Store(tmp_path / f"{name} runs"))
        assert [one.name for one in back] == [one.name for one in some]
        first = written.partition("## Answer")[2].lstrip()
        assert first.startswith("- **[toy natural]" if name == "one" else "- **[toy 1:10]")


def test_a_sample_is_told_in_plain_words(runs: list[Run]) -> None:
    sample = replace(event_sets(runs)[0].sample, signal=8, background=90)
    assert EventSet(sample, ()).heading == (
        "toy (simulated), test split, 8 signal and 90 background events (natural ratio)"
    )
    rare = replace(sample, ratio="all-signal", split="all", edition="official")
    assert EventSet(rare, ()).heading == (
        "toy (official), all 8 signal events and 90 background events weighted back"
    )


def test_samples_that_read_alike_are_told_apart(runs: list[Run]) -> None:
    def other(**changes: object) -> list[Run]:
        own = [replace(one, record=replace(one.record)) for one in runs[:1]]
        sample = replace(own[0].record.sample, **changes)
        return [called(own[0], sample=sample)]

    def names(**changes: object) -> list[str]:
        return [events.brief for events in event_sets([runs[0], *other(**changes)])]

    assert names(edition="official") == ["toy (simulated) natural", "toy (official) natural"]
    assert names(fingerprint="f" * 64, signal=9)[1].startswith("toy (simulated) test natural @")
    same = event_sets([runs[0], *other(fingerprint="f" * 64)])
    assert [events.brief[-13:] for events in same][1] == "events ffffff"
    assert len({events.heading for events in same}) == 2


def test_an_answer_says_what_leads_and_by_how_much(runs: list[Run]) -> None:
    one = of_sample([runs[0], runs[3], runs[6]])
    best, second = one.settings[0].middle, one.settings[-1].middle
    difference = auc_difference(best.scored(), second.scored())
    assert difference.value > 0.3
    text = answer(one)
    assert re.match(r"cut and cut, threshold 0.7 leads \(one seed\), AUC 0\.9", text)
    assert f"Next: cut, numbers permuted {less(difference, 3)}." in text
    seeds = answer(of_sample(runs[:6]))
    assert seeds.startswith("cut leads, AUC 0.9")  # three seeds: nothing to be said of one


def test_a_difference_is_how_much_less_with_its_interval(runs: list[Run]) -> None:
    one = of_sample(runs)
    d = one.ahead(one.settings[-1])
    text = less(d)
    value, low, high = map(float, re.findall(r"-?\d\.\d+", text))
    assert (value, low, high) == pytest.approx((-d.value, -d.high, -d.low), abs=6e-5)
    assert low < value < high < 0
    nought = replace(d, value=0.0001, low=-0.0009, high=0.0012)
    assert less(nought, 3) == "0.000 [-0.001, 0.001]"


def test_the_best_of_each_family_is_named_whoever_made_it(runs: list[Run]) -> None:
    strange = [called(one, package="bench-strange") for one in runs[3:6]]
    one = of_sample([*runs[:3], *strange])
    assert [setting.family for setting in one.settings] == ["classifier-bench", "strange"]
    assert one.best_of_others == [one.settings[1]]
    assert "Best of each other family: cut, numbers permuted -0." in answer(one)
    twin = [
        called(one, package="other", request={**one.record.request, "options": {"a": "b"}})
        for one in runs[:3]
    ]
    both = answer(of_sample([*runs[:3], *twin, *runs[3:6]]))
    assert both.startswith("No winner: cut and cut, a=b share") or "tied" in both


@pytest.mark.parametrize("words", [0, 3, 30, 90])
def test_an_answer_has_at_most_forty_words(runs: list[Run], words: int) -> None:
    def long(one: Run, number: int) -> Run:
        options = {"why": " ".join(["word"] * words + [str(number)])}
        request = {**one.record.request, "options": options, "seed": 0}
        return called(one, request=request, package=f"package {number}", scores=str(number))

    named = [long(one, number) for number, one in enumerate([*runs[:6], *runs[:6]])]
    for count in (1, 2, 3, 12):
        text = answer(of_sample(named[-count:]))
        assert 4 < len(text.split()) <= WORDS
        assert text.count("[") <= 6


def test_the_counts_are_of_runs_findings_and_ends(runs: list[Run]) -> None:
    def judged(severity: str, *, allowed: bool = False) -> list[Verdict]:
        return [Verdict("B000", "x", severity, ["wrong"], allowed=allowed)]

    clean = [called(one, verdicts=[]) for one in runs[:4]]
    assert counts(clean) == "4 runs · 0 void · 0 warned · 0 notes"
    changed = [
        called(clean[0], verdicts=judged("note") * 2),
        called(clean[1], verdicts=judged("warn") * 2, status="interrupted"),
        called(clean[2], verdicts=judged("void"), status="void"),
        called(clean[3], verdicts=judged("void", allowed=True), status="failed"),
    ]
    assert counts(changed) == (
        "4 runs · 1 void · 1 warned · 2 notes · 1 failed · 1 interrupted · 1 let through"
    )


def test_what_is_to_be_believed_is_said(runs: list[Run]) -> None:
    tests = [of_sample(runs, place) for place in (0, 1)]
    lines = told(runs, tests)
    assert lines["Seeds"].startswith("up to 3 a model; one alone of cut, threshold 0.7, cut and 1")
    assert lines["Data"] == "simulated by the bench itself (twin), not the published files"
    assert lines["Few events"] == (
        "20 of signal in toy 1:10: hardly anything can be told from them"
    )
    assert "Not known" not in lines
    floors = [
        sum(AT_FLOOR in s.middle.metrics().estimates["max_sic"].note for s in t.settings)
        for t in tests
    ]
    assert any(floors)
    for one, count in zip(tests, floors, strict=True):
        assert (f"{one.events.brief} {count} of {len(one.settings)}" in lines["Floor"]) == bool(
            count
        )
    assert told(runs[:6], tests[:1] and [of_sample(runs[:6])])["Seeds"] == "3 a model"
    official = [called(one, sample=replace(one.record.sample, edition="official")) for one in runs]
    assert told(official, [])["Data"] == "the official files, as they were published"
    unguarded = [called(one, verdicts=[]) for one in runs]
    assert told(unguarded, [])["Not known"] == "what guards would say of 9 of 9 runs"


def test_one_seed_each_says_so_and_what_more_would_cost(runs: list[Run]) -> None:
    spent = {"fit": 60.0, "score evaluated": 30.0}
    fits = {"a": runs[0], "b": runs[3]}
    two = [called(one, seconds=spent, fit=name) for name, one in fits.items()]
    tests = [of_sample(two)]
    assert told(two, tests)["Seeds"] == (
        "one each: another seed may turn an order round; two more would take about 6 min"
    )
    shared = [called(one, fit="a") for one in two]
    assert told(shared, [of_sample(shared)])["Seeds"].endswith("about 4 min")
    unknown = [called(two[0], seconds={"judge": 1.0}), two[1]]
    assert told(unknown, [of_sample(unknown)])["Seeds"].endswith("round")


def test_the_page_begins_with_all_of_it_in_forty_lines(page: Path) -> None:
    head = page.read_text().splitlines()[:40]
    text = "\n".join(head)
    assert head[2] == "9 runs · 0 void · 0 warned · 5 notes" or re.match(r"9 runs · ", head[2])
    for part in (
        "## Answer",
        "## Can it be believed?",
        "(figures/forest.png)",
        "(figures/order.png)",
    ):
        assert part in text
    assert (page.parent / "figures" / "order.png").read_bytes().startswith(b"\x89PNG")


def test_every_link_of_the_pages_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    targets = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert len(targets) > 5
    assert targets <= {anchor(heading.replace("\\", "")) for heading in headings}
    web = (page.parent / "report.html").read_text()
    ids = re.findall(r' id="([^"]+)"', web)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', web)) <= set(ids)
    assert re.search(r'<a class="word" href="#word-holm" title="the correction for many', web)


def test_more_samples_than_there_is_room_for_are_folded(runs: list[Run]) -> None:
    samples = [
        called(
            runs[0], sample=replace(runs[0].record.sample, fingerprint=f"{n}" * 64, signal=n + 1)
        )
        for n in range(7)
    ]
    tests = [apart.Tested.of(events) for events in event_sets(samples)]
    blocks = first_screen("t", samples, tests, [], [])
    column = blocks[-1].columns[0]
    assert len(column[1].items) == 4
    assert column[2].summary == "3 more samples"
    assert len(column[2].blocks[0].items) == 3


def test_a_terminal_shows_the_words_of_links_and_folds_alone(
    runs: list[Run], tmp_path: Path
) -> None:
    words = ["-o", str(tmp_path), "--runs", str(runs[0].folder.parent)]
    shown = CliRunner().invoke(command, words, catch_exceptions=False).output
    assert "- **toy natural**: " in shown
    assert "Over seeds\n" in shown
    assert not re.search(r"</?details>|</?summary>|\]\(#", shown)


def test_one_seed_is_said_to_be_one_where_it_wins(runs: list[Run], tmp_path: Path) -> None:
    caution = "One seed does not make a winner"
    one = write_report([runs[0], runs[3]], tmp_path / "one", blank=True).read_text()
    assert "Best: cut, seed 0." in one
    assert caution in one
    assert "leads (one seed)" in one
    three = write_report(runs[:6], tmp_path / "three", blank=True).read_text()
    assert "Best: cut." in three
    assert caution not in three
    assert "(one seed)" not in three


@pytest.mark.parametrize(("needed", "text"), [(165909, "170,000"), (1234, "1,200"), (87, "87")])
def test_how_many_events_it_would_take_is_told_to_two_digits(needed: int, text: str) -> None:
    assert Difference("AUC", 0.1, 0.0, 0.2, 0.1, "m", needed).signal_events == text
