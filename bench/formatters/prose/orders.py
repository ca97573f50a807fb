"""Several numbers in the order of words: `(px, py, pz, E) = (1, 2, 3, 4)`, `1.4 / 94 (pT / m)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bench.formatters.prose.between import LIST
from bench.formatters.prose.meaning import assign
from bench.formatters.prose.objects import speak_of
from bench.formatters.prose.state import Page, Prose
from bench.formatters.words.tokens import NUMBER, OBJECT, ORDER, QUANTITY, UNIT, Token

LONGEST = 20
"""Words in a row that may each have a number."""
LEAST = 3
"""Words in a row that are an order for numbers elsewhere in the text."""
PARAGRAPH = re.compile(r"\n\s*\n")


def said_order(page: Page) -> tuple[str, ...]:
    """The first three words or more that stand in a row, such as `[pt, eta, phi, m]`."""
    row: list[Token] = []
    for token in page.tokens:
        apart = row and re.sub(r"[\s,/|;()\[\]]", "", page.between(row[-1], token))
        if token.kind != QUANTITY or apart:
            if len(row) >= LEAST:
                break
            row = []
        if token.kind == QUANTITY:
            row.append(token)
    return tuple(_spelled(page, word) for word in row) if len(row) >= LEAST else ()


def numbers_in_order(prose: Prose, place: int) -> int:
    """Numbers in the order of words before them: how many tokens they take; 0 for none."""
    page, waiting, token = prose.page, prose.waiting, prose.page.tokens[place]
    names, at = _row(page, place)
    if len(names) > 1:
        waiting.order = tuple(_spelled(page, word) for word in names)
    elif token.kind == ORDER:
        waiting.order = waiting.order if len(waiting.order) >= LEAST else token.names
        if token.object:
            prose.spoken.objects, prose.spoken.stale = [token.object], False
        names, at = [], place + 1
    elif token.kind == NUMBER and not waiting.word and len(waiting.order) >= LEAST:
        names, at = [], place
    else:
        return 0
    while at > place and (one := page.at(at)) and one.kind in (OBJECT, UNIT):
        if one.kind == OBJECT:
            speak_of(prose, at)
        at += 1
    return _zipped(prose, place, at, names)


def _row(page: Page, place: int) -> tuple[list[Token], int]:
    """The words in a row from a place on, and where they end."""
    words: list[Token] = []
    at = place
    while at < min(len(page.tokens), place + LONGEST):
        skipped = int(bool(words) and _names_next(page, at))
        word = page.tokens[at + skipped]
        if word.kind != QUANTITY or (words and _parts(page, words[-1], page.tokens[at])):
            break
        words.append(word)
        at += 1 + skipped
    return words, at


def _parts(page: Page, word: Token, token: Token) -> bool:
    """Whether something between a word and the next one says that they are no row."""
    return bool(re.sub(r"[\s,()\[\]:/|;\"'&]|and|over", "", page.between(word, token)))


def _names_next(page: Page, at: int) -> bool:
    """Whether an object is that of the word behind it: `lead jet pT (second jet pT)`."""
    one, word = page.tokens[at], page.at(at + 1)
    return bool(one.kind == OBJECT and word and word.kind == QUANTITY and word.object == one.object)


def _zipped(prose: Prose, place: int, at: int, names: list[Token]) -> int:
    """Assign the numbers from `at` on, if they are as many as the order has words."""
    page, order = prose.page, prose.waiting.order
    numbers = page.tokens[at : at + len(order)]
    if len(numbers) < len(order) or any(one.kind != NUMBER for one in numbers):
        return 1 if page.tokens[place].kind == ORDER else 0
    if at > place and PARAGRAPH.search(page.between(page.tokens[at - 1], numbers[0])):
        return 0
    if _more(page, at, numbers):
        return 0
    if any(re.sub(r"[\s,;|/()]|and|over", "", page.after(*pair)) for pair in pairwise(numbers)):
        return 0
    words = names or [
        Token(QUANTITY, page.tokens[place].span, page.words.words.get(one, ())) for one in order
    ]
    unit = next((n.number.unit for n in reversed(numbers) if n.number and n.number.unit), None)
    for word, number in zip(words, numbers, strict=True):
        assign(prose, word, number, unit)
    return at + len(order) - place


def _more(page: Page, at: int, numbers: Sequence[Token]) -> bool:
    """Whether more numbers stand beside these in their line, for which there are no words."""
    for one, other in ((page.at(at - 1), numbers[0]), (numbers[-1], page.at(at + len(numbers)))):
        if one and other and one.kind == other.kind == NUMBER:
            between = page.after(one, other)
            if "\n" not in between and not re.sub(r"[\s,;|/]|and|over", "", between):
                return True
    return False


def _spelled(page: Page, word: Token) -> str:
    return next((key for key, names in page.words.words.items() if names == word.names), "")


def run_of(page: Page, place: int) -> int:
    """Where a list of numbers ends that begins at a place."""
    end = place + 1
    while (one := page.at(end)) and one.kind == NUMBER:
        if not LIST.fullmatch(page.after(page.tokens[end - 1], one)):
            break
        end += 1
    return end


def words_in_brackets(prose: Prose, place: int) -> int:
    """Numbers with their words in brackets behind: `1.4 / -0.3 (pT / eta)`; how many tokens."""
    page = prose.page
    end = run_of(page, place)
    count = end - place
    words = page.tokens[end : end + count]
    if count < 2 or len(words) < count or any(w.kind != QUANTITY for w in words):
        return 0
    if page.after(page.tokens[end - 1], words[0]).strip() not in ("(", "["):
        return 0
    if any(not LIST.fullmatch(page.between(a, b)) for a, b in pairwise(words)):
        return 0
    for token, word in zip(page.tokens[place:end], words, strict=True):
        assign(prose, word, token, None)
    prose.waiting.word = None
    return 2 * count


def once_more(prose: Prose, place: int) -> int:
    """Bare numbers of an object, in the order of the one before it; how many tokens.

    As many as that one had; of any other number of them nobody knows what they are.
    """
    page, before, last = prose.page, prose.said.before, prose.page.at(place - 1)
    if not (last and last.kind == OBJECT and last.object and page.tokens[place].kind == NUMBER):
        return 0
    if re.sub(r"[\s:=(\[]|with|has|have|are|is", "", page.between(last, page.tokens[place])):
        return 0
    end = run_of(page, place)
    behind = page.at(end)
    if end - place < 2 or (behind and behind.kind == QUANTITY) or prose.waiting.word:
        return 0
    if end - place == len(before):
        for token, reading in zip(page.tokens[place:end], before, strict=True):
            like = page.words.named_like(reading.quantity)
            word = Token(QUANTITY, reading.words or last.span, like, last.object)
            assign(prose, word, token, None)
    return end - place
