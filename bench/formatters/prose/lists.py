"""Several numbers of one word: which number is one of a list, and whose each is."""

from __future__ import annotations

import re
from dataclasses import replace

from bench.formatters.prose.behind import named_behind
from bench.formatters.prose.between import AND, FOR, LIST, OF
from bench.formatters.prose.meaning import assign, in_turn
from bench.formatters.prose.state import Prose
from bench.formatters.words.tokens import NUMBER, OBJECT, PLURAL, QUANTITY, Token

OF_THEM = re.compile(r"\s*of\s+(?:them|these|those)\b", re.IGNORECASE)
THEIR = re.compile(r"\b(?:for|are)\b")
"""Between numbers and `their` with a word: `1.4 TeV and 1.3 TeV for their pT`."""


def is_one_of_several(prose: Prose, place: int) -> bool:
    """Whether another number of its kind is beside it, or the object that it is of behind it."""
    page = prose.page
    after, word = page.at(place + 1), prose.waiting.word
    if _once_again(prose, place):
        return True
    if after is None or after.kind not in (NUMBER, OBJECT, QUANTITY):
        return False
    between = page.after(page.tokens[place], after)
    if after.kind == NUMBER:
        return _lists(prose, between)
    if after.kind == OBJECT:
        return bool(FOR.fullmatch(between) and OF.search(between))
    return bool(word and word.names == after.names and LIST.fullmatch(between))


def _once_again(prose: Prose, place: int) -> bool:
    """Whether a word is repeated for the next number of a list: `eta = 1 and eta = 2`."""
    word, last, before = prose.waiting.word, prose.waiting.last, prose.page.at(place - 2)
    if not (word and last and word.names == last.names and before):
        return False
    return before.kind == NUMBER and bool(LIST.fullmatch(prose.page.after(before, word)))


def _lists(prose: Prose, between: str) -> bool:
    """Whether two numbers with this between them are of one list."""
    blanks = prose.waiting.blanks and between.isspace() and "\n" not in between
    paired = prose.spoken.paired and between.strip() in ("(", "[")
    return blanks or paired or bool(LIST.fullmatch(between))


def parted_by_blanks(prose: Prose, word: Token, place: int) -> bool:
    """Whether blanks part numbers: in a bracket, or two of them alone in the rest of a line."""
    page = prose.page
    if re.search(r"[\[(]\s*$", page.between(word, page.tokens[place])):
        return True
    other = page.at(place + 1)
    if len(prose.spoken.objects) == 1 or other is None:
        return False
    rest = page.text[other.span[1] :].partition("\n")[0]
    return other.kind == NUMBER and not rest.strip()


def two_of_one(prose: Prose, place: int, word: Token) -> bool:
    """Whether two numbers of a word follow where one object is spoken of; then none is read.

    They are of both objects that were named, if they were named in their order.
    """
    page, spoken = prose.page, prose.spoken
    after = page.at(place + 1)
    one = prose.waiting.several and len(spoken.objects) == 1
    if not (one and after and after.kind == NUMBER):
        return False
    sure = bool(AND.fullmatch(page.after(page.tokens[place], after)))
    if in_turn(prose, word, sure=sure):
        spoken.objects = [*spoken.named]
        return False
    if sure and not named_behind(prose, place + 1):
        prose.waiting.forget()
        return True
    return False


def one_word_behind(prose: Prose, place: int) -> int:
    """Numbers that one word behind them names: `1.4 TeV and 1.3 TeV of pT`; how many tokens."""
    page, end = prose.page, place + 1
    while (one := page.at(end)) and one.kind == NUMBER:
        between = page.after(page.tokens[end - 1], one)
        if not AND.fullmatch(between) and not (prose.spoken.paired and between.strip() == "("):
            break
        end += 1
    if end - place == 1:
        return 0
    word, behind = named_behind(prose, end - 1), page.tokens[end : end + 2]
    theirs = [one.kind for one in behind] == [PLURAL, QUANTITY]
    if theirs and THEIR.search(page.after(page.tokens[end - 1], behind[0])):
        word, end = behind[1], end + 1
    if word is None or word not in page.tokens or word.object:
        return 0
    for token in page.tokens[place:end]:
        if token.kind == NUMBER:
            prose.waiting.several = True
            assign(prose, word, token, None, listed=token is not page.tokens[place])
    prose.waiting.word, prose.spoken.whole = None, False
    return end + 1 - place


def as_before(prose: Prose, place: int) -> int:
    """A number that no word names: it is what the last one was, of the object that is named."""
    page, waiting = prose.page, prose.waiting
    token, before, last = page.tokens[place], page.at(place - 1), waiting.last
    if named := _named_by_object(prose, place):
        assign(prose, named, token, None)
        waiting.last = last
    elif last and before and _goes_on(prose, place, before, last):
        word = last
        if before.kind == OBJECT and (word.object or before.object not in page.words.described):
            word = replace(word, object=before.object)
        assign(prose, word, token, waiting.unit, listed=True)
    return 1


def _named_by_object(prose: Prose, place: int) -> Token | None:
    """The last quantity once more, where its object follows: `and 1330 GeV for the second`."""
    page, last, after = prose.page, prose.waiting.last, prose.page.at(place + 1)
    if not (last and after and after.kind == OBJECT and after.object):
        return None
    between = page.after(page.tokens[place], after)
    if last.object == after.object or not FOR.fullmatch(between):
        return None
    if not re.search(r"\b(?:for|in|of|to)\b", between):
        return None
    own = page.words.quantity(last.names, after.object)
    fits = own and own not in prose.said.used
    return replace(last, object=after.object) if fits else None


def _goes_on(prose: Prose, place: int, before: Token, last: Token) -> bool:
    """Whether a number without a name goes on what was said by the last one."""
    page, readings, token = prose.page, prose.said.readings, prose.page.tokens[place]
    if before.kind == NUMBER:
        return _lists(prose, page.after(before, token))
    if before.kind != OBJECT or not readings:
        return False
    earlier = page.at(place - 2)
    if earlier and earlier.kind == NUMBER and "(" in page.after(earlier, before):
        return bool(LIST.fullmatch(page.between(before, token)))  # 94 (leading) and 401
    counted = page.words.object_of[readings[-1].quantity] in page.words.numbered.names
    of_them = OF_THEM.match(page.text, token.span[1])
    if len(prose.said.before) > 1 or not (counted or of_them):
        return False
    which = before.object or ""
    quantity = page.words.quantity(last.names, which)
    quantity = quantity or page.words.composed(which, page.word(last))
    return bool(quantity) and quantity not in prose.said.used and not page.gap(before, token)
