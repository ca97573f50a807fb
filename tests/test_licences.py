"""Every pinned package is under a licence that is known here, and bounds exclude known holes."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PINS = [line.split("==") for line in (ROOT / "constraints.txt").read_text().split()]
PERMISSIVE = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0"),
    *("CNRI-Python", "ISC", "LLVM-exception", "MIT", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib"),
}
WORDS = {
    **{"apache": "Apache-2.0", "apache software license": "Apache-2.0"},
    **{"apache 2.0": "Apache-2.0", "apache 2.0 license": "Apache-2.0"},
    **{"apache license 2.0": "Apache-2.0", "bsd license": "BSD", "3-clause bsd license": "BSD"},
    **{"bsd 2-clause license": "BSD-2-Clause", "bsd 3-clause license": "BSD-3-Clause"},
    **{"mit license": "MIT", "the mit license": "MIT", "isc license": "ISC"},
    "isc license (iscl)": "ISC",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "gnu library or lesser general public license (lgpl)": "LGPL",
    "gnu gpl v2 or later": "GPL-2.0-or-later",
    "licenseref-nvidia-proprietary": "NVIDIA",
}
"""What metadata says in words, in small letters."""
BY_FILE = {"axe-playwright-python": "MIT", "hdf5plugin": "MIT", "weaver-core": "MIT"}
"""Packages whose metadata say nothing, by the licence that lies in the wheel."""
OTHERS = {"pythia8mc": "GPL-2.0-or-later", "nvidia-nccl-cu12": "NVIDIA", "yattag": "LGPL"}
"""Packages under another kind of licence, which the documents name; the last is for tests alone."""
HOLES = {"pyarrow": "23.0.1", "click": "8.3.3", "requests": "2.33", "pillow": "12.3"} | {
    "urllib3": "2.7",
    "idna": "3.15",
}
"""The first release of each without a published advisory, as of November 2026."""


def licences(installed: Distribution) -> set[str]:
    """All that a package is under, by their short names."""
    about = installed.metadata
    said = about.get("License-Expression") or ""
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    if not said and classifiers:
        said = " AND ".join(c.rpartition(" :: ")[2] for c in classifiers)
    said = said or (about.get("License") or "").strip().split("\n")[0]
    parts = [part.strip(" ()") for part in re.split(r"\s+(?:AND|OR|WITH)\s+", said)]
    named = {WORDS.get(part.lower().removeprefix("(").strip(), part) for part in parts if part}
    whole = WORDS.get(said.lower())  # words in brackets are part of some names
    return {whole} if whole else named


@pytest.mark.parametrize(("name", "version"), PINS, ids=[name for name, _ in PINS])
def test_the_licence_of_every_pinned_package_is_known(name: str, version: str) -> None:
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        assert name in OTHERS or name.startswith("nvidia"), f"{name} is not installed here"
        return
    if (own := BY_FILE.get(name)) is not None:
        texts = [f.read_text() for f in installed.files or [] if "licen" in f.name.lower()]
        assert any("Permission is hereby granted, free of charge" in text for text in texts)
        assert own == "MIT"
        return
    under = licences(installed)
    assert under, f"{name} {version} says no licence"
    if name in OTHERS:
        assert under == {OTHERS[name]}
    else:
        assert under <= PERMISSIVE, f"{name} {version} is under {', '.join(under - PERMISSIVE)}"


def test_an_unknown_licence_is_seen() -> None:
    assert not {"AGPL-3.0-only"} <= PERMISSIVE
    assert not set(OTHERS.values()) & PERMISSIVE


def requirements() -> list[tuple[str, Requirement]]:
    """Of every package of the bench, those of its extras too."""
    every = []
    for file in [ROOT / "pyproject.toml", *ROOT.glob("[dp]*/*/pyproject.toml")]:
        project = tomllib.loads(file.read_text())["project"]
        extras = project.get("optional-dependencies", {}).values()
        lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
        every += [(project["name"], Requirement(line)) for line in lines]
    return every


def test_lower_bounds_exclude_releases_with_published_advisories() -> None:
    bounded = {}
    for package, requirement in requirements():
        name = canonicalize_name(requirement.name)
        if name in HOLES:
            (least,) = [s.version for s in requirement.specifier if s.operator == ">="]
            assert Version(least) >= Version(HOLES[name]), f"{package} takes {requirement}"
            bounded[name] = least
    assert bounded.keys() == HOLES.keys()
    pinned = {canonicalize_name(name): version for name, version in PINS}
    for name, least in HOLES.items():
        assert Version(pinned[name]) >= Version(least)


def test_the_documents_say_whose_licence_is_another() -> None:
    install = (ROOT / "docs/howto/install.md").read_text()
    for word in ("pythia8mc", "fastjet", "GPL v2 or later", "nvidia-nccl-cu12", "xgboost"):
        assert word in install
    assert "GPL" in (ROOT / "README.md").read_text()
    needs = {
        package
        for package, requirement in requirements()
        if requirement.name in ("pythia8mc", "fastjet")
    }
    assert needs == {"bench-lhco"}
