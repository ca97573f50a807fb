"""Which number of running text is which quantity, by the words around it."""

from __future__ import annotations

import re
from dataclasses import replace

from bench.api.asking import Reading
from bench.api.table import EVENT
from bench.formatters.connectives import AND, BEHIND, FOR, LIST
from bench.formatters.lexicon import plain
from bench.formatters.tokens import BREAK, NUMBER, OBJECT, PLURAL, QUANTITY, UNIT, WHOLE, Token
from bench.formatters.whose import Whose


class Prose(Whose):
    """Reads the tokens of a text once, from its beginning to its end."""

    def read(self, tokens: list[Token]) -> list[Reading]:
        """What these tokens say."""
        tokens = [token for token in tokens if not token.weak]
        self.state.order, self.scopes = self._said_order(tokens), []
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
        """Whether the next object that is named is another one: `a jet of 1 TeV and a second jet`."""
        which = self.words.object_of[guess.quantity]
        after = [t for t in tokens if t.kind == OBJECT and t.span[0] > guess.span[0]]
        counted = self.words.numbered.names
        return bool(after) and after[0].object in counted and after[0].object != which

    def _one(self, tokens: list[Token], place: int) -> int:
        """One token, and what it takes with it: how many."""
        token, state = tokens[place], self.state
        if token.kind == QUANTITY:
            state.pending, state.unit = self._together(state.pending, token), None
        elif token.kind in (OBJECT, PLURAL):
            if token.kind == OBJECT and (taken := self._of_each(tokens, place)):
                return taken
            self._objects(tokens, place)
        elif token.kind == UNIT and state.pending and not state.unit:
            state.unit = token.span
        elif token.kind == WHOLE:
            state.whole, state.stale = True, True
        elif token.kind == BREAK:
            self._break(token)
        elif token.kind == NUMBER:
            return self._number(tokens, place)
        return 1

    def _together(self, earlier: Token | None, word: Token) -> Token:
        """A word with the one before it, if both make one: `the hardest particle has a pT of`."""
        if earlier is None or len(self._between(earlier, word)) > 60:
            return word
        both = plain(self.text[slice(*earlier.span)]) + plain(self.text[slice(*word.span)])
        names = self.words.words.get(both)
        return replace(word, names=names, object=earlier.object or word.object) if names else word

    def _number(self, tokens: list[Token], place: int) -> int:
        token, state = tokens[place], self.state
        if state.pending:
            state.blanks = self._parted_by_blanks(state.pending, tokens, place)
        state.several = self._is_one_of_several(tokens, place) or self._once_again(tokens, place)
        behind = self._named_behind(tokens, place)
        pending = state.pending
        if pending and self._gap(pending, token) and behind and self._is_count(behind, token):
            pending = None
        if pending and len(self._fill(pending, token)) > 40:
            pending = None
        if pending is None and (
            listed := self._list_behind(tokens, place) or self._order_behind(tokens, place)
        ):
            return listed
        if pending is None and behind is not None:
            self._assign(behind, token, None)
            state.pending, state.whole = None, False
            return 1 + tokens.index(behind, place) - place if behind in tokens else 3
        if pending is None and (named := self._named_by_object(tokens, place)):
            last = state.last
            self._assign(named, token, state.unit)
            state.pending, state.last = None, last
            return 1
        if pending is None and self._goes_on(tokens, place):
            assert state.last
            before = tokens[place - 1]
            pending = state.last
            if before.kind == OBJECT and pending.object:
                pending = replace(pending, object=before.object)
        if pending is not None:
            listed = pending is not state.pending
            if not listed:
                follows = tokens[place + 1] if place + 1 < len(tokens) else token
                if state.several and follows.kind == NUMBER and len(state.objects) == 1:
                    sure = bool(AND.fullmatch(self._after(token, follows)))
                    if self._in_turn(pending, pending.names, sure=sure):
                        state.objects = [*state.named]
                    elif sure and not self._named_behind(tokens, place + 1):
                        state.pending = state.last = None  # two numbers of one object
                        return 1
            self._assign(pending, token, state.unit, listed=listed)
        state.pending = None
        return 1

    def _is_count(self, behind: Token, token: Token) -> bool:
        """Whether the word behind a number is as good a name as one farther before it."""
        return not self._fill_after(token, behind)

    def _named_behind(self, tokens: list[Token], place: int) -> Token | None:
        """The quantity behind a number that names it, if the next number has its own."""
        if place + 1 >= len(tokens):
            return None
        token, word = tokens[place], tokens[place + 1]
        if word.kind == QUANTITY and self._in_brackets(token, word):
            return word if token.number and token.number.candidates & {*word.names} else None
        if not BEHIND.fullmatch(self._after(token, word)):
            return None
        follows = tokens[place + 2] if place + 2 < len(tokens) else None
        if word.kind == PLURAL and follows and follows.kind == QUANTITY:
            event = self.words.quantity(follows.names, EVENT)
            return replace(follows, names=(event,)) if event else None
        after = tokens[place + 2] if place + 2 < len(tokens) else None
        if word.kind == OBJECT and after and after.kind == QUANTITY:  # 1.4 TeV leading jet pT
            own = self.words.quantity(after.names, word.object or "")
            spoken = not re.sub(r"'s|\s", "", self._between(word, after))
            spoken = spoken and after.object in (None, word.object)
            fits = token.number and own in token.number.candidates
            return replace(after, object=word.object) if own and fits and spoken else None
        if word.kind != QUANTITY:
            return None
        close = self.text[word.span[1] : word.span[1] + 3].lstrip(" \"'").startswith(("=", ":"))
        sure = re.match(r"\s*(?:of|in)\s", self._after(token, word))
        if close or (
            not sure
            and after
            and after.kind == NUMBER
            and not self._fill(word, after)
            and not re.search(r",|\band\b", self._between(word, after))
        ):
            return None
        return word if token.number and token.number.candidates & {*word.names} else None

    def _in_brackets(self, token: Token, word: Token) -> bool:
        """Whether a word stands alone in brackets behind a number: `1411 GeV (pT)`."""
        before, after = self._after(token, word), self.text[word.span[1] : word.span[1] + 3]
        return before.strip() in ("(", "[") and after.lstrip().startswith((")", "]"))

    def _named_by_object(self, tokens: list[Token], place: int) -> Token | None:
        """The last quantity once more, where its object follows: `and 1330 GeV for the second`."""
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        last = self.state.last
        if not (last and after and after.kind == OBJECT and after.object):
            return None
        if last.object == after.object:
            return None
        between = self._after(tokens[place], after)
        if not re.search(r"\b(?:for|in|of)\b", between) or not FOR.fullmatch(between):
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
        of_them = re.match(r"\s*of\s+(?:them|these|those)\b", self.text[tokens[place].span[1] :])
        if len(self.before) > 1 or not (counted or of_them):
            return False
        quantity = self.words.quantity(self.state.last.names, before.object or "")
        return (
            bool(quantity) and quantity not in self.used and not self._fill(before, tokens[place])
        )
