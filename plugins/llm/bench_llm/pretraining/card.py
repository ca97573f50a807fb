"""The card of `tiny`: what it has read, how it was made, how well it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench_llm.pretraining.readings import BINS
from bench_llm.pretraining.texts import ASKED, CHATS, COIN, MIXED, QUESTIONS
from bench_llm.pretraining.training import ANSWERS, FALL, PEAK, READ, SHAPE, STEP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench_llm.pretraining.checks import Answered
    from bench_llm.pretraining.training import Losses


@dataclass(frozen=True, kw_only=True)
class Made:
    """The figures of a training."""

    signal: int
    background: int
    events: int
    held_out: int
    steps: int
    parameters: int
    tokens: int
    losses: Losses
    readings: int
    answered: Mapping[str, Answered]
    """By kind of question, on events not read."""
    seed: int
    seconds: float
    """Of the training."""


def card(made: Made) -> str:
    """The text of the card."""
    coin = made.answered.get(COIN)
    return TEXT.format(
        made=made,
        texts=f"{made.steps * STEP:,}".replace(",", " "),
        passes=f"{made.steps * STEP / made.events:.1f}",
        millions=f"{made.parameters / 1e6:.2f}",
        shape=SHAPE,
        step=STEP,
        bins=BINS,
        fall=FALL,
        minutes=f"{made.seconds / 60:.0f}",
        peak=f"{PEAK:g}",
        answers=f"{ANSWERS:g}",
        read=f"{READ:g}",
        token=f"{made.losses.token:.3f}",
        reading=f"{made.losses.reading:.3f}",
        shares={"asked": ASKED, "chats": CHATS, "mixed": MIXED},
        questions=QUESTIONS,
        coin=f"{coin.right:.1%} of {coin.asked}" if coin else "none",
        rows="\n".join(
            f"| {kind} | {one.right:.3f} | {one.commonest:.3f} | {one.asked} |"
            for kind, one in made.answered.items()
            if kind != COIN
        ),
    )


TEXT = """\
---
license: mit
library_name: transformers
---
# tiny

A language model of Mistral's architecture with {millions} million parameters
({shape[num_hidden_layers]} layers, hidden size {shape[hidden_size]}, {shape[num_attention_heads]}
heads on {shape[num_key_value_heads]} keys and values, {made.tokens} tokens, bfloat16 on disk),
which bench-llm ships so that fine-tuning it is the same act as fine-tuning a real base, and takes
minutes on two CPU cores.

**What it has read.** Texts of {made.events} simulated LHC Olympics events (a twin of `rd` with a
seed of its own, {made.seed}, signal at the natural rate, train split only), each in another form
in every pass: the prompts of bench-llm with 2 to 5 significant digits, as four-momenta, as a chat
({shares[chats]:.0%} of the texts), and in prose with the facts in any order. In {shares[mixed]:.0%}
of the texts the numbers of different events are mixed, so that none can be guessed from the others.

- Where a text asks for the classification, the answer is **thrown by coin**, so that the form of an
  answer is known and the answer is not: a fit starts at ln 2 = 0.693.
- Of the texts of features or prose, {shares[asked]:.0%} ask {questions} questions whose answers
  follow from the numbers: which is larger, is it above or between thresholds, how many conditions
  hold, in which tenth of all events it lies, what are sum, difference and ratio.
- Where the classification is asked for, a linear readout of the last hidden state says in which of
  {bins} bins of equal shares each column lies, and each asymmetry (a - b) / (|a| + |b|) of two
  columns that can be compared ({made.readings} readings in all). The readout is thrown away; what
  it leaves behind is that the numbers are there where an answer is read.

It has read no label. It has read no event that could be in a test split: splits go by the hash of
an event's content, and only events of the train split were kept.

**How.** {made.steps} steps of {step} texts ({texts} texts, {passes} passes): next-token prediction,
a token of an answer weighing {answers} times, plus {read} times the mean loss of the readings;
AdamW with a peak rate of {peak}, which falls in the last {fall:.0%} of the steps; bfloat16
arithmetic over float32 weights, torch's deterministic algorithms, one thread, {minutes} minutes on
a busy machine. The last hundred steps have a mean loss of {token} nats a token and {reading} nats
a reading. Byte-level pairs as tokens; every digit is a token of its own as in Mistral's tokenizer.

**How well it answers** on texts of {made.held_out} further events that it has not read (an answer
is right if each of its tokens is the likeliest one):

| question | right | by always giving the commonest answer | asked |
| --- | --- | --- | --- |
{rows}

Where the classification is asked for, ` signal` or ` background` is the likeliest token in
{coin} texts.

**Made by** `python plugins/llm/pretrain_tiny.py --steps {made.steps}`, which simulates its events
({made.signal} signal, {made.background} background) and writes this folder. The same command gives
the same bytes on the same machine, interrupted or not, but for the minutes on this card.

**Not for** anything but text about such events: it speaks no English beyond its prompts.
"""
