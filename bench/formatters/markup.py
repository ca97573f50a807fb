"""A text without its markup: tags, LaTeX, frames, joined words; and the way back to the text."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.api.asking import Span

Piece = str | int | tuple[int, int]
"""What a match becomes: characters of its own, a group or a stretch of the text as it stands."""

BLOCKS = (
    "tr|dl|dt|br|p|div|li|ul|ol|table|thead|tbody|tfoot|caption|h[1-6]|pre|hr|html|body|head"
    "|section"
)
CELLS = "td|th"
INLINE = "b|i|em|strong|span|font|a|img|code|u|small|big|tt|style|script|meta|title|col|colgroup"
_NAME = r"[A-Za-z][\w.:-]{0,40}"
_ATTRIBUTES = r"[^<>]{0,2000}"


@dataclass(frozen=True)
class Plain:
    """A text without markup; of each character where it is from."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def origin(self, span: Span) -> Span:
        """Where a stretch of the plain text stands in the text itself."""
        return self.starts[span[0]], self.ends[span[1] - 1]

    def place(self, span: Span) -> Span:
        """Where a stretch of the text itself stands in the plain one; empty where it is gone."""
        start = bisect_left(self.starts, span[0])
        return start, max(start, bisect_right(self.ends, span[1]))


@lru_cache(maxsize=4)
def plain(text: str) -> Plain:
    """The text without its markup."""
    length = len(text)
    out = Plain(text, tuple(range(length)), tuple(range(1, length + 1)))
    for hint, pattern, make in PASSES:
        if re.search(hint, out.text):
            out = _rewritten(out, pattern, make)
    return out


def _rewritten(
    old: Plain, pattern: re.Pattern[str], make: Callable[[re.Match[str]], Iterable[Piece]]
) -> Plain:
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(start: int, end: int) -> None:
        text.append(old.text[start:end])
        starts.extend(old.starts[start:end])
        ends.extend(old.ends[start:end])

    place = 0
    for match in pattern.finditer(old.text):
        keep(place, match.start())
        place = match.end()
        for piece in make(match):
            if not isinstance(piece, str):
                keep(*(match.span(piece) if isinstance(piece, int) else piece))
            else:
                before = starts[-1] if starts else 0
                empty = match.start() == match.end()
                first = before if empty else old.starts[match.start()]
                last = ends[-1] if empty else old.ends[match.end() - 1]
                text.append(piece)
                starts.extend([max(first, before)] * len(piece))
                ends.extend([last] * len(piece))
    keep(place, len(old.text))
    return Plain("".join(text), tuple(starts), _rising(ends))


def _rising(ends: list[int]) -> tuple[int, ...]:
    """Ends that never fall, so that they can be searched."""
    top, out = max(ends, default=0), []
    for end in reversed(ends):
        top = min(top, end)
        out.append(top)
    return tuple(reversed(out))


def _character(match: re.Match[str]) -> list[Piece]:
    return [unicodedata.normalize("NFKC", match[0])]


def _subscript(match: re.Match[str]) -> list[Piece]:
    return ["_" + unicodedata.normalize("NFKC", match[0])]


def _entity(match: re.Match[str]) -> list[Piece]:
    said = html.unescape(match[0])
    return [said if said != match[0] and said.isprintable() else " "]


def _script(match: re.Match[str]) -> list[Piece]:
    return ["_" if match[1].lower() == "sub" else "^", 2]


def _attributes(match: re.Match[str]) -> list[Piece]:
    """A tag with attributes: those with digits are facts; a unit stands behind its name."""
    if re.search(r"=\s*[\"']?\s*[+\-−.]?[0-9]", match[2]):
        return [1, " {", 2, "}"] if match[3] else [1, " ", 2, " {"]
    unit = re.search(r"\bunits?\s*=\s*[\"']?([^\"'<>=\s]{1,20})", match[2])
    if unit is None:
        return ["<", 1, ">"]
    start = match.start(2)
    return ["<", 1, " (", (start + unit.start(1), start + unit.end(1)), ") ", ">"]


def _constant(*pieces: Piece) -> Callable[[re.Match[str]], list[Piece]]:
    return lambda match: list(pieces)


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_LATEX_FONT = _pattern(
    r"\\(?:mathrm|mathit|mathbf|mathsf|textrm|textbf|textit|text|hbox|mbox|operatorname|rm|it)\s?"
    r"\{([^{}]{0,60})\}"
)
PASSES: tuple[
    tuple[str, re.Pattern[str], Callable[[re.Match[str]], Iterable[Piece]]],
    ...,
] = (
    (r"[\U0001d400-\U0001d7ff！-～]", re.compile(r"[\U0001d400-\U0001d7ff！-～]"), _character),
    (r"[₀-₉ₐ-ₜ]", re.compile(r"[₀-₉ₐ-ₜ]+"), _subscript),
    ("№", re.compile("№"), _constant("#")),
    ("[│┃║]", re.compile("[│┃║]"), _constant("|")),
    ("[─-╿]", re.compile("[─-╿]"), _constant("-")),
    ("[“”„«»‘’]", re.compile("[“”„«»]"), _constant('"')),
    ("’", re.compile("’"), _constant("'")),
    ("&", re.compile(r"&#?\w{1,8};"), _entity),
    ("<", _pattern(r"<(sub|sup)>([^<>]{1,30})</(?:sub|sup)>"), _script),
    ("<", _pattern(rf"</?(?:{INLINE})(?:\s{_ATTRIBUTES})?>"), _constant()),
    ("<", _pattern(rf"<(?:{CELLS})(?:\s{_ATTRIBUTES})?>"), _constant("|")),
    ("<", _pattern(rf"</(?:{CELLS})>"), _constant()),
    ("<dd", _pattern(rf"<dd(?:\s{_ATTRIBUTES})?>"), _constant(": ")),
    ("<dd|</dd", _pattern(r"</dd>"), _constant()),
    ("<", _pattern(rf"\s?<(?:{BLOCKS})(?:\s{_ATTRIBUTES})?/?>"), _constant("\n")),
    ("</", _pattern(rf"</(?:{BLOCKS})>"), _constant(" ")),
    ("<[!?]", _pattern(r"<[!?][^<>]{0,400}>"), _constant(" ")),
    ("=", _pattern(rf"<({_NAME})\s([^<>]{{0,1990}}?[\"'\w\s])(/?)>"), _attributes),
    (
        "</",
        _pattern(rf"<({_NAME}(?: \([^()<>]{{1,20}}\) )?)>([^<>]{{0,200}})</{_NAME}>"),
        _constant(1, " = ", 2, ";"),
    ),
    ("</", _pattern(rf"<({_NAME})>"), _constant(1, " {")),
    ("</", _pattern(rf"</{_NAME}>"), _constant("}")),
    (r"\\\\", re.compile("&"), _constant("|")),
    (r"\\", _pattern(r"\\\\(?:\[[^\]\n]{0,20}\])?[ \t]*\n?"), _constant("\n")),
    (r"\\", _pattern(r"\\(?:begin|end)\s?\{[^{}]{0,20}\}(?:\{[^{}]{0,40}\})?"), _constant()),
    (r"\\", _pattern(r"\\(?:h|top|mid|bottom)(?:line|rule)\b[ \t]*\n?"), _constant()),
    (r"\\", _LATEX_FONT, _constant(1)),
    (r"\\", _LATEX_FONT, _constant(1)),
    (r"\\", _pattern(r"\\times\b"), _constant("×")),
    (r"\\", _pattern(r"\\cdot\b"), _constant("·")),
    (r"\\", _pattern(r"\\(?:pm|mp)\b"), _constant("±")),
    (r"\\", _pattern(r"\\(?:approx|simeq|sim)\b"), _constant("≈")),
    (
        r"\\",
        _pattern(r"\\!|\\(?:left|right|displaystyle|phantom\{[^{}]{0,9}\})(?![a-z])"),
        _constant(),
    ),
    (r"[~\\]", _pattern(r"\\[,;: ]|\\q?quad\b|(?<=[\w}])~(?=[\\\w])"), _constant(" ")),
    (r"\$", _pattern(r"\$"), _constant()),
    (r"[_^]\{", re.compile(r"([_^])\{\s?([^{}]{1,24}?)\s?\}"), _constant(1, 2)),
    (r"[_^]\{", re.compile(r"([_^])\{\s?([^{}]{1,24}?)\s?\}"), _constant(1, 2)),
    (
        r"[a-zA-Z][A-Z]",
        re.compile(
            r"(?<=[a-z]{2})(?=[A-Z])|(?<=[a-oq-z])(?=[A-Z][a-z]{2})|(?<=[A-Z])(?=[A-Z][a-z]{2})"
            r"|(?<=[a-z][0-9])(?=[A-Z][a-z])"
        ),
        _constant(" "),
    ),
)
"""What to look for before it is worth the while, what is rewritten, and into what; in turn."""
