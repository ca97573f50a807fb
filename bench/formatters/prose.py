"""Which number of running text is which quantity, by the words around it."""

from __future__ import annotations

import re
from dataclasses import replace

from bench.api.asking import Reading
from bench.api.table import EVENT
from bench.formatters.lexicon import (
    BREAK,
    NUMBER,
    OBJECT,
    PLURAL,
    QUANTITY,
    UNIT,
    WHOLE,
    Token,
)
from bench.formatters.tuples import Tuples

LIST = re.compile(r"[\s\])]*(?:,?\s*\band\b|,|/|;|&|\bvs\.?|\|)[\s\[(]*(?:the\s+)?", re.IGNORECASE)
"""Between two numbers of one quantity."""
BEHIND = re.compile(
    r"[\s\-]*(?:(?:of|in|as|for|is|are|the|its|a|an|worth)\s+)*(?:the\s+|its\s+)?", re.IGNORECASE
)
"""Between a number and the word behind it that names it."""
FOR = re.compile(
    r"[\s\])]*[(\[]?\s*(?:for|in|of|from|on|is)?\s*(?:the|that of the|is the)?\s*", re.IGNORECASE
)
"""Between a number and its object behind it."""


class Prose(Tuples):
    """Reads the tokens of a text once, from its beginning to its end."""

    def read(self, tokens: list[Token]) -> list[Reading]:
        """What these tokens say."""
        tokens = [token for token in tokens if not token.weak]
        place = 0
        while place < len(tokens):
            step = self._tuple(tokens, place)
            if not step:
                self._one(tokens, place)
            place += step or 1
        return self.readings

    def _one(self, tokens: list[Token], place: int) -> None:
        token, state = tokens[place], self.state
        if token.kind == QUANTITY:
            state.pending, state.unit = token, None
        elif token.kind in (OBJECT, PLURAL):
            self._objects(tokens, place)
        elif token.kind == UNIT and state.pending and not state.unit:
            state.unit = token.span
        elif token.kind == WHOLE:
            state.whole, state.stale = True, True
        elif token.kind == BREAK:
            self._break(token)
        elif token.kind == NUMBER:
            self._number(tokens, place)

    def _objects(self, tokens: list[Token], place: int) -> None:
        """An object is spoken of: by itself, with another one, or behind its number."""
        token, state = tokens[place], self.state
        before = tokens[place - 1] if place else None
        state.whole = False
        if token.kind == PLURAL:
            state.objects, state.stale, state.implicit = list(self.words.names[:2]), False, 0
            return
        assert token.object
        if self._behind(before, token):
            return
        joined = before and before.kind == OBJECT and LIST.fullmatch(self._between(before, token))
        state.objects = [*state.objects, token.object] if joined else [token.object]
        state.stale = False

    def _behind(self, before: Token | None, token: Token) -> bool:
        """Whether it says whose the last number is; then that reading is mended."""
        if not (before and before.kind == NUMBER and self.readings and token.object):
            return False
        reading = self.readings[-1]
        between = self._after(before, token)
        named = re.search(r"\bfor\b|\bof\b|\bin\b|[(\[]\s*$", between)
        if reading.span != before.span or not FOR.fullmatch(between) or not named:
            return False
        if not self.state.last or self.words.object_of[reading.quantity] == EVENT:
            return False
        right = self.words.quantity(self.state.last.names, token.object)
        if right is None or self.state.last.object:
            return False
        if self.state.objects == [token.object]:
            return False
        self.used.discard(reading.quantity)
        self.used.add(right)
        self.readings[-1] = replace(reading, quantity=right)
        return True

    def _break(self, token: Token) -> None:
        state, mark = self.state, self.text[token.span[0] : token.span[1]]
        state.stale = True
        if mark in "{":
            state.stale = False
        if mark == "}" or mark.count("\n") > 1:
            state.objects = []
        if not mark.isspace():
            state.pending = None
        if mark != "\n":
            state.whole = False

    def _number(self, tokens: list[Token], place: int) -> None:
        token, state = tokens[place], self.state
        behind = self._named_behind(tokens, place)
        pending = state.pending
        if pending and self._gap(pending, token) and behind and self._is_count(behind, token):
            pending = None
        if pending and len(self._fill(pending, token)) > 40:
            pending = None
        if pending is None and behind is not None:
            self._assign(behind, token, state.unit)
            state.pending = None
            return
        if pending is None and self._goes_on(tokens, place):
            pending = state.last
        if pending is None:
            return
        self._assign(pending, token, state.unit, listed=pending is not state.pending)
        state.pending = None

    def _is_count(self, behind: Token, token: Token) -> bool:
        """Whether the word behind a number is as good a name as one farther before it."""
        return not self._fill_after(token, behind)

    def _named_behind(self, tokens: list[Token], place: int) -> Token | None:
        """The quantity behind a number that names it, if the next number has its own."""
        if place + 1 >= len(tokens):
            return None
        token, word = tokens[place], tokens[place + 1]
        if word.kind != QUANTITY or not BEHIND.fullmatch(self._after(token, word)):
            return None
        after = tokens[place + 2] if place + 2 < len(tokens) else None
        close = self.text[word.span[1] : word.span[1] + 3].lstrip(" \"'").startswith(("=", ":"))
        if close or (
            after
            and after.kind == NUMBER
            and not self._fill(word, after)
            and "," not in self._between(word, after)
        ):
            return None
        return word if token.number and token.number.candidates & {*word.names} else None

    def _goes_on(self, tokens: list[Token], place: int) -> bool:
        """Whether a number without a name goes on what was said by the last one."""
        if not self.state.last or not place:
            return False
        before = tokens[place - 1]
        if before.kind == NUMBER:
            return bool(LIST.fullmatch(self._after(before, tokens[place])))
        if before.kind != OBJECT or self.state.last.object:
            return False
        quantity = self.words.quantity(self.state.last.names, before.object or "")
        return (
            bool(quantity) and quantity not in self.used and not self._fill(before, tokens[place])
        )
