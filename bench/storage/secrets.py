"""Masks secrets in all that is stored, shown or logged: known forms, and what variables hold."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

MASK = "***"
"""What stands for a secret."""
SHORTEST = 8
"""Characters from which on the value of a variable is long enough to be a secret."""
VARIABLES = re.compile("TOKEN|KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL", re.IGNORECASE)
"""Names of variables of the environment whose values are secrets."""
NO_SECRET = re.compile(r"\d{1,23}|true|false|disabled?|enabled?|required|optional", re.IGNORECASE)
"""What such a variable may hold that is none."""
NAMED = re.compile(
    r"(?:.*[_-])?(?:token|secret|passw(?:or)?d|passphrase|api_?key|access_?key|private_?key"
    r"|credentials?)",
    re.IGNORECASE,
)
"""Names of options whose values are secrets, whatever form they have."""
WORD = re.compile("[a-z_]{1,20}")
"""Names of fields of a record, which are no secrets."""
FORMS = (
    ("hf_", r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{12,}"),
    ("api_org_", r"(?<![A-Za-z0-9])api_org_[A-Za-z0-9]{12,}"),
    ("gh", r"(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{12,}"),
    ("github_pat_", r"github_pat_\w{12,}"),
    ("glpat-", r"glpat-[\w-]{12,}"),
    ("pypi-", r"(?<![A-Za-z0-9])pypi-(?=[\w-]*\d)[\w-]{16,}"),
    ("npm_", r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{20,}"),
    ("sk-", r"(?<![A-Za-z0-9_-])sk-(?=[\w-]*\d)[\w-]{16,}"),
    ("xox", r"(?<![A-Za-z0-9])xox[abeoprs]-[\w-]{10,}"),
    ("AKIA", r"(?<![A-Za-z0-9+/])AKIA[0-9A-Z]{16}(?![A-Za-z0-9+/])"),
    ("ASIA", r"(?<![A-Za-z0-9+/])ASIA[0-9A-Z]{16}(?![A-Za-z0-9+/])"),
    ("AIza", r"(?<![A-Za-z0-9+/])AIza[\w-]{30,}"),
    ("ya29.", r"ya29\.[\w-]{20,}"),
    ("eyJ", r"(?<![A-Za-z0-9+/])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"),
    (
        "PRIVATE KEY",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
        r"(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|[A-Za-z0-9+/=\s\\:,.-]*)",
    ),
)
"""Tokens and keys that their beginning tells, each with what a text that has one holds."""
KEPT = (
    ("earer", r"(\bbearer(?:\s|%20)+)(?:(?=[\w.~+/=-]*\d)[\w.~+/=-]{8,}|[\w.~+/=-]{20,})"),
    ("uthoriz", r"(\bauthorization['\"]?\s*[:=]\s*['\"]?(?:basic|token)\s+)[\w.~+/=-]{6,}"),
    ("://", r"(://)(?!\*\*\*@)[^\s/@:\"'<>`]*:(?!\d+/)[^\s\"'<>`]+(?=@)"),
    ("://", r"((?<=http)://|(?<=https)://)(?!\*\*\*@)[^\s/@:\"'<>`?#(){},;]+(?=@[\w.-])"),
    (
        "=",
        r"([?&](?:[\w-]*token|api_?key|key|password|secret|sig|[\w-]*signature)=)"
        r"[^\s&\"'<>`(){};,]{6,}",
    ),
)
"""Secrets that what stands before them tells, which stays."""
SAID = (
    r"((?<![a-z])(?:[a-z0-9]+[_-])*(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key"
    r"|access[_-]?key)['\"]?\s?=\s?['\"]?)(?!\*\*\*)[^\s'\",;)&]+"
)
"""`password=...` in a line of text, whatever the value."""


def masked(text: str) -> str:
    """A line or a text that is shown, without the secrets in it."""
    return _line(text, _here())


def _line(text: str, secrets: Sequence[str]) -> str:
    text = _forms(text, secrets)
    return re.sub(SAID, rf"\1{MASK}", text, flags=re.IGNORECASE) if "=" in text else text


def masked_forms(text: str) -> str:
    """A text in which code may stand, without values of variables and tokens of known forms."""
    return _forms(text, _here())


def _forms(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    for secret in secrets:
        text = _without_beginning(text, secret)
    for hint, form in FORMS:
        if hint in text:
            text = re.sub(form, MASK, text)
    for hint, form in KEPT:
        if hint in text:
            text = re.sub(form, rf"\1{MASK}", text, flags=re.IGNORECASE)
    return text


def masked_bytes(content: bytes) -> bytes:
    """The same of what is written to a file."""
    text = content.decode(errors="surrogateescape")
    without = masked_forms(text)
    return content if without == text else without.encode(errors="surrogateescape")


def masked_values(value: Any) -> Any:
    """The same of options and records, value by value; what is no text stays as it is."""
    return _value(value, _here())


def _value(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        return _line(value, secrets)
    if isinstance(value, dict):
        return {_key(key, secrets): _named(key, one, secrets) for key, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_value(one, secrets) for one in value)
    return value


def masked_json(content: bytes) -> bytes:
    """The same of JSON, which stays JSON."""
    import msgspec

    held = msgspec.json.decode(content)
    without = masked_values(held)
    return content if without == held else msgspec.json.encode(without)


def mask_files(folder: Path) -> None:
    """Mask the files of text in a folder that somebody else wrote."""
    for file in folder.rglob("*"):
        if file.is_symlink() or not file.is_file() or file.stat().st_size > 2**24:
            continue
        content = file.read_bytes()
        try:
            content.decode()
        except UnicodeDecodeError:
            continue
        if (without := masked_bytes(content)) != content:
            file.write_bytes(without)


def _named(name: object, value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str) and value and isinstance(name, str) and NAMED.fullmatch(name):
        return MASK
    return _value(value, secrets)


def _key(key: Any, secrets: Sequence[str]) -> Any:
    return _line(key, secrets) if isinstance(key, str) and not WORD.fullmatch(key) else key


def _here() -> tuple[str, ...]:
    """What must not be shown of this process's variables, in every form that it may stand in."""
    return _secrets(tuple(_values()))


def _values() -> Iterator[str]:
    """The values of variables that are secrets by their names."""
    for name, value in os.environ.items():
        if len(value) >= SHORTEST and VARIABLES.search(name) and not NO_SECRET.fullmatch(value):
            yield value


@lru_cache(maxsize=8)
def _secrets(values: tuple[str, ...]) -> tuple[str, ...]:
    """What to look for, the longest first: the values as they are, and as texts write them."""
    import html
    import json
    from urllib.parse import quote

    forms: set[str] = set()
    for value in values:
        if not _is_place(value):
            lines = [line.strip() for line in value.splitlines()]
            plain = {value, value.strip(), *(line for line in lines if len(line) >= 2 * SHORTEST)}
            for each in (*plain, " ".join(value.split())):
                forms |= {each, json.dumps(each)[1:-1], json.dumps(each, ensure_ascii=False)[1:-1]}
                forms |= {repr(each)[1:-1], html.escape(each), quote(each, safe=""), quote(each)}
    return tuple(sorted((f for f in forms if len(f) >= SHORTEST), key=len, reverse=True))


def _is_place(value: str) -> bool:
    """Whether a value is a path of this machine, such as that of a file of keys."""
    try:
        return os.path.isabs(value) and os.path.lexists(value)  # noqa: PTH117  of any text
    except ValueError:
        return False


def _without_beginning(text: str, secret: str) -> str:
    """A text without a secret whose end was cut off."""
    beginning = secret[: max(SHORTEST, len(secret) // 2)]
    place = text.find(beginning)
    if place < 0:
        return text
    parts, start = [], 0
    while place >= 0:
        end = place + len(beginning)
        while end - place < len(secret) and text[end : end + 1] == secret[end - place]:
            end += 1
        parts += [text[start:place], MASK]
        start, place = end, text.find(beginning, end)
    return "".join([*parts, text[start:]])
