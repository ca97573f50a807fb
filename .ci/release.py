"""Gives every package of this house a version, and the changelog: `make release VERSION=0.2.0`."""

from __future__ import annotations

import argparse
import datetime
import re
import subprocess
import tomllib
from pathlib import Path

from packaging.version import InvalidVersion, Version

HOUSE = Path(__file__).parents[1]
CHANGELOG, CITATION = HOUSE / "CHANGELOG.md", HOUSE / "CITATION.cff"
UNRELEASED = re.compile(r"^## Unreleased\n(?P<changes>.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)


class Refused(Exception):  # noqa: N818
    """Why nothing was written."""


def projects() -> list[Path]:
    """What says the version of each package, the core's first."""
    rooms = ("datasets", "plugins")
    others = [file for room in rooms for file in HOUSE.glob(f"{room}/*/pyproject.toml")]
    return [HOUSE / "pyproject.toml", *sorted(others)]


def changed() -> list[str]:
    """What in the working tree is not committed, as git says it; files that it ignores are not."""
    git = ["git", "status", "--porcelain"]
    return subprocess.run(
        git, cwd=HOUSE, check=True, capture_output=True, text=True
    ).stdout.splitlines()


def newer(text: str, current: str) -> Version:
    """The version that was asked for.

    Raises:
        Refused: it is not three numbers, or not above the current one.
    """
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise Refused(f"{text!r} is no version; wanted one such as 0.2.0") from error
    if str(version) != text or len(version.release) != 3 or version.local or version.epoch:
        raise Refused(f"{text!r} is no version; wanted one such as 0.2.0")
    if version <= Version(current):
        raise Refused(f"{text} is not above {current}, which it is now")
    return version


def replaced(text: str, pattern: str, new: str, what: Path, least: int = 1) -> str:
    """The text with every match of the pattern as the new one.

    Raises:
        Refused: there are too few.
    """
    after, number = re.subn(pattern, new, text, flags=re.MULTILINE)
    if number < least:
        raise Refused(f"{what.relative_to(HOUSE)}: nothing like {pattern!r} to change")
    return after


def contents(version: str, current: str, date: str) -> dict[Path, str]:
    """Every file that a release changes, as it is to be.

    Raises:
        Refused: one of them is not as expected, or nothing has changed since the last release.
    """
    files = {}
    for file in projects():
        said = tomllib.loads(file.read_text())["project"]["version"]
        if said != current:
            raise Refused(f"{file.relative_to(HOUSE)} has version {said}, the core {current}")
        text = replaced(file.read_text(), r'^version = ".*"$', f'version = "{version}"', file)
        if file.parent == HOUSE:  # the packages of this house that the extra `all` brings
            bound = r'^(    "bench-[^">]+>=)[^"]+"'
            text = replaced(text, bound, rf'\g<1>{version}"', file, len(projects()) - 1)
        files[file] = text
    cited = replaced(CITATION.read_text(), r"^version: .*$", f"version: {version}", CITATION)
    files[CITATION] = cited
    section = UNRELEASED.search(CHANGELOG.read_text())
    if section is None or not section["changes"].strip():
        raise Refused(f"{CHANGELOG.name}: nothing under '## Unreleased'")
    heading = f"## Unreleased\n\n## {version} - {date}\n"
    text = CHANGELOG.read_text()
    files[CHANGELOG] = text[: section.start()] + heading + text[section.start("changes") :]
    return files


def main() -> None:
    """Write all of them or none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    parser.add_argument("--date", default=datetime.datetime.now(datetime.UTC).date().isoformat())
    given = parser.parse_args()
    current = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["version"]
    try:
        if lines := changed():
            raise Refused(f"the working tree is not clean: {lines[0].strip()}, {len(lines)} in all")
        files = contents(str(newer(given.version, current)), current, given.date)
    except Refused as refusal:
        parser.exit(2, f"release: {refusal}\n")
    for file, text in files.items():
        file.write_text(text)
    print(f"{current} -> {given.version} in {len(files)} files; look at `git diff`, then commit")


if __name__ == "__main__":
    main()
