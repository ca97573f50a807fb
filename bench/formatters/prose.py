"""Which number of running text is which quantity, by the words around it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

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
    plain,
)
from bench.formatters.tuples import Tuples
from bench.formatters.units import PATTERN

LIST = re.compile(r"[\s\])]*(?:,?\s*\band\b|,|/|;|&|\bvs\.?|\|)[\s\[(]*(?:the\s+)?", re.IGNORECASE)
"""Between two numbers of one quantity."""
BEHIND = re.compile(
    r"[\s\-]*(?:(?:of|in|as|for|is|are|the|its|a|an|worth|apart)\s+)*(?:the\s+|its\s+)?",
    re.IGNORECASE,
)
"""Between a number and the word behind it that names it."""
AND = re.compile(r"\s*(?:\band\b|&|/|\bvs\.?)\s*", re.IGNORECASE)
"""Between two numbers that are sure to be of one kind."""
FOR = re.compile(
    r"[\s\])]*[(\[]?\s*(?:are\s+)?(?:for|in|of|from|on|is)?\s*(?:the|that of the|is the)?\s*",
    re.IGNORECASE,
)
"""Between a number and its object behind it."""

OF = re.compile(r"\b(?:for|of|in|from)\b|[(\[]\s*$", re.IGNORECASE)
ALL_OF = re.compile(rf"\s*[\[(]?(?:{PATTERN})?[\])]?\s*(?:for\s+|\()(?:the\s+)?", re.IGNORECASE)
"""Between numbers and the object that all of them are of."""
WITH = re.compile(r"(?:with|at|having|weighing|carrying)\b", re.IGNORECASE)
WITH_UNTIL = re.compile(rf"\s*(?:{PATTERN})?\s*,?\s*(?:the\s+)?", re.IGNORECASE)
"""Between the numbers of a sentence that begins with `with` and the object that they are of."""
OPENED = re.compile(r"[\"'\s:=]*")
"""Between a word and the braces that hold what is said of it."""


class Prose(Tuples):
    """Reads the tokens of a text once, from its beginning to its end."""

    begun = 0
    """The first of the readings since an object was named."""
    scopes: list[list[str]]
    """What is spoken of in each of the braces that are open."""
    before: tuple[Reading, ...] = ()
    """Those of the object that was named before."""

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

    def _once_more(self, tokens: list[Token], place: int) -> int:
        """Bare numbers of an object, in the order of the one before it; how many tokens.

        As many as that one had; of any other number of them nobody knows what they are.
        """
        last = tokens[place - 1] if place else None
        if not (last and last.kind == OBJECT and last.object and tokens[place].kind == NUMBER):
            return 0
        if re.sub(r"[\s:=(\[]|with|has|is", "", self._between(last, tokens[place])):
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

    def _objects(self, tokens: list[Token], place: int) -> None:
        """An object is spoken of: by itself, with another one, or behind its number."""
        token, state = tokens[place], self.state
        before = tokens[place - 1] if place else None
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        state.whole = state.plural = False
        if token.kind == PLURAL:
            state.objects, state.stale, state.implicit = list(self.words.names[:2]), False, 0
            state.plural = not (after and re.search(r"[\[({]", self._between(token, after)))
            return
        assert token.object
        if token.object not in state.named:
            state.named.append(token.object)
        if self._all_before(token) or self._behind(before, token):
            return
        self._with_before(token)
        if self._respectively(tokens, place):
            state.objects, state.stale, state.joined = [*state.named], False, False
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
        for token in tokens[place + 1 :]:
            if token.kind == OBJECT:
                return False
            if token.kind == BREAK and not self.text[token.span[0] : token.span[1]].isspace():
                end = token.span[0]
                break
        rest = self.text[tokens[place].span[1] : end]
        numbers = any(token.kind == NUMBER for token in tokens[place + 1 : place + 9])
        return len(self.state.named) > 1 and "respectively" in rest and numbers

    def _of_each(self, tokens: list[Token], place: int) -> int:
        """Objects behind lists of numbers, one of each: `2 and 3 for the first and the second`."""
        before = tokens[place - 1] if place else None
        if not (before and before.kind == NUMBER and self.readings):
            return 0
        run = [tokens[place]]
        for token in tokens[place + 1 :]:
            if token.kind != OBJECT or not LIST.fullmatch(self._between(run[-1], token)):
                break
            run.append(token)
        between = self._after(before, run[0])
        if len(run) < 2 or not re.fullmatch(r"[\s,]*(?:for|in|of|on)\s+(?:the\s+)?", between):
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
        self.state.objects, self.state.stale, self.state.named = names, False, names
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
        between = self.text[said[-1].span[1] : token.span[0]]
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
        if not ALL_OF.fullmatch(between) or ("(" in between and len(said) < 2):
            return False
        for i, reading in enumerate(said, self.begun):
            names = self.words.named_like(reading.quantity)
            if right := self.words.quantity(names, token.object):
                self.used.discard(reading.quantity)
                self.readings[i] = replace(reading, quantity=right)
                self.guesses.discard(reading.span)
        self.used |= {reading.quantity for reading in self.readings}
        self.begun, self.state.implicit = len(self.readings), 0
        if "(" in between and self.text[token.span[1] : token.span[1] + 1] == ",":
            self.state.objects = [token.object]  # (leading jet, n = 63)
        return True

    def _behind(self, before: Token | None, token: Token) -> bool:
        """Whether it says whose the last number is; then that reading is mended."""
        if not (before and self.readings and token.object):
            return False
        reading = self.readings[-1]
        behind = before.span == reading.words and reading.words > reading.span
        between = self._after(before, token)
        named = OF.search(between)
        apart = re.fullmatch(r"\s*(?:,|--?|–|—)\s*the\s+", between)
        apart = apart and self.text[token.span[1] : token.span[1] + 2].lstrip()[:1] in ",-–—.;"
        fits = apart or (named and FOR.fullmatch(between))
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
        return True

    def _other(self, reading: Reading, of: str) -> str | None:
        """The same quantity of this object, unless it was named with its own already."""
        last = self.state.last
        if not last or last.object or self.state.objects == [of]:
            return None
        return self.words.quantity(self.words.named_like(reading.quantity), of)

    def _break(self, token: Token) -> None:
        state, mark = self.state, self.text[token.span[0] : token.span[1]]
        state.stale, state.plural, state.joined = True, False, False
        if mark == "{":
            state.stale = False
        if mark == "\n":
            state.outdented = not self.text[token.span[1] : token.span[1] + 1].isspace()
        if mark == "{":
            self.scopes.append([*state.objects])
        if mark == "}" and self.scopes:
            self.scopes.pop()
        if mark == "}" or mark.count("\n") > 1 or (mark == "." and self._uncounted()):
            state.objects = [*self.scopes[-1]] if self.scopes else []
        if mark == "}" or mark.count("\n") > 1:
            state.named = []
        opened = (
            mark == "{" and state.pending and OPENED.fullmatch(self._between(state.pending, token))
        )
        if not mark.isspace() and not opened:
            state.pending = None
        if mark != "\n":
            state.whole = False

    def _uncounted(self) -> bool:
        """Whether what is spoken of is none of the objects in a row, such as both together."""
        return bool({*self.state.objects} - {*self.words.numbered.names})

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

    def _list_behind(self, tokens: list[Token], place: int) -> int:
        """Numbers that one word behind them names: `1.4 TeV and 1.3 TeV of pT`; how many tokens."""
        end = place + 1
        while end < len(tokens) and tokens[end].kind == NUMBER:
            if not AND.fullmatch(self._after(tokens[end - 1], tokens[end])):
                break
            end += 1
        word = self._named_behind(tokens, end - 1) if end - place > 1 else None
        behind = tokens[end : end + 2]
        if end - place > 1 and [one.kind for one in behind] == [PLURAL, QUANTITY]:
            if re.search(r"\b(?:for|are)\b", self._after(tokens[end - 1], behind[0])):
                word, end = behind[1], end + 1
        if word is None or word not in tokens or word.object:
            return 0
        for token in tokens[place:end]:
            if token.kind != NUMBER:
                continue
            self.state.several = True
            self._assign(word, token, None, listed=token is not tokens[place])
        self.state.pending, self.state.whole = None, False
        return end + 1 - place

    def _once_again(self, tokens: list[Token], place: int) -> bool:
        """Whether a word is repeated for the next number of a list: `eta = 1 and eta = 2`."""
        pending, last = self.state.pending, self.state.last
        if not (pending and last and pending.names == last.names and place > 1):
            return False
        before = tokens[place - 2]
        return before.kind == NUMBER and bool(LIST.fullmatch(self._after(before, pending)))

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
        return other.kind == NUMBER and not rest.strip() and bool(self.state.plural)

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
