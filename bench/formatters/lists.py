"""Several numbers of one word, or as many as there are words or objects."""

from __future__ import annotations

import re
from itertools import pairwise

from bench.api.asking import Reading
from bench.formatters.behind import Behind
from bench.formatters.connectives import AND, FOR, LIST, OF
from bench.formatters.kinds import NUMBER, OBJECT, PLURAL, QUANTITY, Token


class Lists(Behind):
    """Reads lists of numbers."""

    before: tuple[Reading, ...] = ()
    """Those of the object that was named before."""

    def _once_more(self, tokens: list[Token], place: int) -> int:
        """Bare numbers of an object, in the order of the one before it; how many tokens.

        As many as that one had; of any other number of them nobody knows what they are.
        """
        last = tokens[place - 1] if place else None
        if not (last and last.kind == OBJECT and last.object and tokens[place].kind == NUMBER):
            return 0
        if re.sub(r"[\s:=(\[]|with|has|have|are|is", "", self._between(last, tokens[place])):
            return 0
        end = place + 1
        while end < len(tokens) and tokens[end].kind == NUMBER:
            if not LIST.fullmatch(self._after(tokens[end - 1], tokens[end])):
                break
            end += 1
        run = tokens[place:end]
        behind = end < len(tokens) and tokens[end].kind == QUANTITY
        if len(run) < 2 or behind or self.state.pending:
            return 0
        names = [self.words.named_like(reading.quantity) for reading in self.before]
        if len(run) == len(names):
            for token, like, reading in zip(run, names, self.before, strict=True):
                word = Token(QUANTITY, reading.words or last.span, like, last.object)
                self._assign(word, token, None)
        return len(run)

    def _list_behind(self, tokens: list[Token], place: int) -> int:
        """Numbers that one word behind them names: `1.4 TeV and 1.3 TeV of pT`; how many tokens."""
        end = place + 1
        while end < len(tokens) and tokens[end].kind == NUMBER:
            between = self._after(tokens[end - 1], tokens[end])
            if not AND.fullmatch(between) and not (self.state.paired and between.strip() == "("):
                break
            end += 1
        word = self._named_behind(tokens, end - 1) if end - place > 1 else None
        behind = tokens[end : end + 2]
        theirs = end - place > 1 and [one.kind for one in behind] == [PLURAL, QUANTITY]
        if theirs and re.search(r"\b(?:for|are)\b", self._after(tokens[end - 1], behind[0])):
            word, end = behind[1], end + 1  # 1.4 TeV and 1.3 TeV for their pT
        if word is None or word not in tokens or word.object:
            return 0
        for token in tokens[place:end]:
            if token.kind != NUMBER:
                continue
            self.state.several = True
            self._assign(word, token, None, listed=token is not tokens[place])
        self.state.pending, self.state.whole = None, False
        return end + 1 - place

    def _order_behind(self, tokens: list[Token], place: int) -> int:
        """Numbers with their words in brackets behind: `1.4 / -0.3 (pT / eta)`; how many tokens."""
        end = place + 1
        while end < len(tokens) and tokens[end].kind == NUMBER:
            if not LIST.fullmatch(self._after(tokens[end - 1], tokens[end])):
                break
            end += 1
        count = end - place
        words = tokens[end : end + count]
        if count < 2 or len(words) < count or any(w.kind != QUANTITY for w in words):
            return 0
        if self._after(tokens[end - 1], words[0]).strip() not in ("(", "["):
            return 0
        if any(not LIST.fullmatch(self._between(a, b)) for a, b in pairwise(words)):
            return 0
        for token, word in zip(tokens[place:end], words, strict=True):
            self._assign(word, token, None)
        self.state.pending = None
        return 2 * count

    def _once_again(self, tokens: list[Token], place: int) -> bool:
        """Whether a word is repeated for the next number of a list: `eta = 1 and eta = 2`."""
        pending, last = self.state.pending, self.state.last
        if not (pending and last and pending.names == last.names and place > 1):
            return False
        before = tokens[place - 2]
        return before.kind == NUMBER and bool(LIST.fullmatch(self._after(before, pending)))

    def _is_one_of_several(self, tokens: list[Token], place: int) -> bool:
        """Whether another number of its kind follows, or the object that it is of."""
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if after is None or after.kind not in (NUMBER, OBJECT, QUANTITY):
            return False
        between = self._after(tokens[place], after)
        if after.kind == QUANTITY:  # eta = 1 and eta = 2
            last = self.state.pending
            return bool(last and last.names == after.names and LIST.fullmatch(between))
        if after.kind == NUMBER:
            return self._lists(between)
        return bool(FOR.fullmatch(between) and OF.search(between))

    def _lists(self, between: str) -> bool:
        """Whether two numbers with this between them are of one list."""
        blanks = self.state.blanks and between.isspace() and "\n" not in between
        paired = self.state.paired and between.strip() in ("(", "[")
        return blanks or paired or bool(LIST.fullmatch(between))

    def _parted_by_blanks(self, word: Token, tokens: list[Token], place: int) -> bool:
        """Whether blanks part numbers: in a bracket, or two of them alone in the rest of a line."""
        if re.search(r"[\[(]\s*$", self._between(word, tokens[place])):
            return True
        if len(self.state.objects) == 1 or place + 1 >= len(tokens):
            return False
        other = tokens[place + 1]
        rest = self.text[other.span[1] :].partition("\n")[0]
        return other.kind == NUMBER and not rest.strip()
