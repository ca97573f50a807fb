"""The words of a vocabulary where they stand in a text: quantities, objects, numbers, breaks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from bench.formatters.kinds import (
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
from bench.formatters.lexicon import Lexicon, lexicon, plain
from bench.formatters.numbers import UNCERTAINTY
from bench.formatters.phrases import phrases_in
from bench.formatters.qualifiers import qualified
from bench.formatters.units import PATTERN

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
CLOSED = re.compile(r"\s?\)")
SUM = re.compile(r"\s*(?:\+|\bplus\b)\s*(?:the\s+)?", re.IGNORECASE)
OF_IT = re.compile(r" |'s? ")
ANAPHORS = re.compile(r"\b(?:the\s)?(former|latter)(?:'s|\sone)?\b", re.IGNORECASE)
DIGITS = re.compile(r"(?<![\w.,\-])[0-9][0-9.,]*(?![\w\-/:])")
LETTERS = re.compile(r"[^\W\d_]+(?:_[^\W\d_]+)*")
BREAKS = r"\n[ \t]*\n|\n|[;{}]|(?<![\s.])\.(?=\s|$)|(?<!\.)\.\.\.(?=\s)"


def tokens(passage: Passage) -> list[Token]:
    """What means something in a text, in its order; no two of them overlap."""
    text, words = passage.text, lexicon(passage.vocabulary)
    spans = [number.span for number in passage.numbers]
    phrases = sorted(span for *_, span in phrases_in(text, passage.vocabulary, every=True))
    counted = [
        Token(OBJECT, span, object=name)
        for span, name in words.numbered.find(text)
        if _stands_alone(text, span[1], words)
    ]
    taken = [token.span for token in counted]
    named = [
        token
        for match in words.pattern.finditer(text)
        if not _inside(match, spans) and not _within(match.start(), taken)
        if (token := _named(text, match, words))
        if token.kind == QUANTITY or not _within(token.span[1] - 1, taken)
    ]
    named = [one for token in named for one in _of_a_longer(text, words, token)]
    spelled = [token.span for token in named]
    counted = [token for token in counted if not _within(token.span[0], spelled)]
    named = sorted([*named, *counted], key=lambda token: token.span)
    named = [t for t in named if t.kind != OBJECT or not _within(t.span[0], phrases)]
    named = [*qualified(text, _glued(text, words, _parted(text, words, named)), QUANTITY)]
    covered = sorted(token.span for token in named)
    out = [*named]
    for number in passage.numbers:
        if not _within(number.span[0], covered):
            out.append(Token(NUMBER, number.span, number=number))
    taken = sorted([token.span for token in out] + [n.unit for n in passage.numbers if n.unit])
    for kind, pattern in ((UNIT, rf"(?<![^\W_])(?:{PATTERN})"), (WHOLE, WHOLES), (BREAK, BREAKS)):
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if not _within(match.start(), covered if kind == BREAK else taken):
                out.append(Token(kind, match.span()))
    out += [Token(LOST, span) for span in _lost(text, taken)]
    out += [Token(OBJECT, m.span(), object=m[1].lower()) for m in ANAPHORS.finditer(text)]
    return _joined(
        text, _resolved(text, words, sorted(out, key=lambda token: (token.span, token.kind)))
    )


def _lost(text: str, taken: list[Span]) -> Iterator[Span]:
    """The numbers that are no value and no uncertainty: bounds, ends of a range, `1,306`."""
    for match in DIGITS.finditer(text):
        before = text[max(0, match.start() - 8) : match.start()]
        if not _within(match.start(), taken) and not UNCERTAINTY.search(before):
            yield match.span()


def _resolved(text: str, words: Lexicon, tokens: list[Token]) -> list[Token]:
    """With the objects that `the former` and `the latter` are, and sums of objects as a pair."""
    out: list[Token] = []
    last: list[str] = []
    for token in tokens:
        which = token.object
        if which in ("former", "latter"):
            if len(last) == 2:
                out.append(replace(token, object=last[which == "latter"]))
            continue
        one = out[-1] if out else token
        summed = one.kind == token.kind == OBJECT and SUM.fullmatch(
            text, one.span[1], token.span[0]
        )
        if summed and words.pair:
            out[-1] = Token(OBJECT, (one.span[0], token.span[1]), object=words.pair)
            continue
        then = one.kind == token.kind == OBJECT and text[one.span[1] : token.span[0]] == " "
        if then and one is not token and text[token.span[1] : token.span[1] + 1] in (":", ","):
            continue  # the second jet first:
        if which and which not in last[-1:]:
            last = [*last[-1:], which]
        out.append(token)
    return out


def _stands_alone(text: str, end: int, words: Lexicon) -> bool:
    """Whether no letters follow, or a word of the vocabulary: `j1pt`."""
    rest = LETTERS.match(text, end)
    return rest is None or plain(rest[0]) in words.words


def _glued(text: str, words: Lexicon, named: list[Token]) -> list[Token]:
    """With the words that stand right behind an object's number: `j1pt`."""
    out = []
    for token in named:
        out.append(token)
        rest = LETTERS.match(text, token.span[1]) if token.kind == OBJECT else None
        if rest and (names := words.words.get(plain(rest[0]))):
            out[-1] = Token(QUANTITY, (token.span[0], rest.end()), names, token.object)
    return out


def _parted(text: str, words: Lexicon, named: list[Token]) -> list[Token]:
    """`lead_pt` as the object and its quantity, where others are called so: `sub_pt`, `lead_m`."""
    doubtful = {i: o for i, t in enumerate(named) if (o := _object_and_quantity(text, t, words))}
    called = [
        one.kind == OBJECT and other.kind == QUANTITY and other.span[0] - one.span[1] == 1
        for one, other in pairwise(named)
    ]
    if not doubtful or not any(called):
        return named
    return [doubtful.get(i, token) for i, token in enumerate(named)]


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


def _object_and_quantity(text: str, token: Token, words: Lexicon) -> Token | None:
    """A word for a quantity that is an object's word and another quantity's as well."""
    if token.kind != QUANTITY:
        return None
    first, _, rest = re.sub(r"[\s\-]+", "_", text[slice(*token.span)]).casefold().partition("_")
    rest = plain(rest)
    counted = words.objects.get(first) in words.numbered.names
    if counted and rest in words.words and token.object is None:
        return replace(token, names=words.words[rest], object=words.objects[first])
    return None


def _joined(text: str, tokens: list[Token]) -> list[Token]:
    """Names such as `j1_pt` as one word each; single letters that stand among others count."""
    out: list[Token] = []
    for token in tokens:
        last = out[-1] if out else token
        between = text[last.span[1] : token.span[0]] if out else "\n"
        kinds = last.kind, token.kind
        if kinds == (OBJECT, QUANTITY) and between in ("_", "."):
            whole = last.span[0], token.span[1]
            out[-1] = replace(token, span=whole, object=last.object, weak=False)
        elif kinds == (QUANTITY, OBJECT) and (end := _bracketed(text, last, token)):
            out[-1] = replace(last, span=(last.span[0], end), object=token.object)
        elif kinds == (OBJECT, QUANTITY) and OF_IT.fullmatch(between) and not _listed(out):
            out.append(replace(token, object=token.object or last.object))
        elif kinds == (QUANTITY, QUANTITY) and not between.strip(" ,/|;()[]"):
            weak = last.weak and token.weak
            out[-1] = replace(last, weak=weak)
            out.append(replace(token, weak=weak))
        else:
            out.append(token)
    return out


def _bracketed(text: str, word: Token, token: Token) -> int:
    """Where `pT (leading jet)` ends; 0 where it is no such."""
    if word.object is not None or text[word.span[1] : token.span[0]].strip() != "(":
        return 0
    end = CLOSED.match(text, token.span[1])
    return end.end() if end else 0


def _listed(tokens: list[Token]) -> bool:
    """Whether the last object is one of several: `leading / subleading jet pT`."""
    return len(tokens) > 1 and tokens[-2].kind == OBJECT


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
