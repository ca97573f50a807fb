"""The reader of prose: one pass over the tokens, from the first to the last."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.formatters.prose.behind import (
    is_as_good,
    is_aside,
    named_behind,
    names_another,
    one_behind,
)
from bench.formatters.prose.between import BEHIND
from bench.formatters.prose.lists import (
    as_before,
    is_one_of_several,
    one_word_behind,
    parted_by_blanks,
    two_of_one,
)
from bench.formatters.prose.meaning import assign
from bench.formatters.prose.objects import end_of_sentence, is_added, speak_of, speak_of_event
from bench.formatters.prose.orders import (
    numbers_in_order,
    once_more,
    said_order,
    words_in_brackets,
)
from bench.formatters.prose.owners import objects_of_each
from bench.formatters.prose.state import Page, Prose, end_of
from bench.formatters.words.lexicon import Lexicon, plain
from bench.formatters.words.tokens import (
    BREAK,
    LOST,
    NUMBER,
    OBJECT,
    PLURAL,
    QUANTITY,
    UNIT,
    WHOLE,
    Token,
)

if TYPE_CHECKING:
    from bench.api.asking import Passage, Reading

IN_BRACKETS = re.compile(r"\s?[(\[]([a-z\-]{3,20})[)\]]", re.IGNORECASE)
CORRECTED = re.compile(
    r"\b(?:(?:correct(?:ed)?|calibrated|updated|revised|true|actual|right|new|better)\s+"
    r"(?:value|one|figure|number|result)|correction|sorry|rather|make\sthat|should\sbe|i\smean)"
    r"\b[\s:,=]*(?:(?:is|was|are|it|to|be|of|the)\b[\s:,=]*)*$",
    re.IGNORECASE,
)
"""Before a number that is to stand for the one that was read before it."""
FAR = 40
"""Characters of other words between a word and a number, from which on it is not the number's."""
APART = 60
"""Characters between two words that are no name together."""


def read_prose(passage: Passage, words: Lexicon, tokens: list[Token]) -> list[Reading]:
    """What running text says."""
    page = Page(passage.text, words, [token for token in tokens if not token.weak])
    prose = Prose(page)
    prose.waiting.order = said_order(page)
    place = 0
    while place < len(page.tokens):
        place += numbers_in_order(prose, place) or once_more(prose, place) or _one(prose, place)
    return _without_guesses(prose)


def _without_guesses(prose: Prose) -> list[Reading]:
    """The readings; where objects are named, without those of no object that is named."""
    said, tokens = prose.said, prose.page.tokens
    counted = prose.page.words.numbered.names
    named = [token for token in tokens if token.kind == OBJECT]
    if not any(token.object in counted for token in named):
        return said.readings
    out = []
    for one in said.readings:
        which = prose.page.words.object_of[one.quantity]
        after = next((t.object for t in named if t.span[0] > one.span[0]), None)
        another = after in counted and after != which  # a jet of 1 TeV and a second jet
        if one.span not in said.guesses or another:
            out.append(one)
    return out


def _one(prose: Prose, place: int) -> int:
    """One token, and what it takes with it: how many."""
    token, waiting = prose.page.tokens[place], prose.waiting
    if token.kind == NUMBER:
        return _number(prose, place)
    if token.kind == LOST:
        return _lost(prose, place)
    if token.kind == QUANTITY:
        _word(prose, token)
    elif token.kind == BREAK:
        end_of_sentence(prose, place)
    elif token.kind == WHOLE:
        speak_of_event(prose, place)
    elif token.kind == UNIT and waiting.word and not waiting.unit:
        waiting.unit = token.span
    elif is_added(prose, place):
        waiting.forget()
    elif token.kind == OBJECT and (taken := objects_of_each(prose, place)):
        return taken
    elif token.kind in (OBJECT, PLURAL):
        speak_of(prose, place)
    return 1


def _word(prose: Prose, token: Token) -> None:
    """A quantity's word waits for its number, alone or with the word that waited before it."""
    page, waiting = prose.page, prose.waiting
    prose.spoken.explicit = prose.spoken.explicit or token.object is not None
    if waiting.word and page.between(waiting.word, token).strip() in ("/", "over"):
        waiting.forget()  # a ratio
    else:
        waiting.word, waiting.unit = _with_earlier(page, waiting.word, token), None


def _with_earlier(page: Page, earlier: Token | None, word: Token) -> Token:
    """A word with the one before it, if both make one: `the hardest particle has a pT of`."""
    if earlier is None or len(page.between(earlier, word)) > APART:
        return word
    names = page.words.words.get(plain(page.word(earlier)) + plain(page.word(word)))
    return replace(word, names=names, object=earlier.object or word.object) if names else word


def _lost(prose: Prose, place: int) -> int:
    """A number that is no value keeps the word that waits for it, or the one behind it."""
    page, at = prose.page, place + 1
    prose.waiting.forget()
    if (one := page.at(at)) and one.kind == UNIT:
        at += 1
    word = page.at(at)
    if word is None or word.kind != QUANTITY:
        return 1
    between = page.between(page.tokens[at - 1], word)
    return 1 + at - place if between.strip() and BEHIND.fullmatch(between) else 1


def _number(prose: Prose, place: int) -> int:
    """A number: named by the word that waits for it, or behind it, or as the one before it."""
    page, waiting, token = prose.page, prose.waiting, prose.page.tokens[place]
    if waiting.word:
        waiting.blanks = parted_by_blanks(prose, waiting.word, place)
    waiting.several = is_one_of_several(prose, place)
    behind = named_behind(prose, place)
    if (behind is None and _corrects(prose, token)) or names_another(prose, place):
        waiting.word = None
        return 1
    if behind and waiting.word and is_aside(page, token, behind):
        return one_behind(prose, place, behind)
    if word := _before(prose, token, behind):
        if not two_of_one(prose, place, word):
            assign(prose, _qualified(page, word, token), token, waiting.unit)
            waiting.word = None
        return 1
    waiting.word = None
    return (
        one_word_behind(prose, place)
        or words_in_brackets(prose, place)
        or one_behind(prose, place, behind)
        or as_before(prose, place)
    )


def _corrects(prose: Prose, token: Token) -> bool:
    """Whether it is another value of what was read last, which is then said twice."""
    readings, start = prose.said.readings, token.span[0]
    if not readings or not CORRECTED.search(prose.page.text[max(0, start - FAR) : start]):
        return False
    last = readings[-1]
    if token.number and last.quantity in token.number.candidates:
        readings.append(replace(last, span=token.span, unit=None))
    return True


def _before(prose: Prose, token: Token, behind: Token | None) -> Token | None:
    """The word that waits for this number; none where one behind it is the better name."""
    word = prose.waiting.word
    gap = prose.page.gap(word, token) if word else ""
    if len(gap) > FAR or (behind and gap and is_as_good(prose.page, token, behind)):
        return None
    return word


def _qualified(page: Page, word: Token, token: Token) -> Token:
    """A word with what is in brackets behind its number: `momentum 1.4 TeV (transverse)`."""
    added = IN_BRACKETS.match(page.text, end_of(token))
    if added is None or plain(added[1]) in page.words.objects:
        return word
    names = page.words.words.get(plain(added[1]) + plain(page.word(word)))
    return replace(word, names=names) if names else word
