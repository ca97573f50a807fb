"""A text cut into tokens: quantities, objects, numbers, and what ends a sentence."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.formatters.numbers import UNCERTAINTY
from bench.formatters.units import PATTERN
from bench.formatters.words.joining import LETTERS, glued, joined, parted, resolved
from bench.formatters.words.lexicon import Lexicon, lexicon, plain
from bench.formatters.words.phrases import phrases_in
from bench.formatters.words.qualifiers import qualified
from bench.formatters.words.tokens import (
    BREAK,
    LOST,
    NUMBER,
    OBJECT,
    ORDER,
    PLURAL,
    QUANTITY,
    UNIT,
    WHOLE,
    Token,
)

if TYPE_CHECKING:
    from bench.api.asking import Passage, Span

ASSIGNED = re.compile(
    r"[\"'`*_\])}|\s]*(?:=|:|≈|~|\.{2}|->|→|/\s?[GTMgtm]e[Vv]\b|\bis\b|\bof\b|\bwas\b|[\[(]|[+\-−]?[0-9])"
)
"""What comes behind a letter that stands for a quantity."""
WHOLES = (
    r"\b(?:together|(?:the\s+)?(?:whole\s+)?(?:event|evt)|in\s+total|altogether|overall|in\s+all"
    r"|total|insgesamt|au\s+total|en\s+tout)\b"
)
ANAPHORS = re.compile(r"\b(?:the\s)?(former|latter)(?:'s|\sone)?\b", re.IGNORECASE)
DIGITS = re.compile(r"(?<![\w.,\-])[0-9][0-9.,]*(?![\w\-/:])")
BREAKS = r"\n[ \t]*\n|\n|[;{}]|(?<![\s.])\.(?=\s|$)|(?<!\.)\.\.\.(?=\s)"


def tokens(passage: Passage) -> list[Token]:
    """What means something in a text, in its order; no two of them overlap."""
    text, words = passage.text, lexicon(passage.vocabulary)
    named = _words(passage, words)
    covered = [token.span for token in named]
    numbers = [
        Token(NUMBER, number.span, number=number)
        for number in passage.numbers
        if not _within(number.span[0], covered)
    ]
    units = [number.unit for number in passage.numbers if number.unit]
    taken = sorted([*covered, *(token.span for token in numbers), *units])
    out = [*named, *numbers, *_marks(text, covered, taken), *_lost(text, taken)]
    out += [Token(OBJECT, m.span(), object=m[1].lower()) for m in ANAPHORS.finditer(text)]
    return joined(text, resolved(text, words, sorted(out, key=lambda t: (t.span, t.kind))))


def _words(passage: Passage, words: Lexicon) -> list[Token]:
    """Quantities and objects in their order: by their words, or objects by their numbers."""
    text = passage.text
    numbers = [number.span for number in passage.numbers]
    counted = [
        Token(OBJECT, span, object=name)
        for span, name in words.numbered.find(text)
        if _stands_alone(text, span[1], words)
    ]
    taken = [token.span for token in counted]
    spelled = [
        one
        for match in words.pattern.finditer(text)
        if not _inside(match, numbers) and not _within(match.start(), taken)
        if (token := _named(text, match, words))
        if token.kind == QUANTITY or not _within(token.span[1] - 1, taken)
        for one in _of_a_longer(text, words, token)
    ]
    taken = [token.span for token in spelled]
    counted = [token for token in counted if not _within(token.span[0], taken)]
    phrases = sorted(span for *_, span in phrases_in(text, passage.vocabulary, every=True))
    named = [
        token
        for token in sorted([*spelled, *counted], key=lambda token: token.span)
        if token.kind != OBJECT or not _within(token.span[0], phrases)
    ]
    named = [*qualified(text, glued(text, words, parted(text, words, named)))]
    return sorted(named, key=lambda token: token.span)


def _marks(text: str, covered: list[Span], taken: list[Span]) -> Iterator[Token]:
    """Units without a number, words for the whole event, and what ends a sentence."""
    for kind, pattern in ((UNIT, rf"(?<![^\W_])(?:{PATTERN})"), (WHOLE, WHOLES), (BREAK, BREAKS)):
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if not _within(match.start(), covered if kind == BREAK else taken):
                yield Token(kind, match.span())


def _lost(text: str, taken: list[Span]) -> Iterator[Token]:
    """The numbers that are no value and no uncertainty: bounds, ends of a range, `1,306`."""
    for match in DIGITS.finditer(text):
        before = text[max(0, match.start() - 8) : match.start()]
        if not _within(match.start(), taken) and not UNCERTAINTY.search(before):
            yield Token(LOST, match.span())


def _stands_alone(text: str, end: int, words: Lexicon) -> bool:
    """Whether no letters follow, or a word of the vocabulary: `j1pt`."""
    rest = LETTERS.match(text, end)
    return rest is None or plain(rest[0]) in words.words


def _of_a_longer(text: str, words: Lexicon, token: Token) -> list[Token]:
    """`pT lead` before `jet` as pT and the lead jet."""
    last = max(text.rfind(mark, *token.span) for mark in " _-") + 1
    if token.kind != QUANTITY or token.object or last <= token.span[0]:
        return [token]
    names = words.words.get(plain(text[token.span[0] : last]))
    match = words.pattern.match(text, last)
    if not names or not match or match.end() <= token.span[1]:
        return [token]
    which = _named(text, match, words)
    if which is None or which.kind != OBJECT:
        return [token]
    return [replace(token, span=(token.span[0], last - 1), names=names), which]


def _named(text: str, match: re.Match[str], words: Lexicon) -> Token | None:
    word, span = plain(match["word"]), match.span()
    index = match["index"] or (match["place"] and str(int(match["place"]) + 1))
    called = match["of"] or match["argument"]
    of = words.objects.get(plain(called)) if called else None
    if index and int(index) <= len(words.names):
        of = words.names[int(index) - 1]
    if word in words.words:
        names = words.words[word]
        if of is None and index:
            return None
        alone = len(word) == 1 and of is None
        joined = text[max(0, span[0] - 1) : span[0]] == "_"
        weak = alone and not joined and not ASSIGNED.match(text, span[1])
        return Token(QUANTITY, span, names, of, weak=weak)
    span = match.span("word")
    if word in words.objects:
        if match[0][-1:] in "sS" and match.end() == span[1] + 1:
            return Token(PLURAL, match.span())  # the leading jets
        return Token(OBJECT, span, object=words.objects[word])
    if word in words.orders:
        return Token(ORDER, span, words.orders[word], of)
    return Token(PLURAL, span) if word in words.plural else None


def _inside(match: re.Match[str], spans: list[Span]) -> bool:
    """Whether a word is a part of a number, and does not begin with it as `4-vector` does."""
    start = match.start("word")
    at = bisect_left(spans, (start + 1, 0))
    return _within(start, spans) and match.end("word") <= spans[at - 1][1]


def _within(place: int, spans: list[Span]) -> bool:
    """Whether a place lies in one of these spans, which are in order."""
    at = bisect_left(spans, (place + 1, 0))
    return at > 0 and spans[at - 1][0] <= place < spans[at - 1][1]
