"""From prompts to token ids: the tiny tokenizer, and what is demanded of any tokenizer."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_llm.prompts import BARE, NO_SECOND_JET

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

LABELS = (" background", " signal")
"""What the model is to answer, by the event's label."""
PAD, BOS, UNKNOWN = "<pad>", "<s>", "<unk>"
PIECES = r"[^\W\d]\w*|\d|[^\w\s]"
"""A word, a digit on its own as in Mistral's tokenizer, or a mark."""


@dataclass(frozen=True, eq=False)
class Tokens:
    """Tokenised prompts, padded on the right."""

    ids: NDArray[np.int64]  # (n, longest)
    lengths: NDArray[np.int64]  # (n,)

    def batch(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ids padded to the longest of these rows, and the place of each one's last token."""
        lengths = self.lengths[rows]
        return self.ids[rows, : lengths.max()], lengths - 1


def tiny_tokenizer(texts: Sequence[str]) -> PreTrainedTokenizerBase:
    """A tokenizer of the words in these texts, single digits, and letters for any other word."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    split = pre_tokenizers.Split(Regex(PIECES), "removed", invert=True)
    words = {
        piece
        for text in {*texts, BARE, NO_SECOND_JET, *LABELS}
        for piece, _ in split.pre_tokenize_str(text)
    }
    letters = string.ascii_letters + string.digits + string.punctuation
    known = [PAD, BOS, UNKNOWN, *sorted(words | set(letters))]
    known += [f"##{letter}" for letter in string.ascii_letters + string.digits + "_"]
    vocabulary = {piece: i for i, piece in enumerate(known)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = split
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, vocabulary[BOS])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=BOS, pad_token=PAD, unk_token=UNKNOWN
    )


def tokenise(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], longest: int) -> Tokens:
    """The prompts as tokens, the same way for training and for scoring.

    Raises:
        InputError: a prompt longer than the model's context, or with a token that is unknown, or
            with another number of BOS than the one at its start.
    """
    found = tokenizer(list(texts), add_special_tokens=True)["input_ids"]
    bos = tokenizer.bos_token_id
    if bos is not None and found and found[0][0] != bos:
        found = [[bos, *ids] for ids in found]
    lengths = np.array([len(ids) for ids in found], dtype=np.int64)
    if lengths.size and lengths.max() > longest:
        raise bench.InputError(
            f"{int((lengths > longest).sum())} of {len(found)} prompts do not fit the model's "
            f"context of {longest} tokens; the longest has {lengths.max()}"
        )
    padded = np.full((len(found), int(lengths.max(initial=1))), tokenizer.pad_token_id or 0)
    for row, ids in zip(padded, found, strict=True):
        row[: len(ids)] = ids
    _demand_sound(tokenizer, padded, lengths, texts)
    return Tokens(padded, lengths)


def label_ids(tokenizer: PreTrainedTokenizerBase) -> tuple[int, int]:
    """The first token of the answer `background` and of `signal`, as they follow a prompt.

    Raises:
        InputError: both begin with the same token, so that one pass cannot tell them apart.
    """
    prompt = tokenizer(BARE, add_special_tokens=False)["input_ids"]
    firsts = []
    for label in LABELS:
        whole = tokenizer(BARE + label, add_special_tokens=False)["input_ids"]
        if whole[: len(prompt)] != prompt or len(whole) == len(prompt):
            raise bench.InputError(f"the tokenizer merges {label!r} with the prompt before it")
        firsts.append(whole[len(prompt)])
    if firsts[0] == firsts[1]:
        raise bench.InputError(f"the answers {LABELS} begin with the same token")
    return firsts[0], firsts[1]


def _demand_sound(
    tokenizer: PreTrainedTokenizerBase,
    padded: NDArray[np.int64],
    lengths: NDArray[np.int64],
    texts: Sequence[str],
) -> None:
    there = np.arange(padded.shape[1]) < lengths[:, None]
    for told, token, wanted in (
        ("BOS", tokenizer.bos_token_id, 1),
        ("EOS", tokenizer.eos_token_id, 0),
        ("unknown", tokenizer.unk_token_id, 0),
    ):
        if token is None:
            continue
        wrong = ((padded == token) & there).sum(axis=1) != wanted
        if wrong.any():
            first = texts[int(np.argmax(wrong))]
            raise bench.InputError(
                f"{int(wrong.sum())} prompts have other than {wanted} {told} tokens, "
                f"the first: {first!r}"
            )
