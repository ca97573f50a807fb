"""What stands around the facts of every prompt, in a chat too, and where there are none."""

from __future__ import annotations

from collections.abc import Sequence

import bench

QUESTION, CUE, LABELS = bench.QUESTION, bench.CUE, bench.ANSWERS

CHAT, END_CHAT = "[INST] ", " [/INST]"
"""Around a prompt that is a user's message: each base puts its own chat template in their place."""


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
    empty = bench.framed([])
    return chat(empty) if prompts and message(prompts[0]) is not None else empty
