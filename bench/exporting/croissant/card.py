"""The card of a dataset in the words of Croissant: what it is, its files, what a record holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bench.api.errors import RequestError
from bench.exporting.croissant.records import name_in_ids, record_sets
from bench.exporting.croissant.vocabulary import CONFORMS_TO, CONTEXT, FORMATS, LICENCES

Card = Mapping[str, Any]
"""As its TOML is read."""
OFFICIAL, TWIN = "official", "twin"
NEEDED = ("name", "title", "layout", "labels")
SIMULATED = (
    "A simulation of the bench's own, in the layout of the published file. It is not the official "
    "data, and figures on it are not figures on that."
)
ZENODO = "https://zenodo.org/records"
DOI = re.compile(r"\bdoi (10\.\d{4,}/\S+?)(?=[;,]|\s|$)")
RELEASE = re.compile(r"\bversion (\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class LocalFile:
    """The events on this machine."""

    edition: str
    path: str
    """From the folder in which the card will lie."""
    sha256: str
    made: str = ""
    """How a twin is made, in words."""

    @property
    def kind(self) -> str:
        """The edition without its variation."""
        return self.edition.partition(":")[0]


def is_published(card: Card) -> bool:
    """Whether any file of the card lies where everybody can have it."""
    return any("record" in file for file in card.get("files", ()))


def croissant_of(card: Card, local: LocalFile | None = None) -> dict[str, Any]:
    """The card as JSON-LD; what it does not say is left out.

    Args:
        card: of the dataset.
        local: the file to describe, in place of the published ones.

    Raises:
        RequestError: the card does not say what no description can do without.
    """
    if lacks := [name for name in NEEDED if not card.get(name)]:
        raise RequestError(f"the card has no {' and no '.join(lacks)}, which Croissant wants")
    simulated = local is not None and local.kind == TWIN
    files = [_local(card, local), *_beside(card, local)] if local else list(_published(card))
    source = card.get("source", "")
    doi, release = DOI.search(source), RELEASE.search(source)
    about = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": f"{card['name']}-{TWIN}" if simulated else card["name"],
        "description": _description(card, local),
    }
    if simulated:
        known = {"isBasedOn": source}
    else:
        known = {
            "alternateName": card["title"],
            "license": LICENCES.get(card.get("licence", ""), card.get("licence", "")),
            "citeAs": f"{card['title']}. {source}" if source else "",
            "url": f"https://doi.org/{doi[1]}" if doi else "",
            "version": _semantic(release[1]) if release else "",
            "rai:dataCollection": _collection(card),
        }
    ours = local is not None and local.edition != OFFICIAL
    objects = [file for file in files if file["@type"] == "cr:FileObject"]
    records = record_sets(card, objects, ours=ours, counted=not simulated)
    return (
        about
        | {name: text for name, text in known.items() if text}
        | {"distribution": files, "recordSet": records}
    )


def _description(card: Card, local: LocalFile | None) -> str:
    """Title, what is said of it, and what it was made of."""
    title = card["title"]
    if local and local.kind == TWIN:
        how = [f"How it was made: {local.made}"] if local.made else []
        lines = [SIMULATED, *how, f"It stands for: {title}"]
    else:
        lines = [title, *card.get("notes", ())]
    for file in card.get("files", ()):
        if file["role"] == "original":
            lines.append(f"made of {file['name']}, sha256 {file.get('sha256', 'not known')}")
    if division := card.get("division"):
        counts = ", ".join(f"{n} {part}" for part, n in division.items() if part != "source" and n)
        lines.append(f"published division by {division['source']}: {counts}")
    return " ".join(line if line.endswith(".") else f"{line}." for line in lines)


def _collection(card: Card) -> str:
    """How the events came about, where the card says so."""
    generator, selection = card.get("generator", ""), card.get("selection", "")
    simulated = f"Simulated collision events: {generator}" if generator else ""
    return ". ".join(text for text in (simulated, selection and f"Selected: {selection}") if text)


def _published(card: Card) -> Iterator[dict[str, Any]]:
    """The files that everybody can have, and the records of those whose hash is not known."""
    files = [file for file in card.get("files", ()) if "record" in file]
    unhashed = dict.fromkeys(f["record"] for f in files if not {"sha256", "md5"} & f.keys())
    for record in unhashed:
        yield {
            "@type": "cr:FileSet",
            "@id": f"record-{record}",
            "name": f"record-{record}",
            "description": f"The files of {ZENODO}/{record}.",
            "encodingFormat": FORMATS[".h5"],
            "includes": "*",
        }
    for file in files:
        described = _file(card, file, f"{ZENODO}/{file['record']}/files/{quote(file['name'])}")
        if file["record"] in unhashed and not {"sha256", "md5"} & file.keys():
            # no hash of it was published; a file of a set needs none
            described["containedIn"] = {"@id": f"record-{file['record']}"}
        yield described


def _local(card: Card, local: LocalFile) -> dict[str, Any]:
    name = local.path.rpartition("/")[2]
    role = next((file["role"] for file in card.get("files", ()) if file["name"] == name), "events")
    return _file(card, {"name": name, "role": role, "sha256": local.sha256}, local.path)


def _beside(card: Card, local: LocalFile) -> Iterator[dict[str, Any]]:
    """What an import keeps beside its events."""
    folder = local.path.rpartition("/")[0]
    for file in card.get("files", ()):
        if file["role"] == "splits" and local.kind != TWIN:
            yield _file(card, file, f"{folder}/{file['name']}" if folder else file["name"])


def _file(card: Card, file: Mapping[str, Any], address: str) -> dict[str, Any]:
    suffix = re.search(r"\.\w+$", file["name"])
    hashes = {name: file[name] for name in ("sha256", "md5") if name in file}
    return {
        "@type": "cr:FileObject",
        "@id": name_in_ids(file["name"]),
        "name": file["name"],
        "description": _role(card, file),
        "contentUrl": address,
        "encodingFormat": FORMATS.get(suffix[0] if suffix else "", "application/octet-stream"),
        **hashes,
    }


def _role(card: Card, file: Mapping[str, Any]) -> str:
    said = {
        "events": f"One row an event: {card['layout']['row']}",
        "features": "One row an event: features, a column each",
        "key": "The label of each event of the file of events, in its order",
        "splits": "Which part of the published division each event is in",
    }
    if card["layout"]["form"] == "features":
        said["events"] = said["features"]
    label = file.get("label")
    alone = f"; every event has label {label}" if label is not None else ""
    return f"{said.get(file['role'], file['role'])}{alone}."


def _semantic(version: str) -> str:
    """`5` as `5.0.0`."""
    return ".".join([*version.split("."), "0", "0"][:3])
