"""Which number of running text is which quantity, by the words around it."""

from __future__ import annotations

import re
from dataclasses import replace

from bench.api.asking import Reading
from bench.formatters.connectives import AND, BEHIND, FOR, LIST
from bench.formatters.kinds import (
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
from bench.formatters.lexicon import plain
from bench.formatters.whose import Whose

OF_THEM = re.compile(r"\s*of\s+(?:them|these|those)\b", re.IGNORECASE)
IN_BRACKETS = re.compile(r"\s?[(\[]([a-z\-]{3,20})[)\]]", re.IGNORECASE)
CORRECTED = re.compile(
    r"\b(?:(?:correct(?:ed)?|calibrated|updated|revised|true|actual|right|new|better)\s+"
    r"(?:value|one|figure|number|result)|correction|sorry|rather|make\sthat|should\sbe|i\smean)"
    r"\b[\s:,=]*(?:(?:is|was|are|it|to|be|of|the)\b[\s:,=]*)*$",
    re.IGNORECASE,
)
"""Before a number that is to stand for the one that was read before it."""
ADDED = re.compile(
    r"\b(?:plus|minus|times)\s+(?:(?:that|those)\s+of\s+)?(?:the\s+)?$", re.IGNORECASE
)
"""Before an object whose value is to be added to another one's."""
FAR = 40
"""Characters of other words between a word and a number, from which on it is not the number's."""


class Prose(Whose):
    """Reads the tokens of a text once, from its beginning to its end."""

    def read(self, tokens: list[Token]) -> list[Reading]:
        """What these tokens say."""
        tokens = [token for token in tokens if not token.weak]
        self.state.order, self.scopes = self._said_order(tokens), []
        self.opened = []
        place = 0
        while place < len(tokens):
            place += (
                self._tuple(tokens, place)
                or self._once_more(tokens, place)
                or self._one(tokens, place)
            )
        if self.spoken:
            return [
                one
                for one in self.readings
                if one.span not in self.guesses or self._first(one, tokens)
            ]
        return self.readings

    def _first(self, guess: Reading, tokens: list[Token]) -> bool:
        """Whether the next object named is another one: `a jet of 1 TeV and a second jet`."""
        which = self.words.object_of[guess.quantity]
        after = [t for t in tokens if t.kind == OBJECT and t.span[0] > guess.span[0]]
        counted = self.words.numbered.names
        return bool(after) and after[0].object in counted and after[0].object != which

    def _one(self, tokens: list[Token], place: int) -> int:
        """One token, and what it takes with it: how many."""
        token, state = tokens[place], self.state
        if token.kind == QUANTITY:
            self.explicit = self.explicit or token.object is not None
            if state.pending and self._between(state.pending, token).strip() in ("/", "over"):
                state.pending = state.last = None
                return 1  # a ratio
            state.pending, state.unit = self._together(state.pending, token), None
        elif token.kind == OBJECT and ADDED.search(self._before(token)):
            state.pending = state.last = None
        elif token.kind in (OBJECT, PLURAL):
            if token.kind == OBJECT and (taken := self._of_each(tokens, place)):
                return taken
            self._objects(tokens, place)
        elif token.kind == UNIT and state.pending and not state.unit:
            state.unit = token.span
        elif token.kind == WHOLE and not self._of_an_object(tokens, place):
            state.whole, state.stale = True, True
            state.together = self._word(token).casefold() == "together"
        elif token.kind == BREAK:
            self._break(token)
        elif token.kind == LOST:
            return self._lost(tokens, place)
        elif token.kind == NUMBER:
            return self._number(tokens, place)
        return 1

    def _lost(self, tokens: list[Token], place: int) -> int:
        """A number that is no value keeps the word that waits for it, or the one behind it."""
        self.state.pending = self.state.last = None
        at = place + 1
        if at < len(tokens) and tokens[at].kind == UNIT:
            at += 1
        if at == len(tokens) or tokens[at].kind != QUANTITY:
            return 1
        between = self._between(tokens[at - 1], tokens[at])
        return 1 + at - place if between.strip() and BEHIND.fullmatch(between) else 1

    def _of_an_object(self, tokens: list[Token], place: int) -> bool:
        """Whether it is said of an object alone: `the hardest jet in the event has`."""
        before = tokens[place - 1] if place else None
        said = before and before.kind == OBJECT
        return bool(
            before and said and self._between(before, tokens[place]).strip() in ("in", "of")
        )

    def _together(self, earlier: Token | None, word: Token) -> Token:
        """A word with the one before it, if both make one: `the hardest particle has a pT of`."""
        if earlier is None or len(self._between(earlier, word)) > 60:
            return word
        both = plain(self.text[slice(*earlier.span)]) + plain(self.text[slice(*word.span)])
        names = self.words.words.get(both)
        return replace(word, names=names, object=earlier.object or word.object) if names else word

    def _number(self, tokens: list[Token], place: int) -> int:
        """A number: named by the word that waits for it, or behind it, or as the one before it."""
        token, state = tokens[place], self.state
        if state.pending:
            state.blanks = self._parted_by_blanks(state.pending, tokens, place)
        state.several = self._is_one_of_several(tokens, place) or self._once_again(tokens, place)
        behind = self._named_behind(tokens, place)
        if (behind is None and self._corrects(token)) or self._of_another(tokens, place):
            state.pending = None
            return 1
        if behind and state.pending and self._enclosed(token, behind):
            return self._one_behind(tokens, place, behind)  # an aside
        pending = self._waiting(token, behind)
        if pending:
            if not self._two_of_one(tokens, place, pending):
                self._assign(self._qualified(pending, token), token, state.unit)
                state.pending = None
            return 1
        state.pending = None
        return (
            self._list_behind(tokens, place)
            or self._order_behind(tokens, place)
            or self._one_behind(tokens, place, behind)
            or self._as_before(tokens, place)
            or 1
        )

    def _before(self, token: Token) -> str:
        return self.text[max(0, token.span[0] - FAR) : token.span[0]]

    def _corrects(self, token: Token) -> bool:
        """Whether it is another value of what was read last, which is then said twice."""
        if not self.readings or not CORRECTED.search(self._before(token)):
            return False
        last = self.readings[-1]
        if token.number and last.quantity in token.number.candidates:
            self.readings.append(replace(last, span=token.span, unit=None))
        return True

    def _of_another(self, tokens: list[Token], place: int) -> bool:
        """Whether a quantity that no column knows is named behind it: `40 charged particles`."""
        word = tokens[place + 1] if place + 1 < len(tokens) else None
        if word is None or word.kind != QUANTITY or word.names or self.state.pending:
            return False
        between = self._after(tokens[place], word)
        return bool(between.strip(" -") == "" or BEHIND.fullmatch(between))

    def _waiting(self, token: Token, behind: Token | None) -> Token | None:
        """The word that waits for this number; none where one behind it is the better name."""
        pending = self.state.pending
        if pending is None or len(self._fill(pending, token)) > FAR:
            return None
        better = behind and self._is_count(behind, token) and self._gap(pending, token)
        return None if better else pending

    def _qualified(self, word: Token, token: Token) -> Token:
        """A word with what is in brackets behind its number: `momentum 1.4 TeV (transverse)`."""
        unit = token.number.unit if token.number else None
        said = IN_BRACKETS.match(self.text, (unit or token.span)[1])
        if said is None or plain(said[1]) in self.words.objects:
            return word
        names = self.words.words.get(plain(said[1]) + plain(self._word(word)))
        return replace(word, names=names) if names else word

    def _two_of_one(self, tokens: list[Token], place: int, pending: Token) -> bool:
        """Whether two numbers of a word follow where one object is spoken of; then none is read.

        They are of both objects that were named, if they were named in their order.
        """
        state = self.state
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if not (state.several and after and after.kind == NUMBER and len(state.objects) == 1):
            return False
        sure = bool(AND.fullmatch(self._after(tokens[place], after)))
        if self._in_turn(pending, pending.names, sure=sure):
            state.objects = [*state.named]
            return False
        if sure and not self._named_behind(tokens, place + 1):
            state.pending = state.last = None
            return True
        return False

    def _one_behind(self, tokens: list[Token], place: int, behind: Token | None) -> int:
        if behind is None:
            return 0
        self._assign(behind, tokens[place], None)
        self.state.whole = False
        return 1 + tokens.index(behind, place) - place if behind in tokens else 3

    def _as_before(self, tokens: list[Token], place: int) -> int:
        """A number that no word names: it is what the last one was, of the object that is named."""
        token, state = tokens[place], self.state
        if named := self._named_by_object(tokens, place):
            last = state.last
            self._assign(named, token, None)
            state.last = last
        elif self._goes_on(tokens, place) and state.last:
            before, word = tokens[place - 1], state.last
            if before.kind == OBJECT and (word.object or before.object not in self.words.names[:2]):
                word = replace(word, object=before.object)
            self._assign(word, token, state.unit, listed=True)
        return 1

    def _named_by_object(self, tokens: list[Token], place: int) -> Token | None:
        """The last quantity once more, where its object follows: `and 1330 GeV for the second`."""
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        last = self.state.last
        if not (last and after and after.kind == OBJECT and after.object):
            return None
        if last.object == after.object:
            return None
        between = self._after(tokens[place], after)
        if not re.search(r"\b(?:for|in|of|to)\b", between) or not FOR.fullmatch(between):
            return None
        own = self.words.quantity(last.names, after.object)
        return replace(last, object=after.object) if own and own not in self.used else None

    def _goes_on(self, tokens: list[Token], place: int) -> bool:
        """Whether a number without a name goes on what was said by the last one."""
        if not self.state.last or not place:
            return False
        before = tokens[place - 1]
        if before.kind == NUMBER:
            between = self._after(before, tokens[place])
            return self._lists(between)
        if before.kind != OBJECT or not self.readings:
            return False
        earlier = tokens[place - 2] if place > 1 else before
        if earlier.kind == NUMBER and "(" in self._after(earlier, before):  # 94 (leading) and 401
            return bool(LIST.fullmatch(self._between(before, tokens[place])))
        counted = self.words.object_of[self.readings[-1].quantity] in self.words.numbered.names
        of_them = OF_THEM.match(self.text, tokens[place].span[1])
        if len(self.before) > 1 or not (counted or of_them):
            return False
        which, word = before.object or "", self._word(self.state.last)
        quantity = self.words.quantity(self.state.last.names, which)
        quantity = quantity or self.words.composed(which, word)
        return (
            bool(quantity) and quantity not in self.used and not self._fill(before, tokens[place])
        )
