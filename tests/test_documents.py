"""The documents: a short README, a site without a warning, and nothing in them that is not so."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from documented import HOUSE, PAGES, TYPED, blocks, lines, spans

import bench
from bench.cli.main import COMMANDS

README = HOUSE / "README.md"
CONTRIBUTING = HOUSE / "docs" / "contributing"
LANGUAGES = {"sh", "python", "toml", "text"}
"""Of blocks; what is to be typed is `sh`."""
LOADED = re.compile(r"<(?:script|img|link)[^>]*?(?:src|href)=\"?([^\" >]+)")
VERSION = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["version"]


def test_the_readme_is_read_in_two_minutes() -> None:
    content = README.read_bytes()
    assert len(content) <= 6 * 1024
    assert len(content.splitlines()) <= 150


def test_the_readme_says_first_what_it_is_for_and_then_shows_a_result() -> None:
    purpose, figure = README.read_text().split("\n\n")[1:3]
    assert len(purpose.splitlines()) <= 5
    assert re.fullmatch(r"!\[.+\]\(reports/.+\.png\)", figure)


def test_the_readme_has_two_commands_and_five_to_go_on_with() -> None:
    first, then = blocks(README)
    assert first.lines == ["make demo", "make test"]
    assert len(then.lines) == 5


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_every_link_outside_of_the_site_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (HOUSE / name).read_text())
    assert [link for link in links if not (HOUSE / link).is_file()] == []
    assert links or name == "SECURITY.md"


def test_every_page_of_the_site_is_in_the_readme_but_those_that_others_lead_to() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+)\)", README.read_text()))
    pages = {str(page.relative_to(HOUSE)) for page in (HOUSE / "docs").rglob("*.md")}
    contributing = {page for page in pages if page.startswith("docs/contributing/")}
    generated = {"docs/index.md", "docs/reference/command-line.md", "docs/reference/api.md"}
    guards = {page for page in pages if re.search(r"/[A-Z]+\d{3}\.md$", page)}
    notebook = "docs/howto/notebook.md"  # the start page leads to it
    assert notebook.removeprefix("docs/") in (HOUSE / "docs" / "index.md").read_text()
    assert pages - linked - contributing - generated - guards - {notebook} == set()


def mkdocs(house: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Builds a site as `make docs` does."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", folder],
        cwd=house,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONSAFEPATH": "1"},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    ran = mkdocs(HOUSE, folder)
    assert ran.returncode == 0, ran.stderr
    assert "WARNING" not in ran.stdout + ran.stderr
    return folder


def test_the_site_has_every_page_and_asks_no_other_host_for_anything(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(list((HOUSE / "docs").rglob("*.md")))
    for page in pages:
        loaded = re.findall(
            r"<(?:script|img|link)[^>]*?(?:src|href)=\"?([^\" >]+)", page.read_text()
        )
        assert [address for address in loaded if "//" in address] == [], page
    assert not list(site.rglob("*.py"))


def test_the_references_of_the_site_are_generated_in_full(site: Path) -> None:
    commands = (site / "reference" / "command-line.html").read_text()
    assert [name for name in COMMANDS if f'id="bench-{name}"' not in commands] == []
    assert "\b" not in commands
    names = (site / "reference" / "api.html").read_text()
    assert [name for name in bench.__all__ if f'id="bench.{name}"' not in names] == []


def test_a_broken_link_breaks_the_build(tmp_path: Path) -> None:
    settings = (HOUSE / "mkdocs.yml").read_text().partition("nav:\n")[0]
    own = re.compile(r"^(not_in_nav|exclude_docs|hooks|watch):.*\n", flags=re.MULTILINE)
    (tmp_path / "mkdocs.yml").write_text(own.sub("", settings))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# A page\n\n[nowhere](nowhere.md)\n")
    ran = mkdocs(tmp_path, tmp_path / "site")
    assert ran.returncode != 0
    assert "nowhere.md" in ran.stderr


def test_what_is_to_be_typed_is_marked_as_such() -> None:
    every = blocks(*PAGES)
    assert {block.language for block in every} <= LANGUAGES
    hidden = [
        (block.page.name, line)
        for block in every
        if block.language != "sh"
        for line in block.content.splitlines()
        if TYPED.match(line.strip().removeprefix("$ "))
    ]
    assert hidden == []
    fences = sum(len(re.findall(r"^ *```", page.read_text(), flags=re.M)) for page in PAGES)
    assert fences == 2 * len(every)


def test_a_block_that_no_test_runs_says_why() -> None:
    marked = [block for block in blocks(*PAGES) if block.reason is not None]
    assert [b.content for b in marked if len(b.reason.split()) < 3 or b.language != "sh"] == []
    comments = sum(len(re.findall(r"^ *<!--", page.read_text(), flags=re.M)) for page in PAGES)
    assert comments == len(marked) > 0, "a comment marks the block right after it"


@pytest.mark.parametrize(
    "line", dict.fromkeys(x for x in [*lines(*PAGES), *spans(*PAGES)] if x.startswith("python "))
)
def test_a_python_command_names_a_module_and_files_that_there_are(line: str) -> None:
    _, *words = shlex.split(line)
    if words[0] == "-m":
        assert find_spec(words[1])
    files = [word for word in words if "/" in word]
    assert [file for file in files if not (HOUSE / file).exists()] == []


def first_cells(page: str, heading: str) -> list[str]:
    """The cells of a row of the first table under a heading, each row."""
    _, _, section = (CONTRIBUTING / page).read_text().partition(f"{heading}\n")
    _, _, *rows = section.partition("\n|")[2].partition("\n\n")[0].splitlines()
    return rows


def test_the_glossary_is_short_and_says_each_word_once() -> None:
    words = [row.split("|")[1].strip() for row in first_cells("glossary.md", "# Glossary")]
    assert 20 <= len(words) <= 40
    assert len(set(words)) == len(words)


def test_the_files_that_a_newcomer_is_told_to_open_are_there() -> None:
    changes = first_cells("architecture.md", "## How to change ...")
    assert len(changes) == 12
    for change in changes:
        files = re.findall(r"`([\w./-]+\.py)`", change)
        assert files, change
        assert [file for file in files if not (HOUSE / file).is_file()] == [], change


def test_the_architecture_page_and_its_picture_name_every_room() -> None:
    rooms = {f.parent.name for f in (HOUSE / "bench").glob("*/__init__.py")}
    rows = first_cells("architecture.md", "## The rooms")
    named = {room for row in rows for room in re.findall(r"`(\w+)`", row.split("|")[1])}
    drawn = set(re.findall(r">(\w+)</text>", (CONTRIBUTING / "architecture.svg").read_text()))
    assert named == rooms
    assert rooms <= drawn


def test_the_citation_is_of_this_version_and_invents_nobody() -> None:
    citation = yaml.safe_load((HOUSE / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()
    assert citation["version"] == VERSION == bench_version()
    assert citation["authors"] == [{"name": "The bench maintainers"}]
    assert "The bench maintainers" in (HOUSE / "LICENSE").read_text()
    assert not {"doi", "identifiers", "repository-code", "url"} & citation.keys()


def bench_version() -> str:
    """The version that all packages of this house have."""
    files = [*HOUSE.glob("plugins/*/pyproject.toml"), *HOUSE.glob("datasets/*/pyproject.toml")]
    (version,) = {tomllib.loads(file.read_text())["project"]["version"] for file in files}
    return str(version)
