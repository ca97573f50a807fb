"""What `tiny` reads before any fine-tuning: unlabelled events, questions about their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench_llm.pretraining.facts import Facts, mixed
from bench_llm.pretraining.questions import COUNTS, Asker
from bench_llm.prompts.features import FeaturesPrompt
from bench_llm.prompts.figures import Precision, SpokenNumbers
from bench_llm.prompts.frame import CHAT, CUE, END_CHAT, LABELS, QUESTION
from bench_llm.prompts.momenta import MomentaPrompt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    import bench

END = "</s>"
"""EOS in a text."""
COIN = "coin"
"""The kind of an answer that says nothing."""
FORMS: tuple[tuple[SpokenNumbers | None, int], ...] = (
    (FeaturesPrompt(digits=3), 12),
    (FeaturesPrompt(digits=2), 1),
    (FeaturesPrompt(digits=4), 2),
    (FeaturesPrompt(digits=5), 1),
    (MomentaPrompt(digits=3), 2),
    (MomentaPrompt(digits=5), 1),
    (None, 3),
)
"""The forms that facts are said in, None for prose, and how often each of them."""
ASKED, CHATS, MIXED, QUESTIONS = 0.45, 0.1, 0.3, 6
"""The share of texts with questions, of chats, and of made-up events; questions in a text."""
JETS = {"jet 1": "the leading jet", "jet 2": "the second jet"}


@dataclass(frozen=True, eq=False)
class Text:
    """A text in pieces: a prompt, its answer, the next prompt, its answer, and so on."""

    pieces: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    """Of the question of each answer."""
    numbers: NDArray[np.float32] | None = None  # (d,)
    """Of the event whose classification the text asks for; None for another question."""

    def __str__(self) -> str:
        return "".join(self.pieces)


def event_texts(table: bench.Table, asker: Asker) -> Iterator[Text]:
    """A text of each event, in one form or another; the labels play no part."""
    rng = asker.rng
    share = np.array([often for _, often in FORMS], dtype=np.float64)
    forms = rng.choice(len(FORMS), size=len(table), p=share / share.sum())
    made_up = rng.random(len(table)) < MIXED
    texts: dict[int, Text] = {}
    for form, (encoder, _) in enumerate(FORMS):
        for shuffled in (False, True):
            rows = np.flatnonzero((forms == form) & (made_up == shuffled))
            if len(rows):
                plain = not shuffled or isinstance(encoder, MomentaPrompt)
                events = table.take(rows) if plain else mixed(table, rows, rng)
                texts |= dict(zip(rows.tolist(), _told(events, encoder, asker), strict=True))
    for row in range(len(table)):
        yield texts[row]


def _told(table: bench.Table, encoder: SpokenNumbers | None, asker: Asker) -> Iterator[Text]:
    """Texts of events whose facts are said in one form."""
    rng = asker.rng
    said = [""] * len(table) if encoder is None else encoder.encode(table, {})["texts"]
    for text, row in zip(said, table.x, strict=True):
        precision = Precision(int(rng.integers(2, 6))) if encoder is None else encoder.precision
        facts = Facts(table.columns, row.tolist(), precision)
        lines = text.removeprefix(QUESTION).removesuffix(CUE).strip("\n") or prose(facts, rng)
        chats = bool(rng.random() < CHATS)
        if rng.random() < ASKED and not isinstance(encoder, MomentaPrompt):
            yield questioned(lines, facts, asker, chats=chats)
        else:
            yield classified(lines, row, rng, chats=chats)


def classified(
    lines: str, row: NDArray[np.float32], rng: np.random.Generator, *, chats: bool
) -> Text:
    """An event to be classified, with an answer that is thrown by coin."""
    prompt = f"{QUESTION}\n{lines}"
    prompt = f"{CHAT}{prompt}{END_CHAT}" if chats else f"{prompt}\n{CUE}"
    return Text((prompt, LABELS[int(rng.integers(2))] + END), (COIN,), row)


def questioned(lines: str, facts: Facts, asker: Asker, *, chats: bool) -> Text:
    """Questions about an event, the first of them before its facts or behind them."""
    pieces: list[str] = []
    kinds: list[str] = []
    before = bool(asker.rng.integers(4))
    for n in range(QUESTIONS):
        question, answer, kind = asker.ask(facts)
        if n == 0:
            question = f"{question}\n{lines}" if before else f"{lines}\n{question}"
        if chats:
            pieces += [f"{CHAT}{question}{END_CHAT}", answer + END]
        else:
            start, end = "\n" if n else "", END if n == QUESTIONS - 1 else ""
            pieces += [f"{start}{question}\n{CUE}", answer + end]
        kinds.append(kind)
    return Text(tuple(pieces), tuple(kinds))


def prose(facts: Facts, rng: np.random.Generator) -> str:
    """An event in sentences, its facts in any order."""
    sentences = []
    for i in rng.permutation(facts.present).tolist():
        column, number = facts.columns[i], facts.precision.say(facts.row[i])
        if column.quantity:
            owner = JETS.get(column.object, column.object)
            sentences.append(f"{column.quantity} of {owner} is {number}.")
        else:
            sentences.append(f"{column.name} is {number}.")
    return " ".join(sentences)


def spoken(text: Text) -> str:
    """A text without the marks that are tokens of their own."""
    plain = str(text)
    for mark in (END, CHAT, END_CHAT):
        plain = plain.replace(mark, "")
    return plain


def vocabulary_texts(columns: Sequence[bench.Column]) -> list[str]:
    """The words that a task is told in, the answers among them, without any event."""
    answers = [*LABELS, " yes", " no", *(f" {count}" for count in COUNTS)]
    names = [f"{column.quantity or column.name}=" for column in columns]
    return [QUESTION, *(CUE + answer for answer in answers), *(f"\n{n} {n}" for n in names)]
