"""One changed byte is computed: runs of a stranger's model whose packages change in between."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from strangers import as_in_a_fresh_process, install, on_the_path, part, rename_version
from toys import Cut, Workplace

import bench
from bench.plugins.registry import PluginEntry
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("strange"))


@pytest.fixture
def site(installed: Path, tmp_path: Path) -> Iterator[Path]:
    with on_the_path(installed, tmp_path) as site:
        yield site


@pytest.fixture
def place(tmp_path: Path, site: Path) -> Workplace:
    made = Workplace.at(tmp_path)
    made.registry.entries[bench.Model]["strange"] = PluginEntry(part(), "strange", "strange", "1.0")
    return made


def do(place: Workplace, **fields: object) -> tuple[Run, bool]:
    as_in_a_fresh_process()
    request = RunRequest(plugin="strange", dataset="toy", **fields)
    return run(request, place.registry, place.home, place.store, place.context)


def test_a_dependency_of_a_dependency_in_another_version_is_computed(
    place: Workplace, site: Path
) -> None:
    first, _ = do(place)
    assert first.record.versions["strange-deeper"].startswith("1.0 ")
    assert "strange-idle" not in first.record.versions
    assert do(place)[1]
    rename_version(site, "strange-deeper", "1.1")
    second, reused = do(place)
    assert not reused
    assert not second.record.fit_reused
    assert any(line.startswith("strange-deeper is 1.1 (files ") for line in place.notices)
    assert second.record.versions["strange-deeper"].startswith("1.1 ")
    assert do(place)[0].name == second.name


def test_what_was_made_with_either_version_is_kept(place: Workplace, site: Path) -> None:
    first, _ = do(place)
    (about,) = site.glob("strange_deeper-*.dist-info")
    original = (about / "METADATA").read_text()
    rename_version(site, "strange-deeper", "1.1")
    second, _ = do(place)
    assert first.record.fit != second.record.fit
    (about / "METADATA").write_text(original)
    assert do(place)[0].name == first.name
    again, _ = do(place, ratio="1:10")
    assert (again.record.fit_reused, again.record.fit) == (True, first.record.fit)


def test_what_was_never_imported_may_have_any_version(place: Workplace, site: Path) -> None:
    first, _ = do(place)
    rename_version(site, "strange-idle", "7.0")
    again, reused = do(place)
    assert (again.name, reused) == (first.name, True)


def test_another_byte_of_the_plugin_fits_anew_and_a_reworded_one_does_not(
    place: Workplace, site: Path
) -> None:
    first, _ = do(place)
    file = site / "ns_strange/model.py"
    file.write_text(file.read_text().replace("Cuts as", "It cuts as"))
    again, reused = do(place)
    assert (again.name, reused) == (first.name, True)
    file.write_text(file.read_text() + "A = 1\n")
    done, reused = do(place)
    assert not reused
    assert not done.record.fit_reused


@dataclass(frozen=True)
class Reads(Cut):
    """As the author's guide has it: an option names a file."""

    name = "reads"
    centre: str = ""
    """A file with a number in it."""

    def content(self) -> str:
        return bench.file_digest(Path(self.centre)) if self.centre else ""


def test_a_file_that_an_option_names_counts_by_its_content(
    tmp_path: Path, place: Workplace
) -> None:
    place.add(Reads)
    file = tmp_path / "centre.txt"
    results = []
    for text in ("1.0", "1.0", "2.0"):
        file.write_text(text)
        request = RunRequest(plugin="reads", dataset="toy", options={"centre": str(file)})
        results.append(run(request, place.registry, place.home, place.store, place.context))
    (first, _), (second, reused), (third, _) = results
    assert (second.name, reused) == (first.name, True)
    assert first.record.fit != third.record.fit


def test_code_that_cannot_be_read_is_never_reused(
    place: Workplace, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "zipped.zip", "w") as archive:
        archive.write(site / "ns_strange/model.py", "zipped_strange.py")
    monkeypatch.syspath_prepend(tmp_path / "zipped.zip")
    zipped = importlib.import_module("zipped_strange").Strange
    place.registry.entries[bench.Model]["strange"] = PluginEntry(
        zipped, "strange", "strange", "1.0"
    )
    runs = [do(place) for _ in range(2)]
    assert [(reused, done.record.fit_reused) for done, reused in runs] == [(False, False)] * 2
    assert runs[0][0].record.fit != runs[1][0].record.fit
    assert "the code of strange cannot be read: nothing of it is reused" in place.notices
