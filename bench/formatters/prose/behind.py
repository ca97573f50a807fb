"""The word behind a number: `1.4 TeV of pT`, `94 GeV (mass)`, `22 constituents`."""

from __future__ import annotations

import re
from dataclasses import replace

from bench.api.table import EVENT
from bench.formatters.prose.between import BEHIND, FILLERS
from bench.formatters.prose.meaning import assign
from bench.formatters.prose.state import Page, Prose
from bench.formatters.words.tokens import NUMBER, OBJECT, PLURAL, QUANTITY, Token

OF_WORD = re.compile(r"\s*(?:of|in)\s")
"""What makes sure that a word behind a number is the number's."""


def named_behind(prose: Prose, place: int) -> Token | None:
    """The quantity behind a number that names it, if the next number has its own."""
    page, token = prose.page, prose.page.tokens[place]
    word, after = page.at(place + 1), page.at(place + 2)
    if word is None:
        return None
    between = page.after(token, word)
    close = BEHIND.fullmatch(between.removeprefix(")") if prose.spoken.paired else between)
    if word.kind == QUANTITY and (
        _in_brackets(page, token, word) or (close and not _of_the_next(page, token, word, after))
    ):
        return word if token.number and token.number.candidates & {*word.names} else None
    bracketed = between.strip() in ("(", "[") and after and _ends_bracket(page, after)
    if (close or bracketed) and after and after.kind == QUANTITY:
        return _with_object_between(page, token, word, after)
    return None


def one_behind(prose: Prose, place: int, behind: Token | None) -> int:
    """A number that the word behind it names; how many tokens."""
    if behind is None:
        return 0
    page = prose.page
    assign(prose, behind, page.tokens[place], None)
    prose.spoken.whole = False
    return 1 + page.tokens.index(behind, place) - place if behind in page.tokens else 3


def is_as_good(page: Page, token: Token, behind: Token) -> bool:
    """Whether the word behind a number is as good a name as one farther before it."""
    return not FILLERS.sub("", page.after(token, behind))


def is_aside(page: Page, token: Token, word: Token) -> bool:
    """Whether a number and the word behind it are alone in brackets: `(22 constituents)`."""
    before = page.text[max(0, token.span[0] - 2) : token.span[0]].rstrip()
    return before.endswith("(") and page.text[word.span[1] : word.span[1] + 1] == ")"


def names_another(prose: Prose, place: int) -> bool:
    """Whether a quantity that no column knows is named behind: `40 charged particles`."""
    page, word = prose.page, prose.page.at(place + 1)
    if word is None or word.kind != QUANTITY or word.names or prose.waiting.word:
        return False
    between = page.after(page.tokens[place], word)
    return bool(between.strip(" -") == "" or BEHIND.fullmatch(between))


def _ends_bracket(page: Page, word: Token) -> bool:
    return page.text[word.span[1] : word.span[1] + 2].lstrip().startswith((")", "]"))


def _of_the_next(page: Page, token: Token, word: Token, after: Token | None) -> bool:
    """Whether a word between two numbers names the one behind it."""
    if page.text[word.span[1] : word.span[1] + 3].lstrip(" \"'").startswith(("=", ":")):
        return True
    if OF_WORD.match(page.after(token, word)) or not after or after.kind != NUMBER:
        return False
    fits = after.number and after.number.candidates & {*word.names}
    if is_aside(page, token, word) or not fits:
        return False
    return not page.gap(word, after) and not re.search(r",|\band\b", page.between(word, after))


def _with_object_between(page: Page, token: Token, which: Token, word: Token) -> Token | None:
    """The word behind a number and an object: `1.4 TeV leading jet pT`, `is their mass`."""
    if which.kind == PLURAL:
        event = page.words.quantity(word.names, EVENT)
        return replace(word, names=(event,)) if event else None
    own = page.words.quantity(word.names, which.object or "")
    beside = not re.sub(r"'s|\s", "", page.between(which, word))
    fits = token.number and own in token.number.candidates
    if which.kind == OBJECT and beside and fits and word.object in (None, which.object):
        return replace(word, object=which.object)
    return None


def _in_brackets(page: Page, token: Token, word: Token) -> bool:
    """Whether a word stands alone in brackets behind a number: `1411 GeV (pT)`."""
    before, after = page.after(token, word), page.text[word.span[1] : word.span[1] + 3]
    return before.strip() in ("(", "[") and after.lstrip().startswith((")", "]"))
