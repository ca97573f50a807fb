"""Readings whose object is named behind them, and which are mended then."""

from __future__ import annotations

import re

from bench.api.asking import Reading
from bench.formatters.prose.between import FOR, LIST, OF
from bench.formatters.prose.state import Prose
from bench.formatters.units import PATTERN
from bench.formatters.words.tokens import BREAK, NUMBER, OBJECT, Token

ALL_OF = re.compile(
    rf"[ \t]*[\[(]?(?:{PATTERN})?[\])]?[ \t]*(?:(?:for|as)\s+|[(\[])(?:the\s+)?", re.IGNORECASE
)
"""Between numbers and the object that all of them are of."""
WITH = re.compile(r"(?:with|at|having|weighing|carrying)\b", re.IGNORECASE)
WITH_UNTIL = re.compile(rf"\s*(?:{PATTERN})?\s*,?\s*(?:the\s+)?", re.IGNORECASE)
"""Between the numbers of a sentence that begins with `with` and the object that they are of."""
EACH = re.compile(r"(?:[\s,]*(?:for|in|of|on)\s+|[\s\])]*[(\[]\s?)(?:the\s+)?", re.IGNORECASE)
"""Between numbers and the objects that they are of, one by one."""
GOES_ON = re.compile(r"\)\s(?:has|have|is|with|sits|weighs)\b|\s\(")
"""Behind an object in brackets that what follows is of: `1.4 TeV (leading jet) has a mass of`."""
LAST = re.compile(r"[\"']?\s?\}")
"""Behind the last word in braces."""


def is_said_behind(prose: Prose, before: Token | None, token: Token) -> bool:
    """Whether an object says whose numbers before it are; then these readings are mended."""
    return _all(prose, token) or _the_last(prose, before, token) or _the_braces(prose, token)


def _all(prose: Prose, token: Token) -> bool:
    """Whether it says whose all the last numbers are: `1 TeV of pT and 90 GeV of mass for`."""
    page, spoken, said = prose.page, prose.spoken, prose.said
    since = said.readings[said.begun :]
    if not since or spoken.objects or not token.object:
        return False
    if len({page.words.named_like(one.quantity) for one in since}) < len(since):
        return False
    between = page.text[_end(since[-1]) : token.span[0]]
    bracketed = re.search(r"[(\[]\s*(?:the\s)?$", between)
    if not ALL_OF.fullmatch(between) or (bracketed and len(since) < 2):
        return False
    _are_of(prose, range(said.begun, len(said.readings)), token.object)
    said.begun, spoken.implicit = len(said.readings), 0
    if "(" in between and page.text[token.span[1] : token.span[1] + 1] == ",":
        spoken.objects = [token.object]  # (leading jet, n = 63)
    return True


def _the_last(prose: Prose, before: Token | None, token: Token) -> bool:
    """Whether it says whose the last number is: `1411 GeV for the leading jet`."""
    page, said = prose.page, prose.said
    if not (before and said.readings and token.object):
        return False
    reading = said.readings[-1]
    behind = before.span == reading.words and reading.words > reading.span
    if not (reading.span == before.span or behind):
        return False
    between = page.after(before, token)
    if not _fits(page.text, between, token, behind=behind):
        return False
    right = _other(prose, reading, token.object)
    listed = len(said.readings) > 1 and said.readings[-2].words == reading.words
    if right is None or (listed and "(" not in between):
        return False  # or a list, of which both are said: `2 and 3 for the first and second`
    said.mend_last(right)
    if GOES_ON.match(page.text, token.span[1]):
        prose.spoken.objects, prose.spoken.stale = [token.object], False
    return True


def _fits(text: str, between: str, token: Token, *, behind: bool) -> bool:
    """Whether what stands between a number and an object behind it makes it the number's."""
    ends = text[token.span[1] : token.span[1] + 2].lstrip()[:1] in ",-–—.;"
    if ends and re.fullmatch(r"\s*(?:,|--?|–|—)\s*the\s+", between):
        return True
    beside = between == " " or (behind and between == " the ")  # 1.4 TeV leading,
    if beside and (ends or text.startswith((")", " ("), token.span[1])):
        return True
    return bool((OF.search(between) or "make" in between) and FOR.fullmatch(between))


def _other(prose: Prose, reading: Reading, which: str) -> str | None:
    """The same quantity of this object, unless it was named with its own already."""
    words, last = prose.page.words, prose.waiting.last
    if not last or last.object or prose.spoken.objects == [which]:
        return None
    return (
        words.quantity(words.named_like(reading.quantity), which)
        or words.quantity(last.names, which)
        or words.composed(which, prose.page.word(last))
    )


def _the_braces(prose: Prose, token: Token) -> bool:
    """Whether it says at their end whose all values in braces are: `"label": "leading"}`."""
    said = prose.said
    places = range(said.opened[-1] if said.opened else len(said.readings), len(said.readings))
    if not places or not token.object or not LAST.match(prose.page.text, token.span[1]):
        return False
    if any(said.readings[i].span not in said.guesses for i in places):
        return False
    _are_of(prose, places, token.object)
    return True


def _are_of(prose: Prose, places: range, which: str) -> None:
    """These readings are of an object."""
    words, readings = prose.page.words, prose.said.readings
    likes = ((i, words.named_like(readings[i].quantity)) for i in places)
    prose.said.mend({i: right for i, like in likes if (right := words.quantity(like, which))})
    prose.said.recount()


def opening_is_of(prose: Prose, token: Token) -> None:
    """An object is whose the guesses before it are in `With a mass of 94 GeV the jet has`."""
    page, said = prose.page, prose.said
    places = range(said.begun, len(said.readings))
    guesses = [i for i in places if said.readings[i].span in said.guesses]
    if not guesses or guesses[-1] != len(said.readings) - 1 or not token.object:
        return
    first = said.readings[guesses[0]].span[0]
    start = max(page.text.rfind(mark, 0, first) for mark in (". ", "\n", "; "))
    opening = page.text[start + 1 : first].strip()
    between = page.text[_end(said.readings[-1]) : token.span[0]]
    if not WITH.match(opening) or not WITH_UNTIL.fullmatch(between):
        return
    right = {}
    for i in guesses:
        reading = said.readings[i]
        if reading.words:
            like = page.words.named_like(reading.quantity)
            word = page.text[slice(*reading.words)]
            right[i] = page.words.quantity(like, token.object) or page.words.composed(
                token.object, word
            )
    said.mend({i: name for i, name in right.items() if name})
    said.recount()


def objects_of_each(prose: Prose, place: int) -> int:
    """Objects behind lists of numbers, one of each: `2 and 3 for the first and the second`."""
    page, said, before = prose.page, prose.said, prose.page.at(place - 1)
    if not (before and said.readings):
        return 0
    last = said.readings[-1]
    behind = last.words == before.span and last.words > last.span
    if before.kind != NUMBER and not behind:
        return 0
    run = [page.tokens[place]]
    while (token := page.at(place + len(run))) and token.kind == OBJECT:
        if not LIST.fullmatch(page.between(run[-1], token)):
            break
        run.append(token)
    if len(run) < 2 or not EACH.fullmatch(page.after(before, run[0])):
        return 0
    names = [token.object or "" for token in run]
    _one_by_one(prose, names, _beginning(prose, place))
    prose.spoken.objects, prose.spoken.stale, prose.spoken.named = names, False, [*names]
    said.before, said.begun = tuple(said.readings[said.begun :]), len(said.readings)
    return len(run)


def _one_by_one(prose: Prose, names: list[str], start: int) -> None:
    """The lists of readings from a place on are of these objects, one by one."""
    words, said = prose.page.words, prose.said
    count = len(names)
    for i in range(len(said.readings) - count, -1, -1):
        run = said.readings[i : i + count]
        if run[0].span[0] < start or len({one.words for one in run}) > 1:
            continue
        likes = [words.named_like(one.quantity) for one in run]
        right = [words.quantity(n, one) for n, one in zip(likes, names, strict=True)]
        if all(right) and len({*likes}) == 1:
            said.mend({i + k: name for k, name in enumerate(right) if name})
    said.recount()


def _beginning(prose: Prose, place: int) -> int:
    """Where the sentence of a token begins."""
    for token in reversed(prose.page.tokens[:place]):
        mark = prose.page.word(token)
        if token.kind == BREAK and (mark in (".", "}") or mark.count("\n") > 1):
            return token.span[1]
    return 0


def _end(reading: Reading) -> int:
    """Where a number ends, or its word where that stands behind it."""
    return max(reading.span[1], (reading.words or reading.span)[1])
