"""Of what is spoken: an object is named, several of them are, and a sentence or a brace ends."""

from __future__ import annotations

import re

from bench.formatters.prose.between import LIST
from bench.formatters.prose.owners import is_said_behind, opening_is_of
from bench.formatters.prose.state import Prose
from bench.formatters.words.tokens import BREAK, NUMBER, OBJECT, PLURAL

ADDED = re.compile(
    r"\b(?:plus|minus|times)\s+(?:(?:that|those)\s+of\s+)?(?:the\s+)?$", re.IGNORECASE
)
"""Before an object whose value is to be added to another one's."""
OPENED = re.compile(r"[\"'\s:=]*")
"""Between a word and the braces that hold what is said of it."""
SEPARATED = re.compile(r"[+\-−]?[0-9.]")
"""What stands right behind a semicolon that parts a word from its number."""
FAR = 40
"""Characters before an object among which `plus` is looked for."""


def speak_of(prose: Prose, place: int) -> None:
    """An object is named, or several together: what was said is its, or what follows."""
    page, spoken, said = prose.page, prose.spoken, prose.said
    token, before = page.tokens[place], page.at(place - 1)
    spoken.whole, spoken.plural = spoken.whole and token.kind == PLURAL, False
    if token.kind == PLURAL:
        _speak_of_all(prose, place)
        return
    assert token.object
    for named in (spoken.named, spoken.clause):
        if token.object not in named:
            named.append(token.object)
    if is_said_behind(prose, before, token):
        return
    opening_is_of(prose, token)
    if _respectively(prose, place):
        spoken.objects, spoken.stale, spoken.joined = [*spoken.clause], False, False
        return
    between = page.between(before, token) if before and before.kind == OBJECT else "."
    paired = between.strip() == "(" and spoken.objects != [token.object]
    joined = (paired or LIST.fullmatch(between)) and token.object not in spoken.objects
    spoken.objects = [*spoken.objects, token.object] if joined else [token.object]
    spoken.paired, spoken.joined, spoken.stale = bool(paired and joined), bool(joined), False
    said.before = tuple(said.readings[said.begun :]) or said.before
    said.begun = len(said.readings)


def _speak_of_all(prose: Prose, place: int) -> None:
    """`Both jets` are spoken of, and one number is none of each, unless what follows is apart."""
    page, spoken, after = prose.page, prose.spoken, prose.page.at(place + 1)
    spoken.objects, spoken.stale, spoken.implicit = [*page.words.described], False, 0
    opens = after and re.search(r"[\[({]", page.between(page.tokens[place], after))
    spoken.plural = not opens


def _respectively(prose: Prose, place: int) -> bool:
    """Whether it is the last of several objects whose values follow one by one."""
    page, end = prose.page, len(prose.page.text)
    for token in page.tokens[place + 1 :]:
        if token.kind == OBJECT:
            return False
        if token.kind == BREAK and not page.word(token).isspace():
            end = token.span[0]
            break
    rest = page.text[page.tokens[place].span[1] : end]
    numbers = any(token.kind == NUMBER for token in page.tokens[place + 1 : place + 9])
    return len(prose.spoken.clause) > 1 and "respectively" in rest and numbers


def is_added(prose: Prose, place: int) -> bool:
    """Whether an object's value is to be added to another one's: `plus that of the first jet`."""
    page, token = prose.page, prose.page.tokens[place]
    before = page.text[max(0, token.span[0] - FAR) : token.span[0]]
    return token.kind == OBJECT and bool(ADDED.search(before))


def speak_of_event(prose: Prose, place: int) -> None:
    """The event is spoken of, if it is by itself: not in `the hardest jet in the event`."""
    page, token, before = prose.page, prose.page.tokens[place], prose.page.at(place - 1)
    if before and before.kind == OBJECT and page.between(before, token).strip() in ("in", "of"):
        return
    prose.spoken.whole, prose.spoken.stale = True, True
    prose.spoken.together = page.word(token).casefold() == "together"


def end_of_sentence(prose: Prose, place: int) -> None:
    """A sentence, a line, a paragraph or a brace ends, or a brace opens."""
    spoken, waiting, said = prose.spoken, prose.waiting, prose.said
    page, token = prose.page, prose.page.tokens[place]
    mark = page.word(token)
    paragraph, over = mark == "}" or mark.count("\n") > 1, mark == "."
    spoken.stale, spoken.plural, spoken.joined = mark != "{", False, False
    if mark == "\n":
        spoken.outdented = not page.text[token.span[1] : token.span[1] + 1].isspace()
    else:
        spoken.whole = False
    if mark == "{":
        spoken.scopes.append([*spoken.objects])
        said.opened.append(len(said.readings))
    if mark == "}" and spoken.scopes:
        spoken.scopes.pop()
        said.opened.pop()
    if paragraph or (over and not {*spoken.objects} <= {*page.words.numbered.names}):
        spoken.objects = [*spoken.scopes[-1]] if spoken.scopes else []
    if paragraph:
        spoken.named = []
    if paragraph or not mark.isspace():
        spoken.clause = []
    opens = mark == "{" and waiting.word and OPENED.fullmatch(page.between(waiting.word, token))
    parts = mark == ";" and SEPARATED.match(page.text, token.span[1])
    if not mark.isspace() and not opens and not parts:
        waiting.word = None
