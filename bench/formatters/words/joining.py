"""Tokens side by side that mean one thing together, or another one than each by itself."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from bench.formatters.words.lexicon import Lexicon, plain
from bench.formatters.words.tokens import OBJECT, QUANTITY, Token

CLOSED = re.compile(r"\s?\)")
"""Behind an object in brackets: `pT (leading jet)`."""
SUM = re.compile(r"\s*(?:\+|\bplus\b)\s*(?:the\s+)?", re.IGNORECASE)
"""Between two objects whose sum is spoken of."""
OF_IT = re.compile(r" |'s? ")
"""Between an object and its quantity: `leading jet's pT`."""
LETTERS = re.compile(r"[^\W\d_]+(?:_[^\W\d_]+)*")
"""What may stand right behind an object's number."""


def glued(text: str, words: Lexicon, named: list[Token]) -> list[Token]:
    """With the words that stand right behind an object's number: `j1pt`."""
    out = []
    for token in named:
        out.append(token)
        rest = LETTERS.match(text, token.span[1]) if token.kind == OBJECT else None
        if rest and (names := words.words.get(plain(rest[0]))):
            out[-1] = Token(QUANTITY, (token.span[0], rest.end()), names, token.object)
    return out


def parted(text: str, words: Lexicon, named: list[Token]) -> list[Token]:
    """`lead_pt` as the object and its quantity, where others are called so: `sub_pt`, `lead_m`."""
    doubtful = {i: o for i, t in enumerate(named) if (o := _object_and_quantity(text, t, words))}
    called = [
        one.kind == OBJECT and other.kind == QUANTITY and other.span[0] - one.span[1] == 1
        for one, other in pairwise(named)
    ]
    if not doubtful or not any(called):
        return named
    return [doubtful.get(i, token) for i, token in enumerate(named)]


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


def resolved(text: str, words: Lexicon, tokens: list[Token]) -> list[Token]:
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


def joined(text: str, tokens: list[Token]) -> list[Token]:
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
