"""Numbers whose word stands behind them: `1.4 TeV of pT`, `94 GeV (mass)`, `22 constituents`."""

from __future__ import annotations

import re
from dataclasses import replace

from bench.api.table import EVENT
from bench.formatters.connectives import BEHIND
from bench.formatters.kinds import NUMBER, OBJECT, PLURAL, QUANTITY, Token
from bench.formatters.tuples import Tuples

OF_WORD = re.compile(r"\s*(?:of|in)\s")
"""What makes sure that a word behind a number is the number's."""


class Behind(Tuples):
    """Reads the word behind a number."""

    def _is_count(self, behind: Token, token: Token) -> bool:
        """Whether the word behind a number is as good a name as one farther before it."""
        return not self._fill_after(token, behind)

    def _named_behind(self, tokens: list[Token], place: int) -> Token | None:
        """The quantity behind a number that names it, if the next number has its own."""
        token, *behind = tokens[place : place + 3]
        word, after = behind[0] if behind else None, behind[1] if len(behind) > 1 else None
        if word is None:
            return None
        between = self._after(token, word)
        close = BEHIND.fullmatch(between.removeprefix(")") if self.state.paired else between)
        if word.kind == QUANTITY and (
            self._in_brackets(token, word) or (close and not self._of_the_next(token, word, after))
        ):
            return word if token.number and token.number.candidates & {*word.names} else None
        bracketed = between.strip() in ("(", "[") and after and self._ends_bracket(after)
        if (close or bracketed) and after and after.kind == QUANTITY:
            return self._with_object_between(token, word, after)
        return None

    def _ends_bracket(self, word: Token) -> bool:
        return self.text[word.span[1] : word.span[1] + 2].lstrip().startswith((")", "]"))

    def _enclosed(self, token: Token, word: Token) -> bool:
        """Whether a number and the word behind it are alone in brackets: `(22 constituents)`."""
        before = self.text[max(0, token.span[0] - 2) : token.span[0]].rstrip()
        return before.endswith("(") and self.text[word.span[1] : word.span[1] + 1] == ")"

    def _of_the_next(self, token: Token, word: Token, after: Token | None) -> bool:
        """Whether a word between two numbers names the one behind it."""
        if self.text[word.span[1] : word.span[1] + 3].lstrip(" \"'").startswith(("=", ":")):
            return True
        if OF_WORD.match(self._after(token, word)) or not after or after.kind != NUMBER:
            return False
        if self._enclosed(token, word) or not (
            after.number and after.number.candidates & {*word.names}
        ):
            return False
        between = self._between(word, after)
        return not self._fill(word, after) and not re.search(r",|\band\b", between)

    def _with_object_between(self, token: Token, which: Token, word: Token) -> Token | None:
        """The word behind a number and an object: `1.4 TeV leading jet pT`, `is their mass`."""
        if which.kind == PLURAL:
            event = self.words.quantity(word.names, EVENT)
            return replace(word, names=(event,)) if event else None
        own = self.words.quantity(word.names, which.object or "")
        beside = not re.sub(r"'s|\s", "", self._between(which, word))
        fits = token.number and own in token.number.candidates
        if which.kind == OBJECT and beside and fits and word.object in (None, which.object):
            return replace(word, object=which.object)
        return None

    def _in_brackets(self, token: Token, word: Token) -> bool:
        """Whether a word stands alone in brackets behind a number: `1411 GeV (pT)`."""
        before, after = self._after(token, word), self.text[word.span[1] : word.span[1] + 3]
        return before.strip() in ("(", "[") and after.lstrip().startswith((")", "]"))
