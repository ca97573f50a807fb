"""Of which object what is said is: named before it, behind it, or for all of a sentence."""

from __future__ import annotations

import re
from dataclasses import replace

from bench.api.asking import Reading
from bench.formatters.connectives import ALL_OF, FOR, LIST, OF, OPENED, WITH, WITH_UNTIL
from bench.formatters.kinds import BREAK, NUMBER, OBJECT, PLURAL, Token
from bench.formatters.lists import Lists

EACH = re.compile(r"(?:[\s,]*(?:for|in|of|on)\s+|[\s\])]*[(\[]\s?)(?:the\s+)?", re.IGNORECASE)
"""Between numbers and the objects that they are of, one by one."""
GOES_ON = re.compile(r"\)\s(?:has|have|is|with|sits|weighs)\b|\s\(")
"""Behind an object in brackets that what follows is of: `1.4 TeV (leading jet) has a mass of`."""
LAST = re.compile(r"[\"']?\s?\}")
"""Behind the last word in braces."""
SEPARATED = re.compile(r"[+\-−]?[0-9.]")
"""What stands right behind a semicolon that parts a word from its number."""


class Whose(Lists):
    """Keeps what is spoken of, and mends the readings whose object is named behind them."""

    begun = 0
    """The first of the readings since an object was named."""
    scopes: list[list[str]]
    """What is spoken of in each of the braces that are open."""
    opened: list[int]
    """The first of the readings in each of these."""

    def _objects(self, tokens: list[Token], place: int) -> None:
        """An object is spoken of: by itself, with another one, or behind its number."""
        token, state = tokens[place], self.state
        before = tokens[place - 1] if place else None
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        state.whole, state.plural = state.whole and token.kind == PLURAL, False
        if token.kind == PLURAL:
            state.objects, state.stale, state.implicit = list(self.words.names[:2]), False, 0
            state.plural = not (after and re.search(r"[\[({]", self._between(token, after)))
            return
        assert token.object
        for named in (state.named, state.clause):
            if token.object not in named:
                named.append(token.object)
        if self._all_before(token) or self._behind(before, token) or self._label(token):
            return
        self._with_before(token)
        if self._respectively(tokens, place):
            state.objects, state.stale, state.joined = [*state.clause], False, False
            return
        between = self._between(before, token) if before and before.kind == OBJECT else "."
        paired = between.strip() == "(" and state.objects != [token.object]
        joined = (paired or LIST.fullmatch(between)) and token.object not in state.objects
        state.objects = [*state.objects, token.object] if joined else [token.object]
        state.paired, state.joined = bool(paired and joined), bool(joined)
        self.before = tuple(self.readings[self.begun :]) or self.before
        state.stale, self.begun = False, len(self.readings)

    def _respectively(self, tokens: list[Token], place: int) -> bool:
        """Whether it is the last of several objects whose values follow one by one."""
        end = len(self.text)
        for at in range(place + 1, len(tokens)):
            token = tokens[at]
            if token.kind == OBJECT:
                return False
            if token.kind == BREAK and not self.text[token.span[0] : token.span[1]].isspace():
                end = token.span[0]
                break
        rest = self.text[tokens[place].span[1] : end]
        numbers = any(token.kind == NUMBER for token in tokens[place + 1 : place + 9])
        return len(self.state.clause) > 1 and "respectively" in rest and numbers

    def _of_each(self, tokens: list[Token], place: int) -> int:
        """Objects behind lists of numbers, one of each: `2 and 3 for the first and the second`."""
        before = tokens[place - 1] if place else None
        if not (before and self.readings):
            return 0
        last = self.readings[-1]
        behind = last.words == before.span and last.words > last.span
        if before.kind != NUMBER and not behind:
            return 0
        run = [tokens[place]]
        for at in range(place + 1, len(tokens)):
            token = tokens[at]
            if token.kind != OBJECT or not LIST.fullmatch(self._between(run[-1], token)):
                break
            run.append(token)
        between = self._after(before, run[0])
        if len(run) < 2 or not EACH.fullmatch(between):
            return 0
        names = [token.object or "" for token in run]
        start = self._sentence(tokens, place)
        for i in range(len(self.readings) - len(run), -1, -1):
            said = self.readings[i : i + len(run)]
            if said[0].span[0] < start or len({one.words for one in said}) > 1:
                continue
            likes = [self.words.named_like(one.quantity) for one in said]
            right = [self.words.quantity(n, one) for n, one in zip(likes, names, strict=True)]
            if all(right) and len({*likes}) == 1:
                both = zip(said, right, strict=True)
                self.readings[i : i + len(run)] = [replace(r, quantity=q or "") for r, q in both]
                self.guesses -= {one.span for one in said}
        self.used = {reading.quantity for reading in self.readings}
        self.state.objects, self.state.stale, self.state.named = names, False, [*names]
        self.before, self.begun = tuple(self.readings[self.begun :]), len(self.readings)
        return len(run)

    def _sentence(self, tokens: list[Token], place: int) -> int:
        """Where the sentence of a token begins."""
        for token in reversed(tokens[:place]):
            mark = self.text[token.span[0] : token.span[1]]
            if token.kind == BREAK and (mark in (".", "}") or mark.count("\n") > 1):
                return token.span[1]
        return 0

    def _with_before(self, token: Token) -> bool:
        """Whether it says whose the numbers before it are: `With a mass of 94 GeV the jet has`."""
        said = [reading for reading in self.readings[self.begun :] if reading.span in self.guesses]
        if not said or said[-1] != self.readings[-1] or not token.object:
            return False
        start = max(self.text.rfind(mark, 0, said[0].span[0]) for mark in (". ", "\n", "; "))
        end = max(said[-1].span[1], (said[-1].words or said[-1].span)[1])
        between = self.text[end : token.span[0]]
        opening = self.text[start + 1 : said[0].span[0]].strip()
        if not WITH.match(opening) or not WITH_UNTIL.fullmatch(between):
            return False
        for i, reading in enumerate(self.readings):
            if reading in said and reading.words:
                names = self.words.named_like(reading.quantity)
                right = self.words.quantity(names, token.object) or self.words.composed(
                    token.object, self.text[slice(*reading.words)]
                )
                if right:
                    self.readings[i] = replace(reading, quantity=right)
                    self.guesses.discard(reading.span)
        self.used = {reading.quantity for reading in self.readings}
        return True

    def _all_before(self, token: Token) -> bool:
        """Whether it says whose all the last numbers are: `1 TeV of pT and 90 GeV of mass for`."""
        said = self.readings[self.begun :]
        if not said or self.state.objects or not token.object:
            return False
        if len({self.words.named_like(one.quantity) for one in said}) < len(said):
            return False
        last = said[-1]
        end = max(last.span[1], (last.words or last.span)[1])
        between = self.text[end : token.span[0]]
        if not ALL_OF.fullmatch(between) or (
            re.search(r"[(\[]\s*(?:the\s)?$", between) and len(said) < 2
        ):
            return False
        self._are_of(self.begun, token.object)
        self.begun, self.state.implicit = len(self.readings), 0
        if "(" in between and self.text[token.span[1] : token.span[1] + 1] == ",":
            self.state.objects = [token.object]  # (leading jet, n = 63)
        return True

    def _label(self, token: Token) -> bool:
        """Whether it says at their end whose all values in braces are: `"label": "leading"}`."""
        start = self.opened[-1] if self.opened else len(self.readings)
        said = self.readings[start:]
        if not said or not token.object or not LAST.match(self.text, token.span[1]):
            return False
        if any(reading.span not in self.guesses for reading in said):
            return False
        self._are_of(start, token.object)
        return True

    def _are_of(self, start: int, which: str) -> None:
        """The readings from one on are of an object."""
        for i in range(start, len(self.readings)):
            reading = self.readings[i]
            if right := self.words.quantity(self.words.named_like(reading.quantity), which):
                self.readings[i] = replace(reading, quantity=right)
                self.guesses.discard(reading.span)
        self.used = {reading.quantity for reading in self.readings}

    def _behind(self, before: Token | None, token: Token) -> bool:
        """Whether it says whose the last number is; then that reading is mended."""
        if not (before and self.readings and token.object):
            return False
        reading = self.readings[-1]
        behind = before.span == reading.words and reading.words > reading.span
        between = self._after(before, token)
        named = OF.search(between) or "make" in between
        ends = self.text[token.span[1] : token.span[1] + 2].lstrip()[:1] in ",-–—.;"
        apart = ends and re.fullmatch(r"\s*(?:,|--?|–|—)\s*the\s+", between)
        ended = ends or self.text.startswith((")", " ("), token.span[1])
        beside = ended and between in ((" ", " the ") if behind else (" ",))  # 1.4 TeV leading,
        fits = apart or beside or (named and FOR.fullmatch(between))
        if not (reading.span == before.span or behind) or not fits:
            return False
        right = self._other(reading, token.object)
        listed = len(self.readings) > 1 and self.readings[-2].words == reading.words
        if right is None or (listed and "(" not in between):
            return False  # or a list, of which both are said: `2 and 3 for the first and second`
        self.used.discard(reading.quantity)
        self.used.add(right)
        self.readings[-1] = replace(reading, quantity=right)
        self.guesses.discard(reading.span)
        if GOES_ON.match(self.text, token.span[1]):
            self.state.objects, self.state.stale = [token.object], False
        return True

    def _other(self, reading: Reading, of: str) -> str | None:
        """The same quantity of this object, unless it was named with its own already."""
        last = self.state.last
        if not last or last.object or self.state.objects == [of]:
            return None
        right = self.words.quantity(self.words.named_like(reading.quantity), of)
        right = right or self.words.quantity(last.names, of)
        return right or self.words.composed(of, self._word(last))

    def _break(self, token: Token) -> None:
        state, mark = self.state, self.text[token.span[0] : token.span[1]]
        state.stale, state.plural, state.joined = True, False, False
        if mark == "{":
            state.stale = False
        if mark == "\n":
            state.outdented = not self.text[token.span[1] : token.span[1] + 1].isspace()
        if mark == "{":
            self.scopes.append([*state.objects])
            self.opened.append(len(self.readings))
        if mark == "}" and self.scopes:
            self.scopes.pop()
            self.opened.pop()
        if mark == "}" or mark.count("\n") > 1 or (mark == "." and self._uncounted()):
            state.objects = [*self.scopes[-1]] if self.scopes else []
        if not mark.isspace():
            state.clause = []
        if mark == "}" or mark.count("\n") > 1:
            state.named, state.clause = [], []
        opened = (
            mark == "{" and state.pending and OPENED.fullmatch(self._between(state.pending, token))
        )
        opened = opened or (mark == ";" and SEPARATED.match(self.text, token.span[1]))
        if not mark.isspace() and not opened:
            state.pending = None
        if mark != "\n":
            state.whole = False

    def _uncounted(self) -> bool:
        """Whether what is spoken of is none of the objects in a row, such as both together."""
        return bool({*self.state.objects} - {*self.words.numbered.names})
