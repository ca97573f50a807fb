"""The hash of a part's code: of a stranger's packages, changed once installed, and of the core."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from strangers import as_in_a_fresh_process, install, on_the_path, part, write_project

from bench.metrics.decisions import Decisions
from bench.metrics.ranking import AreaUnderCurve
from bench.storage import code_digest as code
from bench.storage import distributions
from bench.storage.syntax_digest import syntax_of


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("strange"))


@pytest.fixture
def site(installed: Path, tmp_path: Path) -> Iterator[Path]:
    with on_the_path(installed, tmp_path) as site:
        yield site


CHANGES = {
    "its own module, in a namespace package": ("ns_strange/model.py", "name = ", "other = "),
    "a second module of the distribution": ("strange_beside.py", "= 1", "= 2"),
    "a module on PYTHONPATH": ("../local/strange_local.py", "further", "further, sys"),
    "what such a module imports in turn": ("../local/strange_further.py", "= 1", "= 2"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_one_changed_byte_is_seen_in(site: Path, change: str) -> None:
    before = code.code_digest(part(), "strange")
    file, old, new = CHANGES[change]
    text = (site / file).read_text()
    assert old in text
    (site / file).write_text(text.replace(old, new, 1))
    as_in_a_fresh_process()
    assert code.code_digest(part(), "strange") != before


def test_a_file_that_is_no_code_is_seen_too(site: Path) -> None:
    before = code.code_digest(part(), "strange")
    (site / "ns_strange/weights.bin").write_bytes(b"\0\1")
    record = next(site.glob("strange-*.dist-info")) / "RECORD"
    record.write_text(record.read_text() + "ns_strange/weights.bin,,\n")
    as_in_a_fresh_process()
    with_weights = code.code_digest(part(), "strange")
    (site / "ns_strange/weights.bin").write_bytes(b"\0\2")
    as_in_a_fresh_process()
    assert len({before, with_weights, code.code_digest(part(), "strange")}) == 3


def test_a_reworded_sentence_changes_nothing(site: Path) -> None:
    before = code.code_digest(part(), "strange")
    file = site / "ns_strange/model.py"
    reworded = file.read_text().replace("A stranger's model.", "It cuts.").replace('"""Fit."""', "")
    reworded = reworded.replace("Cuts as the toy does.", "As the toy.").replace(
        "# and nothing", "#"
    )
    assert reworded != file.read_text()
    file.write_text(reworded)
    as_in_a_fresh_process()
    assert code.code_digest(part(), "strange") == before


def test_a_docstring_that_the_code_reads_is_code() -> None:
    prompts = (f'"""{text}"""\nprompt = __doc__\n'.encode() for text in ("Signal?", "Background?"))
    assert len({code.syntax_digest(source) for source in prompts}) == 2
    texts = (f'def f():\n    """{text}"""\n'.encode() for text in ("one", "other"))
    assert len({code.syntax_digest(source) for source in texts}) == 1
    assert code.syntax_digest(b"x = 'a'") != code.syntax_digest(b"x = 'b'")
    assert code.syntax_digest(b"no python (") != code.syntax_digest(b"no python )")


def test_the_source_of_an_editable_install_is_read(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_project("strange", tmp_path / "tree")
    (about,) = site.glob("strange-*.dist-info")
    (about / "direct_url.json").write_text(
        f'{{"dir_info": {{"editable": true}}, "url": "{source.as_uri()}"}}'
    )
    for gone in ("ns_strange", "strange_beside.py"):
        target = site / gone
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    monkeypatch.syspath_prepend(source)
    as_in_a_fresh_process()
    before = code.code_digest(part(), "strange")
    assert set(distributions.files_of("strange")) == {"ns_strange/model.py", "strange_beside.py"}
    (source / "tests").mkdir()
    (source / "tests" / "test_it.py").write_text("A = 1\n")
    (source / "README.md").write_text("text")
    as_in_a_fresh_process()
    assert code.code_digest(part(), "strange") == before
    (source / "strange_beside.py").write_text("BESIDE = 2\n")
    as_in_a_fresh_process()
    assert code.code_digest(part(), "strange") != before
    (about / "top_level.txt").unlink()  # as other builders leave it: then all of the tree
    as_in_a_fresh_process()
    assert set(distributions.files_of("strange")) == {"ns_strange/model.py", "strange_beside.py"}


def test_a_dependency_that_came_from_a_folder_is_known_by_its_files(site: Path) -> None:
    """Installed again from a changed folder it has the same version, and other hashes on record."""
    (about,) = site.glob("strange_deeper-*.dist-info")
    assert (about / "direct_url.json").is_file()
    as_in_a_fresh_process()
    recorded = distributions.versions(["strange-deeper"])
    assert distributions.changes(recorded) == []
    (about / "RECORD").write_text((about / "RECORD").read_text().replace("sha256=", "sha256=x", 1))
    as_in_a_fresh_process()
    (line,) = distributions.changes(recorded)
    assert line.startswith("strange-deeper is 1.0 (files ")


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the core's own files, to be changed."""
    copy = tmp_path / "bench"
    shutil.copytree(code.ROOT, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "ROOT", copy)
    as_in_a_fresh_process()
    yield copy
    as_in_a_fresh_process()


def shaped(file: Path) -> set[str]:
    """What a changed line of a file of the core changes the hash of."""
    stages = {"fits": code.FITTING, "scores": code.SCORING, "figures": code.JUDGING}
    as_in_a_fresh_process()
    before = {stage: code.core_digest(modules) for stage, modules in stages.items()}
    file.write_text(file.read_text() + '\n"""A sentence."""  # and another\n')
    as_in_a_fresh_process()
    assert {stage: code.core_digest(modules) for stage, modules in stages.items()} == before
    file.write_text(file.read_text() + "A_LINE = 1\n")
    as_in_a_fresh_process()
    return {
        stage for stage, modules in stages.items() if code.core_digest(modules) != before[stage]
    }


def test_the_core_s_own_files_count_for_what_they_shape(core: Path) -> None:
    for name in ("data/sampling", "data/encode", "api/inputs", "api/prompt", "encoders/numbers"):
        assert shaped(core / f"{name}.py") == {"fits"}
    assert shaped(core / "data/score.py") == {"scores"}
    assert shaped(core / "metrics/curve.py") == {"figures"}
    for name in ("report/page", "running/guarded", "cli/run", "storage/store"):
        assert shaped(core / f"{name}.py") == set()


def test_every_module_that_a_fit_goes_through_is_accounted_for() -> None:
    """What fits and scoring import of the core shapes them, or is known to shape nothing."""
    nothing = {"api/dataset_requests", "api/errors", "api/guard", "data/used_events", "guards"}
    nothing |= {"plugins/registry", "storage"}
    nothing |= {
        f"running/{name}" for name in ("guarded", "judging", "parts", "prepared", "request")
    }
    nothing |= {"running/failures", "running/fit_request", "running/look"}
    nothing |= {"plugins/option_routing", "plugins/interruption", "plugins/printed"}
    nothing |= {"plugins/under_way", "running/recording", "running/goes"}
    nothing |= {"running/fit_differences", "api/vocabulary"}
    known = {*code.FITTING, *code.SCORING, *code.JUDGING} | nothing
    queue, reached = [*code.FITTING, *code.SCORING], set()
    while queue:
        name = queue.pop()
        if name in reached or name in nothing:
            continue
        reached.add(name)
        path = code.ROOT / name
        files = path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]
        text = "".join(file.read_text() for file in files)
        for line in text.splitlines():
            if line.strip().startswith("from bench."):
                room, *module = line.split()[1].split(".")[1:]
                queue.append(room if room in known else f"{room}/{module[0]}")
    assert reached <= known, f"say what these shape: {sorted(reached - known)}"


def test_the_files_of_a_package_are_parsed_once_for_all_of_its_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[bytes] = []
    parse = ast.parse

    def counted(source: bytes) -> ast.Module:
        parsed.append(source)
        return parse(source)

    syntax_of.cache_clear()
    monkeypatch.setattr("bench.storage.syntax_digest.ast.parse", counted)
    for metric in (Decisions, AreaUnderCurve):
        code.code_digest.__wrapped__(metric)
        code.imports_of.__wrapped__(metric)
    assert parsed
    assert len(parsed) == len(set(parsed))
