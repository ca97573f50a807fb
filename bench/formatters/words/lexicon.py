"""The words of a vocabulary where they stand in a text: quantities, objects, separators."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from bench.api.table import EVENT
from bench.formatters.words.numbered import Numbered

if TYPE_CHECKING:
    from bench.api.asking import Number
    from bench.api.vocabulary import Vocabulary
    from bench.formatters.words.tokens import Token

INDEX = r"(?:[_^{{(,]*(?P<{0}index>[1-5])(?![0-9.])[)}}\]]*|\[(?P<{0}place>[0-4])\])"


@dataclass(frozen=True)
class Lexicon:
    """A vocabulary made ready to be looked for."""

    words: dict[str, tuple[str, ...]]
    """Quantities by word, as `plain` spells it."""
    objects: dict[str, str]
    orders: dict[str, tuple[str, ...]]
    plural: frozenset[str]
    object_of: dict[str, str]
    """The object of each quantity."""
    names: tuple[str, ...]
    """The objects in their order."""
    pattern: re.Pattern[str]
    alike: tuple[tuple[str, ...], ...]
    """Quantities that go by the very same words, of one object each."""
    numbered: Numbered
    """The objects that are called by a number."""
    pair: str = ""
    """What several of these are together, which has words of its own: `dijet mass`."""

    @cached_property
    def described(self) -> tuple[str, ...]:
        """The objects that quantities are known of, in their order: `both jets`."""
        own = {*self.object_of.values()}
        return tuple(name for name in self.names if name in own)

    def counted(self, numbers: Sequence[float]) -> list[str]:
        """The objects that count up like these, from 0 or 1; empty behind the last. None if not."""
        first = 0 if 0 in numbers else 1
        if [*numbers] != [first + k for k in range(len(numbers))]:
            return []
        more = [""] * (len(numbers) - len(self.names))
        return [*self.names[: len(numbers)], *more]

    def named_like(self, name: str) -> tuple[str, ...]:
        """The same quantity of every object."""
        return next((names for names in self.alike if name in names), (name,))

    def only(self, names: tuple[str, ...]) -> str | None:
        """What a word means that means one quantity alone, of whatever object."""
        return names[0] if len(names) == 1 else None

    def composed(self, which: str, word: str) -> str | None:
        """What a word means of an object that has words of its own with it: `dijet: mass`."""
        names = self.words.get(plain(word), ())
        for other, same in self.words.items():
            if same == names and (composed := self.words.get(plain(which) + other)):
                return self.only(composed)
        return None

    def quantity(self, names: tuple[str, ...], which: str) -> str | None:
        """The quantity of an object among those that a word may mean."""
        return next((name for name in names if self.object_of[name] == which), None)

    def meant(self, word: Token, objects: Iterable[str | None], number: Number) -> str | None:
        """What a word means that a number may be: of the first of these objects, else the event."""
        names = tuple(name for name in word.names if name in number.candidates)
        of = (self.quantity(names, which) for which in (*objects, EVENT) if which)
        return next(filter(None, of), None)


def plain(word: str) -> str:
    """A word as it is looked up: without case, spaces, hyphens and underscores."""
    return re.sub(r"[\s_\-]+", "", word.casefold())


@lru_cache(maxsize=8)
def _compiled(key: tuple[object, ...]) -> Lexicon:
    quantities, objects, plural, orders = key
    assert isinstance(quantities, tuple)
    assert isinstance(objects, tuple)
    assert isinstance(plural, tuple)
    assert isinstance(orders, tuple)
    words: dict[str, list[str]] = defaultdict(list)
    spelled: set[str] = set()
    for name, _, of in quantities:
        for word in of:
            if name not in words[plain(word)]:
                words[plain(word)].append(name)
            spelled.add(word)
    alike: dict[object, list[str]] = defaultdict(list)
    for name, which, of in quantities:
        if which != EVENT:
            alike[of].append(name)
    called = {plain(word): name for name, of in objects for word in of}
    spelled |= {word for _, of in objects for word in of} | {*plural} | {w for w, _ in orders}
    short = sorted({w for _, of in objects for w in of if re.fullmatch(r"\w+", w)}, key=len)
    inner = "|".join(re.escape(word) for word in reversed(short)) or "(?!)"
    body = "|".join(_loose(word) for word in sorted(spelled, key=len, reverse=True)) or "(?!)"
    pattern = re.compile(
        rf"(?<![^\W_])(?P<word>{body})"
        rf"(?:(?<=\w\w)'?s(?![^\W_])|{INDEX.format('')}|(?:[_^{{]*(?P<of>{inner})[}}\]]*|\((?P<argument>{inner})\))(?![^\W_])|(?![^\W_]|\.[0-9]))",
        re.IGNORECASE,
    )
    numbered = Numbered.of(objects)
    others = [plain(name) for name, _ in objects if name not in numbered.names]
    pairs = [one for one in others if any(word.startswith(one) for word in words)]
    return Lexicon(
        {word: tuple(names) for word, names in words.items()},
        called,
        {plain(word): tuple(map(plain, of)) for word, of in orders},
        frozenset(map(plain, plural)),
        {name: which for name, which, _ in quantities},
        tuple(name for name, _ in objects),
        pattern,
        tuple(map(tuple, alike.values())),
        numbered,
        pairs[0] if pairs else "",
    )


def _loose(word: str) -> str:
    """A pattern of a word in which spaces, hyphens, underscores and nothing are alike."""
    parts = [part for part in re.split(r"[\s_\-]+", word) if part]
    between = "_?" if all(len(part) == 1 for part in parts) else r"[\s_\-]{0,3}"
    return between.join(map(re.escape, parts))


def lexicon(vocabulary: Vocabulary) -> Lexicon:
    """The vocabulary made ready, once for all texts."""
    return _compiled(
        (
            tuple((q.name, q.object, q.words) for q in vocabulary.quantities),
            tuple((name, tuple(words)) for name, words in vocabulary.objects.items()),
            tuple(vocabulary.plural),
            tuple((word, tuple(of)) for word, of in vocabulary.orders.items()),
        )
    )
