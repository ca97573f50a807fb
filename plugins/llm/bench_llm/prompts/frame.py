"""What stands around the facts of every prompt: the question before them, the answer after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

QUESTION = "Classify this event as signal or background."
CUE = "Answer:"
LABELS = (" background", " signal")
"""What the model is to answer, by the event's label."""
ABSENT = "none"
"""What is said of a jet that is not there."""

CHAT, END_CHAT = "[INST] ", " [/INST]"
"""Around a prompt that is a user's message: each base puts its own chat template in their place."""


def framed(lines: Iterable[str]) -> str:
    """A prompt that says these lines of an event."""
    return "\n".join([QUESTION, *lines, CUE])


def chat(prompt: str) -> str:
    """A prompt as a user's message in a chat, which needs no cue."""
    return f"{CHAT}{prompt.removesuffix(CUE).rstrip()}{END_CHAT}"


def message(prompt: str) -> str | None:
    """The user's message in a chat prompt; None for any other prompt."""
    if not (prompt.startswith(CHAT) and prompt.endswith(END_CHAT)):
        return None
    return prompt.removeprefix(CHAT).removesuffix(END_CHAT)


def bare(prompts: Sequence[str]) -> str:
    """The prompt that says nothing of an event, in the form of these."""
    empty = framed([])
    return chat(empty) if prompts and message(prompts[0]) is not None else empty
