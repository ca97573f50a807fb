"""A text under way, with what each of its numbers is."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Draft:
    """A text under way: its pieces, and the quantity of each number among them."""

    pieces: list[str] = field(default_factory=list)
    said: list[tuple[tuple[int, int], str]] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        """Go on with words."""
        self.pieces.append(text)
        self.length += len(text)

    def number(self, text: str, said: str) -> None:
        """Go on with a number that is this quantity; "" for none."""
        self.said.append(((self.length, self.length + len(text)), said))
        self.add(text)

    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)
