"""Which quantity a word means where it stands: of which object, or of the whole event."""

from __future__ import annotations

import re

from bench.api.asking import Reading, Span
from bench.api.table import EVENT
from bench.formatters.prose.state import Prose
from bench.formatters.words.tokens import Token

PLURALS = re.compile(r"(?:[^us]s|momenta)\b", re.IGNORECASE)
"""Words for what several objects have."""


def assign(
    prose: Prose, word: Token, token: Token, unit: Span | None, *, listed: bool = False
) -> None:
    """A number is what a word means here; where that is not certain, nothing is read."""
    number = token.number
    assert number
    names = tuple(name for name in word.names if name in number.candidates)
    quantity, guess = _meant(prose, names, word, listed=listed)
    prose.waiting.last = word
    if quantity is not None:
        own = None if number.unit else unit
        prose.said.add(Reading(quantity, token.span, own, word.span), guess=guess)


def _meant(
    prose: Prose, names: tuple[str, ...], word: Token, *, listed: bool
) -> tuple[str | None, bool]:
    """Which of the quantities that a word may mean is meant here, and whether that is a guess."""
    of, spoken, used = prose.page.words, prose.spoken, prose.said.used
    which = word.object or (spoken.objects[0] if len(spoken.objects) == 1 else "")
    composed = _of_pair(prose, names, word, which) if which else None
    if composed or word.object:
        return composed or of.quantity(names, word.object or ""), False
    event = of.quantity(names, EVENT)
    jets = [name for name in of.numbered.names if of.quantity(names, name)]
    one = not listed and not prose.waiting.several
    if one and not event and (which := _whole(prose)):
        return of.composed(which, prose.page.word(word)), False
    together = one and (spoken.plural or spoken.joined)
    if together or (event and (not jets or spoken.whole)):
        return event, False  # or none: one number of several objects
    if event and event not in used and _loose(prose, names):
        return None if _doubtful(prose, word, jets) else event, False
    if not spoken.objects:
        name = _implicit(prose, names, jets, listed=listed)
        return name, bool(name and one)
    # of the event as well as of what was spoken of in the sentence before
    doubtful = event and one and spoken.stale and not spoken.outdented and event not in used
    return None if doubtful else _of_objects(prose, names, event, listed=listed), False


def _whole(prose: Prose) -> str:
    """What is spoken of as a whole: the event, or several of its objects; empty for neither."""
    spoken = prose.spoken
    if spoken.joined or (spoken.whole and spoken.together):
        return prose.page.words.pair or EVENT
    return EVENT if spoken.whole and len(spoken.objects) == 1 else ""


def _of_pair(prose: Prose, names: tuple[str, ...], word: Token, which: str) -> str | None:
    """What a word means of something that is none of the objects, such as the jets' pair."""
    words = prose.page.words
    if which in words.numbered.names or words.quantity(names, which):
        return None
    return words.composed(which, prose.page.word(word)) or words.only(names)


def _loose(prose: Prose, names: tuple[str, ...]) -> bool:
    """Whether it is open what is spoken of, so that it may be the event."""
    spoken, quantity = prose.spoken, prose.page.words.quantity
    if not spoken.objects or not spoken.stale:
        return not spoken.objects
    every = {*prose.said.used, None}
    return spoken.outdented or all(quantity(names, one) in every for one in spoken.objects)


def _doubtful(prose: Prose, word: Token, jets: list[str]) -> bool:
    """Whether a word may as well be of an object that is spoken of without its name."""
    page, last, readings = prose.page, prose.waiting.last, prose.said.readings
    if not jets or prose.spoken.objects or not readings or (last and last.object):
        return False
    if page.word(word).casefold() in page.words.object_of:
        return False  # a column's very name
    if page.words.object_of[readings[-1].quantity] == EVENT:
        return False
    return not re.search(r"[.;\n}\]]", page.text[readings[-1].span[1] : word.span[0]])


def _implicit(prose: Prose, names: tuple[str, ...], jets: list[str], *, listed: bool) -> str | None:
    """The quantity of the next object in order, where none is named."""
    spoken = prose.spoken
    if spoken.explicit and not listed:
        return None  # others are named with their objects
    for place in range(spoken.implicit, len(jets)):
        name = prose.page.words.quantity(names, jets[place])
        if name and name not in prose.said.used:
            if not listed:
                spoken.implicit = place
            return name
    return None


def _of_objects(
    prose: Prose, names: tuple[str, ...], event: str | None, *, listed: bool
) -> str | None:
    """The quantity of what is spoken of; of several objects the first that lacks it."""
    objects, used = prose.spoken.objects, prose.said.used
    own = [name for one in objects if (name := prose.page.words.quantity(names, one))]
    if len(objects) > 1 or event:
        own = [name for name in own if name not in used] or ([event] if event else [])
    if listed and len(objects) == 1 and own and own[0] in used:
        return None  # a second number of one object: nobody says of what
    return own[0] if own else None


def in_turn(prose: Prose, word: Token, *, sure: bool) -> bool:
    """Whether two numbers of one plural word are of both objects that the paragraph named."""
    page, named = prose.page, prose.spoken.named
    if word.object or (not sure and not PLURALS.search(page.word(word))):
        return False
    order = [one for one in page.words.numbered.names if one in named]
    every = [page.words.quantity(word.names, one) for one in order]
    right = len(every) > 1 and all(every) and order == named
    return right and not prose.said.used & {*every}
