"""Texts of events that a small model learns to read from: put together at random, no two alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from reading_drafts import Draft

import bench

T = TypeVar("T")
COMMON = ("pt", "eta", "phi", "m", "e", "n", "pt_lead", "m_jj", "n_particles", "dr_jj")
"""Ends of the names of quantities that people speak of most."""
FEW = 12
"""How many times as often a common quantity is said as another one."""
CONNECTORS = (" = ", "=", ": ", ":", " ", " is ", " of ", " was ", " about ", " (", " -> ", " ~ ")
OF = (" ", " of ", " in ", " for its ", " as ", "-")
JOINTS = (", ", "; ", " ", " and ", " | ", " / ", "\n", "\n  ", ". ", ", with ", " & ", " - ", "\t")
BEGUN = (": ", " ", " has ", " with ", " (", " -> ", "\n", " carries ", ", ", " at ", "=", " = ")
BESIDE = (
    *("run {}", "event {}", "at sqrt(s) = {} TeV", "R = {} jets", "see page {}", "bin {}"),
    *("fold {}", "probability {}", "score {}", "weight {}", "file {}", "seed {}"),
    *("a third jet at {} GeV", "trigger {}", "lumi block {}", "figure {}", "version {}"),
    *("missing energy {} GeV", "{} vertices"),
)
PLAIN = (
    *("we saw", "here is one more", "please have a look", "from my notes", "the event"),
    *("signal?", "thanks", "it looks like", "candidate", "reconstructed", "measured", "hello"),
    *("in the detector", "interesting", "as before", "the values", "data", "from the display"),
    *("checked twice", ""),
)
UNITS = {"GeV": ("GeV", "TeV", "MeV", "gev", "Gev"), "rad": ("rad", "", "", "degrees")}


@dataclass(eq=False)
class Speaker:
    """Says events in words of a vocabulary."""

    vocabulary: bench.Vocabulary
    rng: np.random.Generator

    def __post_init__(self) -> None:
        """Sort the quantities by their objects."""
        self.of: dict[str, list[bench.Quantity]] = {}
        for quantity in self.vocabulary.quantities:
            self.of.setdefault(quantity.object, []).append(quantity)
        self.objects = [name for name in self.vocabulary.objects if name in self.of]

    def text(self) -> tuple[str, list[tuple[tuple[int, int], str]]]:
        """A text, and for the span of each number the name of its quantity; "" for none."""
        draft = self._draft()
        return draft.text(), draft.said

    def _draft(self) -> Draft:
        draft = Draft()
        self._beside(draft)
        ways: list[Callable[[Draft], None]] = [self._by_object, self._by_object, self._listed]
        ways += [self._by_quantity, self._named, self._behind, self._tuple, self._table]
        for _ in range(int(self.rng.integers(1, 3))):
            self._pick(ways)(draft)
            draft.add(self._pick(JOINTS))
            if self.rng.random() < 0.4:
                self._event(draft)
        self._beside(draft)
        return draft

    def _by_object(self, draft: Draft) -> None:
        """`leading jet: pT = N GeV, eta N`, one object after the other."""
        joint, between = self._pick(JOINTS), self._pick(BEGUN)
        style = float(self.rng.random())
        for name in self._some_objects():
            draft.add(self._the(self._word(self.vocabulary.objects[name])) + between)
            for quantity in self._some(self.of[name], int(self.rng.integers(1, 7))):
                self._item(draft, quantity, style)
                draft.add(joint)
            draft.add(self._pick((". ", "\n", "; ", " ")))

    def _by_quantity(self, draft: Draft) -> None:
        """`the pT of the leading jet is N, that of the second N`."""
        for name in self._some_objects():
            for quantity in self._some(self.of[name], int(self.rng.integers(1, 4))):
                word, whose = self._called(quantity), self._word(self.vocabulary.objects[name])
                said = self._pick(
                    (f"{word} of the {whose}", f"the {whose}'s {word}", f"{whose} {word}")
                )
                draft.add(said + self._pick(CONNECTORS))
                self._value(draft, quantity)
                draft.add(self._pick(JOINTS))

    def _named(self, draft: Draft) -> None:
        """`j1_pt=N`, `pt_j1 N`, `"pt1": N`."""
        joint, between, way = (
            self._pick((", ", " ", "; ", "\n", ",\n")),
            self._pick(("=", ": ", '": ', " = ")),
            int(self.rng.integers(4)),
        )
        for name in self._some_objects():
            short = min(self.vocabulary.objects[name], key=lambda w: (len(w) + 9 * (" " in w), w))
            for quantity in self._some(self.of[name], int(self.rng.integers(1, 6))):
                word = min(quantity.words[:4], key=len).replace(" ", "_")
                number = self.objects.index(name) + 1
                forms = (f"{short}_{word}", f"{word}_{short}", f"{word}{number}", f"{short}.{word}")
                draft.add(forms[way] + between)
                self._value(draft, quantity)
                draft.add(joint)

    def _listed(self, draft: Draft) -> None:
        """`jets with pT of N and N GeV`."""
        draft.add(self._pick(("two jets with ", "jets: ", "the jets have ", "", "both jets: ")))
        ends = [q.name.partition("_")[2] for q in self._some(self.of[self.objects[0]], 4)]
        for end in ends:
            every = [
                q for name in self.objects for q in self.of[name] if q.name.endswith(f"_{end}")
            ]
            draft.add(self._called(every[0]) + self._pick(CONNECTORS))
            for quantity in every:
                self._value(draft, quantity)
                draft.add(self._pick((" and ", ", ", " / ")) if quantity is not every[-1] else "")
            draft.add(self._pick(JOINTS))

    def _behind(self, draft: Draft) -> None:
        """`N GeV of pT for the leading jet`."""
        for name in self._some_objects():
            for quantity in self._some(self.of[name], int(self.rng.integers(1, 3))):
                self._value(draft, quantity)
                draft.add(
                    self._pick(OF) + self._called(quantity) + self._pick((" and ", ", ", " "))
                )
            draft.add(
                "for " + self._the(self._word(self.vocabulary.objects[name])) + self._pick(JOINTS)
            )

    def _tuple(self, draft: Draft) -> None:
        """`j1 (pt, eta, phi) = (N, N, N)`."""
        open_, close = self._pick((("(", ")"), ("[", "]"), ("", ""), ("<", ">")))
        first = self._some(self.of[self.objects[0]], int(self.rng.integers(2, 5)))
        ends = [q.name.partition("_")[2] for q in first]
        words = ", ".join(self._called(q) for q in first)
        for i, name in enumerate(self._some_objects()):
            draft.add(self._word(self.vocabulary.objects[name]) + " ")
            draft.add(
                f"{open_}{words}{close}{self._pick((' = ', ': '))}"
                if i == 0 or self.rng.random() < 0.5
                else ""
            )
            draft.add(open_)
            for end in ends:
                self._value(draft, next(q for q in self.of[name] if q.name.endswith(f"_{end}")))
                draft.add(", " if end != ends[-1] else close)
            draft.add(self._pick((" ", "; ", "\n")))

    def _table(self, draft: Draft) -> None:
        """A head of words, a row an object."""
        between = self._pick((" ", " | ", "\t", ", ", "; ", "   "))
        first = self._some(self.of[self.objects[0]], int(self.rng.integers(2, 5)))
        draft.add(between.join(["jet", *(self._called(q) for q in first)]) + "\n")
        for name in self.objects:
            draft.add(self._word(self.vocabulary.objects[name]))
            for quantity in first:
                end = quantity.name.partition("_")[2]
                draft.add(between)
                own = next(q for q in self.of[name] if q.name.endswith(f"_{end}"))
                draft.number(self._digits(), own.name)
            draft.add("\n")

    def _event(self, draft: Draft) -> None:
        """Something of the event as a whole."""
        for quantity in self._some(self.of["event"], int(self.rng.integers(1, 3))):
            if quantity.unit == "1" and self.rng.random() < 0.5:
                self._value(draft, quantity)
                draft.add(" " + self._called(quantity))
            else:
                draft.add(self._the(self._called(quantity)) + self._pick(CONNECTORS))
                self._value(draft, quantity)
            draft.add(self._pick(JOINTS))

    def _beside(self, draft: Draft) -> None:
        """Words and numbers that say nothing of what is asked for."""
        for _ in range(int(self.rng.integers(0, 3))):
            if self.rng.random() < 0.5:
                before, _, after = self._pick(BESIDE).partition("{}")
                draft.add(before)
                draft.number(self._digits(), "")
                draft.add(after)
            else:
                draft.add(self._pick(PLAIN))
            draft.add(self._pick(JOINTS))

    def _item(self, draft: Draft, quantity: bench.Quantity, style: float) -> None:
        if style < 0.65 or (style < 0.85 and self.rng.random() < 0.5):
            draft.add(
                self._called(quantity) + self._pick(CONNECTORS[:8] if style < 0.4 else CONNECTORS)
            )
            self._value(draft, quantity)
        else:
            self._value(draft, quantity)
            draft.add(self._pick(OF) + self._called(quantity))

    def _value(self, draft: Draft, quantity: bench.Quantity) -> None:
        draft.number(self._digits(), quantity.name)
        unit = self._pick(UNITS.get(quantity.unit, ("",)))
        if unit and self.rng.random() < 0.75:
            draft.add(self._pick((" ", " ", "")) + unit)

    def _digits(self) -> str:
        return f"{self.rng.uniform(0, 2000):.{int(self.rng.integers(0, 5))}f}".zfill(3)

    def _called(self, quantity: bench.Quantity) -> str:
        return self._word(quantity.words or (quantity.name,))

    def _some(self, quantities: Sequence[bench.Quantity], count: int) -> list[bench.Quantity]:
        weights = np.array(
            [
                FEW if q.name in COMMON or q.name.partition("_")[2] in COMMON else 1
                for q in quantities
            ],
            float,
        )
        count = min(count, len(quantities))
        chosen = self.rng.choice(len(quantities), count, replace=False, p=weights / weights.sum())
        return [quantities[int(i)] for i in chosen]

    def _some_objects(self) -> list[str]:
        """One of the objects, or all, seldom in another order."""
        if self.rng.random() < 0.2:
            return [self._pick(self.objects)]
        return self.objects[::-1] if self.rng.random() < 0.2 else self.objects

    def _the(self, word: str) -> str:
        return self._pick((word, word, f"the {word}", f"The {word}"))

    def _word(self, words: Sequence[str]) -> str:
        word = self._pick(words)
        case = self.rng.random()
        return word.upper() if case < 0.05 else word.capitalize() if case < 0.15 else word

    def _pick(self, among: Sequence[T]) -> T:
        return among[int(self.rng.integers(len(among)))]
