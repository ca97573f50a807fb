"""What a reader of prose holds: the page, what is spoken of, the word that waits, what is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bench.api.asking import Reading, Span
from bench.formatters.prose.between import FILLERS
from bench.formatters.words.lexicon import Lexicon
from bench.formatters.words.tokens import Token


@dataclass(frozen=True)
class Page:
    """A text, what means something in it, and what stands between that; it does not change."""

    text: str
    words: Lexicon
    tokens: Sequence[Token]

    def at(self, place: int) -> Token | None:
        """The token at a place; None before the first and behind the last one."""
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def word(self, token: Token) -> str:
        """A token as it is spelled."""
        return self.text[token.span[0] : token.span[1]]

    def between(self, one: Token, other: Token) -> str:
        """What stands between two tokens."""
        return self.text[one.span[1] : other.span[0]]

    def after(self, number: Token, other: Token) -> str:
        """What stands between a number with its unit and a token behind it."""
        return self.text[end_of(number) : other.span[0]]

    def gap(self, word: Token, number: Token) -> str:
        """What of meaning stands between a word and a number behind it."""
        return FILLERS.sub("", self.between(word, number))


def end_of(token: Token) -> int:
    """Where a token ends, a number's unit with it."""
    unit = token.number.unit if token.number else None
    return (unit or token.span)[1]


@dataclass
class Spoken:
    """Of what a text speaks, at the place where the reader is."""

    objects: list[str] = field(default_factory=list)
    """What is spoken of; several for a list of numbers."""
    named: list[str] = field(default_factory=list)
    """The objects that this paragraph has named."""
    clause: list[str] = field(default_factory=list)
    """Those that were named since the last full stop or semicolon, in their order."""
    scopes: list[list[str]] = field(default_factory=list)
    """What is spoken of in each of the braces that are open."""
    implicit: int = 0
    """The place of the object that numbers are of while none is named."""
    explicit: bool = False
    """Whether a word was named with its object, such as `pT(j1)`."""
    plural: bool = False
    """Whether the objects are spoken of together, in this line."""
    joined: bool = False
    """Whether two objects were named in a row: `jet 1 and jet 2`."""
    paired: bool = False
    """Whether the second object is in brackets, and so is its number: `1411 (1306)`."""
    whole: bool = False
    """Whether the event as a whole is spoken of."""
    together: bool = False
    """Whether that is said of the objects: `together they have`."""
    stale: bool = False
    """Whether a sentence, or a line, has ended since."""
    outdented: bool = False
    """Whether the line begins at the margin."""


@dataclass
class Waiting:
    """The word whose number is yet to come, and the last one that had its number."""

    word: Token | None = None
    unit: Span | None = None
    """A unit that stands between the word and its number."""
    last: Token | None = None
    """The word of the last number."""
    order: tuple[str, ...] = ()
    """Words in an order that numbers may follow."""
    several: bool = False
    """Whether the number at hand is one of a list, or has its object behind it."""
    blanks: bool = False
    """Whether blanks part the numbers of a list: in a bracket, or alone in their line."""

    def forget(self) -> None:
        """Let no number be the word's, nor go on the last one."""
        self.word = self.last = None


@dataclass
class Said:
    """The readings so far."""

    readings: list[Reading] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """The quantities that have a value."""
    guesses: set[Span] = field(default_factory=set)
    """The numbers that are of an object only if the text names none."""
    begun: int = 0
    """The first of the readings since an object was named."""
    before: tuple[Reading, ...] = ()
    """Those of the object that was named before."""
    opened: list[int] = field(default_factory=list)
    """The first of the readings in each of the braces that are open."""

    def add(self, reading: Reading, *, guess: bool) -> None:
        """Take a reading in."""
        self.readings.append(reading)
        self.used.add(reading.quantity)
        if guess:
            self.guesses.add(reading.span)

    def mend(self, quantities: Mapping[int, str]) -> None:
        """These readings are, as the text says behind them, of these quantities."""
        for i, quantity in quantities.items():
            self.readings[i] = replace(self.readings[i], quantity=quantity)
            self.guesses.discard(self.readings[i].span)

    def mend_last(self, quantity: str) -> None:
        """The last reading is of this quantity; what it was taken for may be said anew."""
        self.used = (self.used - {self.readings[-1].quantity}) | {quantity}
        self.mend({len(self.readings) - 1: quantity})

    def recount(self) -> None:
        """The quantities that have a value are those of the readings, whatever was mended."""
        self.used = {reading.quantity for reading in self.readings}


@dataclass(frozen=True)
class Prose:
    """All of it, which every function of this folder is handed."""

    page: Page
    spoken: Spoken = field(default_factory=Spoken)
    waiting: Waiting = field(default_factory=Waiting)
    said: Said = field(default_factory=Said)
