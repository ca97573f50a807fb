"""Which quantity a word means where it stands: of which object, or of the whole event."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.api.asking import Passage, Reading, Span
from bench.api.table import EVENT
from bench.formatters.kinds import OBJECT, Token
from bench.formatters.lexicon import Lexicon
from bench.formatters.units import PATTERN

FILLERS = re.compile(
    rf"'s\b|\b(?:is|was|are|were|of|at|about|around|approximately|approx\.?|roughly|some|ca\.?|has|have|a|an"
    r"|the|its|it|equals?|to|comes|out|with|being|measured|reads|value|respectively|and|jets?|both|nearly"
    r"|just|only|carries|contains|sits|lies|points|for|each|only|now|here|we|get|gives?|in|units?|one|be|still|as|which|that)\b"
    rf"|(?<![^\W_])(?:{PATTERN})|\.{{2,}}|…|\s\.\s"
    r"|[\s=:~≈\"'`*_|()\[\]{}<>\\$→,/-]+",
    re.IGNORECASE,
)
"""What may stand between a word and its number without parting them."""

PLURALS = re.compile(r"(?:[^us]s|momenta)\b", re.IGNORECASE)
"""Words for what several objects have."""


@dataclass
class State:
    """Where a reader is in a text."""

    pending: Token | None = None
    """The quantity that waits for its number."""
    unit: Span | None = None
    objects: list[str] = field(default_factory=list)
    """What is spoken of; several for a list of numbers."""
    plural: bool = False
    """Whether these are spoken of together, in this line."""
    several: bool = False
    """Whether the number at hand is one of a list, or has its object behind it."""
    stale: bool = False
    """Whether a sentence, or a line, has ended since."""
    outdented: bool = False
    """Whether the line begins at the margin."""
    whole: bool = False
    """Whether the event as a whole is spoken of."""
    implicit: int = 0
    """The place of the object that numbers are of while none is named."""
    last: Token | None = None
    """The quantity of the last number."""
    order: tuple[str, ...] = ()
    blanks: bool = False
    """Whether blanks part the numbers of a list: in a bracket, or alone in their line."""
    joined: bool = False
    """Whether two objects were named in a row: `jet 1 and jet 2`."""
    together: bool = False
    """Whether that is said of the objects: `together they have`."""
    paired: bool = False
    """Whether the second object is in brackets, and so is its number: `1411 (1306)`."""
    clause: list[str] = field(default_factory=list)
    """The objects that were named since the last full stop or semicolon, in their order."""
    named: list[str] = field(default_factory=list)
    """Those that this paragraph has named."""


class Meaning:
    """A text, how far it is read, and what its words mean there."""

    def __init__(self, passage: Passage, words: Lexicon, tokens: Sequence[Token]) -> None:
        self.passage, self.words, self.text = passage, words, passage.text
        self.state = State()
        self.readings: list[Reading] = []
        self.used: set[str] = set()
        self.guesses: set[Span] = set()
        """The numbers that are of an object only if the text names none."""
        self.guessed = ""
        self.explicit = False
        """Whether a word was named with its object, such as `pT(j1)`."""
        self.spoken = any(t.kind == OBJECT and t.object in words.numbered.names for t in tokens)

    def _assign(
        self, word: Token, token: Token, unit: Span | None, *, listed: bool = False
    ) -> None:
        number, state = token.number, self.state
        assert number
        names = tuple(name for name in word.names if name in number.candidates)
        self.guessed = ""
        quantity = self._quantity(names, word, listed=listed)
        state.last = word
        if quantity is None:
            return
        self.used.add(quantity)
        if self.guessed == quantity:
            self.guesses.add(token.span)
        own = None if number.unit else unit
        self.readings.append(Reading(quantity, token.span, own, word.span))

    def _quantity(self, names: tuple[str, ...], word: Token, *, listed: bool) -> str | None:
        """Which of the quantities that a word may mean is meant here."""
        of, state = self.words, self.state
        which = word.object or (state.objects[0] if len(state.objects) == 1 else "")
        composed = self._of_pair(names, word, which) if which else None
        if composed or word.object:
            return composed or of.quantity(names, word.object or "")
        event = of.quantity(names, EVENT)
        jets = [name for name in of.numbered.names if of.quantity(names, name)]
        one = not listed and not state.several
        if one and not event and (which := self._whole()):
            return of.composed(which, self._word(word))
        together = one and (state.plural or state.joined)
        if together or (event and (not jets or state.whole)):
            return event  # or none: one number of several objects
        if event and self._loose(names) and event not in self.used:
            return None if self._doubtful(word, jets) else event
        if not state.objects:
            return self._implicit(names, jets, listed=listed)
        # of the event as well as of what was spoken of in the sentence before
        doubtful = event and one and state.stale and not state.outdented and event not in self.used
        return None if doubtful else self._of_objects(names, event, listed=listed)

    def _whole(self) -> str:
        """What is spoken of as a whole: the event, or several of its objects; empty for neither."""
        state = self.state
        if state.joined or (state.whole and state.together):
            return self.words.pair or EVENT
        return "event" if state.whole and len(state.objects) == 1 else ""

    def _of_pair(self, names: tuple[str, ...], word: Token, which: str) -> str | None:
        """What a word means of something that is none of the objects, such as the jets' pair."""
        counted = which in self.words.numbered.names or self.words.quantity(names, which)
        composed = self.words.composed(which, self._word(word))
        return None if counted else composed or self.words.only(names)

    def _loose(self, names: tuple[str, ...]) -> bool:
        """Whether it is open what is spoken of, so that it may be the event."""
        state = self.state
        over = state.outdented or self._all_used(names, state.objects)
        return not state.objects or (state.stale and over)

    def _word(self, word: Token) -> str:
        return self.text[word.span[0] : word.span[1]]

    def _doubtful(self, word: Token, jets: list[str]) -> bool:
        """Whether a word may as well be of an object that is spoken of without its name."""
        last_word = self.state.last
        if not jets or self.state.objects or not self.readings or (last_word and last_word.object):
            return False
        if self._word(word).casefold() in self.words.object_of:
            return False  # a column's very name
        last = self.readings[-1]
        between = self.text[last.span[1] : word.span[0]]
        return self.words.object_of[last.quantity] != EVENT and not re.search(r"[.;\n}\]]", between)

    def _implicit(self, names: tuple[str, ...], jets: list[str], *, listed: bool) -> str | None:
        """The quantity of the next object in order, where none is named."""
        of, state = self.words, self.state
        if self.explicit and not listed:
            return None  # others are named with their objects
        for place in range(state.implicit, len(jets)):
            name = of.quantity(names, jets[place])
            if name and name not in self.used:
                if not listed:
                    state.implicit = place
                if not listed and not state.several:
                    self.guessed = name
                return name
        return None

    def _in_turn(self, word: Token, names: tuple[str, ...], *, sure: bool) -> bool:
        """Whether two numbers of one plural word are of both objects that the sentence named."""
        if word.object or (not sure and not PLURALS.search(self._word(word))):
            return False
        order = [one for one in self.words.numbered.names if one in self.state.named]
        every = [self.words.quantity(names, one) for one in order]
        right = len(every) > 1 and all(every) and order == self.state.named
        return right and not self.used & {*every}

    def _all_used(self, names: tuple[str, ...], objects: list[str]) -> bool:
        return all(self.words.quantity(names, one) in {*self.used, None} for one in objects)

    def _of_objects(self, names: tuple[str, ...], event: str | None, *, listed: bool) -> str | None:
        """The quantity of what is spoken of; of several objects the first that lacks it."""
        of, objects = self.words, self.state.objects
        own = [name for one in objects if (name := of.quantity(names, one))]
        if len(objects) > 1 or event:
            own = [name for name in own if name not in self.used] or ([event] if event else [])
        if listed and len(objects) == 1 and own and own[0] in self.used:
            return None  # a second number of one object: nobody says of what
        return own[0] if own else None

    def _gap(self, word: Token, token: Token) -> bool:
        return bool(self._fill(word, token))

    def _fill(self, word: Token, token: Token) -> str:
        """What of meaning stands between a word and a number."""
        return FILLERS.sub("", self._between(word, token))

    def _fill_after(self, token: Token, word: Token) -> str:
        return FILLERS.sub("", self._after(token, word))

    def _between(self, one: Token, other: Token) -> str:
        return self.text[one.span[1] : other.span[0]]

    def _after(self, token: Token, other: Token) -> str:
        """What stands behind a number and its unit."""
        unit = token.number.unit if token.number else None
        return self.text[(unit or token.span)[1] : other.span[0]]
