"""Several numbers in the order of words before them: `(px, py, pz, E) = (1, 2, 3, 4)`."""

from __future__ import annotations

import re
from itertools import pairwise

from bench.formatters.kinds import NUMBER, OBJECT, ORDER, QUANTITY, UNIT, Token
from bench.formatters.meaning import Meaning

LONGEST = 20
"""Words in a row that may each have a number."""


class Tuples(Meaning):
    """Reads numbers in an order that is said, or usual."""

    def _objects(self, tokens: list[Token], place: int) -> None:
        """An object is spoken of."""
        raise NotImplementedError

    def _said_order(self, tokens: list[Token]) -> tuple[str, ...]:
        """The first three words or more that stand in a row, such as `[pt, eta, phi, m]`."""
        row: list[Token] = []
        for token in tokens:
            apart = row and re.sub(r"[\s,/|;()\[\]]", "", self._between(row[-1], token))
            if token.kind != QUANTITY or apart:
                if len(row) > 2:
                    break
                row = []
            if token.kind == QUANTITY:
                row.append(token)
        return tuple(self._spelled(word) for word in row) if len(row) > 2 else ()

    def _tuple(self, tokens: list[Token], place: int) -> int:
        """Numbers in the order of words before them: how many tokens they take; 0 for none."""
        words: list[Token] = []
        at = place
        while at < min(len(tokens), place + LONGEST):
            skipped = int(bool(words) and self._names_next(tokens, at))
            word = tokens[at + skipped]
            if word.kind != QUANTITY or (words and self._parts(words[-1], tokens[at])):
                break
            words.append(word)
            at += 1 + skipped
        if len(words) > 1:
            self.state.order = tuple(self._spelled(word) for word in words)
            names = words
        elif tokens[place].kind == ORDER:
            self.state.order = (
                self.state.order if len(self.state.order) > 2 else tokens[place].names
            )
            if tokens[place].object:
                self.state.objects, self.state.stale = [tokens[place].object or ""], False
            names, at = [], place + 1
        elif tokens[place].kind == NUMBER and not self.state.pending and len(self.state.order) > 2:
            names, at = [], place
        else:
            return 0
        while at < len(tokens) and tokens[at].kind in (OBJECT, UNIT) and at > place:
            if tokens[at].kind == OBJECT:
                self._objects(tokens, at)
            at += 1
        return self._zipped(tokens, place, at, names)

    def _parts(self, word: Token, token: Token) -> bool:
        """Whether something between a word and the next one says that they are no row."""
        between = self._between(word, token)
        return bool(re.sub(r"[\s,()\[\]:/|;\"'&]|and|over", "", between))

    def _names_next(self, tokens: list[Token], at: int) -> bool:
        """Whether an object is that of the word behind it: `lead jet pT (second jet pT)`."""
        one, word = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
        return bool(
            one.kind == OBJECT and word and word.kind == QUANTITY and word.object == one.object
        )

    def _zipped(self, tokens: list[Token], place: int, at: int, names: list[Token]) -> int:
        order = self.state.order
        numbers = tokens[at : at + len(order)]
        if len(numbers) < len(order) or any(one.kind != NUMBER for one in numbers):
            return 1 if tokens[place].kind == ORDER else 0
        if at > place and re.search(
            r"\n\s*\n", self.text[tokens[at - 1].span[1] : numbers[0].span[0]]
        ):
            return 0
        beside = (
            [*tokens[at - 1 : at], *numbers[:1]],
            [*numbers[-1:], *tokens[at + len(order) :][:1]],
        )
        for pair in beside:
            if len(pair) == 2 and pair[0].kind == pair[1].kind == NUMBER:
                between = self._after(*pair)
                if "\n" not in between and not re.sub(r"[\s,;|/]|and|over", "", between):
                    return 0  # more numbers than words
        pairs = pairwise(numbers)
        if any(re.sub(r"[\s,;|/()]|and|over", "", self._after(*pair)) for pair in pairs):
            return 0
        words = names or [
            Token(QUANTITY, tokens[place].span, self.words.words.get(one, ())) for one in order
        ]
        unit = next((n.number.unit for n in reversed(numbers) if n.number and n.number.unit), None)
        for word, number in zip(words, numbers, strict=True):
            self._assign(word, number, unit)
        return at + len(order) - place

    def _spelled(self, word: Token) -> str:
        return next((key for key, names in self.words.words.items() if names == word.names), "")
