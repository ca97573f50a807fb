"""Batches of the texts that `reader` learns from, made by several processes in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from reading_texts import Marked, Source
from transformers import PreTrainedTokenizerBase

import bench

STREAMS = 15
"""Sources of texts, each of its own seed, which processes share out among themselves."""
GROUP = 8
"""Batches whose texts are sorted by length together."""
LONGEST = 1200
"""Tokens of the longest text that is learned from."""
DROPOUT = 0.08
"""The share of a tokenizer's merges that are left out, so that rare words are met in parts."""
IGNORED = -100

Row = tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16], int]
"""The tokens of a text and its facts, what is learned at each, its line, the text's length."""


@dataclass(frozen=True)
class Batch:
    """Texts with facts, as a model gets them."""

    ids: torch.Tensor
    """(b, longest)."""
    places: torch.Tensor
    """Of the tokens that a token of a fact stands behind, in the flat texts: (k,)."""
    targets: torch.Tensor
    """These tokens of facts: (k,)."""
    lines: torch.Tensor
    """The number, of all of the batch, that each of them is of; -1 in the text itself: (k,)."""
    lengths: torch.Tensor
    """Of the texts without their facts: (b,)."""

    def sees(self) -> torch.Tensor:
        """Which token sees which: (b, 1, longest, longest)."""
        at = torch.arange(self.ids.shape[1], device=self.ids.device)
        before = at[None, :] <= at[:, None]
        return (before[None] | (at[None, None, :] < self.lengths[:, None, None]))[:, None]


Ints = NDArray[np.int32]
Shorts = NDArray[np.int16]
Arrays = tuple[Shorts, Ints, Shorts, Ints, Ints]
"""The fields of a batch, as they go from process to process."""


def placed(arrays: Arrays, device: str) -> Batch:
    """A batch on a device."""
    return Batch(*(torch.from_numpy(one).to(device, non_blocking=True).long() for one in arrays))


def encoded(loose: PreTrainedTokenizerBase, exact: PreTrainedTokenizerBase, text: Marked) -> Row:
    """The tokens of a text by a tokenizer, and of its facts by another one.

    What begins a fact is learned at its mark in the text too, where all that bears on it is seen.
    """
    read = loose(text.text, add_special_tokens=False)["input_ids"]
    ids, length = [exact.bos_token_id, *read], len(read) + 1
    targets, line = [IGNORED] * length, [-1] * length
    for i, (mark, said) in enumerate(text.lines):
        mark_id = exact.convert_tokens_to_ids(mark)
        words = exact(f" {said}\n", add_special_tokens=False)["input_ids"]
        targets[ids.index(mark_id)] = words[0]
        ids += [mark_id, *words]
        targets += [*words, IGNORED]
        line += [*([i] * len(words)), -1]
    as_int = [np.array(one, np.int16) for one in (ids, targets, line)]
    return as_int[0], as_int[1], as_int[2], length


def collate(rows: Sequence[Row], padding: int) -> Arrays:
    """Rows padded on the right, to a length that a device likes."""
    longest = -(-max(len(ids) for ids, *_ in rows) // 16) * 16
    ids = np.full((len(rows), longest), padding, np.int16)
    places, targets, lines, count = [], [], [], 0
    for i, (own, said, line, _) in enumerate(rows):
        ids[i, : len(own)] = own
        at = np.flatnonzero(said != IGNORED)
        places.append(at + i * longest)
        targets.append(said[at])
        lines.append(np.where(line[at] < 0, -1, line[at].astype(np.int32) + count))
        count += int(line.max()) + 1
    lengths = np.array([length for *_, length in rows], np.int32)
    joined = (np.concatenate(one) for one in (places, targets, lines))
    at, said, line = joined
    return ids, at.astype(np.int32), said.astype(np.int16), line.astype(np.int32), lengths


def stream(
    vocabulary: bench.Vocabulary,
    templates: Sequence[str],
    tokenizer: PreTrainedTokenizerBase,
    texts: int,
    seed: int,
) -> Iterator[Arrays]:
    """Batches of so many texts, without an end."""
    from copy import deepcopy

    source = Source(vocabulary, templates, seed)
    made, loose = source.texts(), deepcopy(tokenizer)
    inner: Any = loose.backend_tokenizer
    inner.model.dropout = DROPOUT
    group = 1
    while True:
        rows: list[Row] = []
        while len(rows) < group * texts:
            row = encoded(loose if len(rows) % 2 else tokenizer, tokenizer, next(made))
            if len(row[0]) <= LONGEST:
                rows.append(row)
        rows.sort(key=lambda one: len(one[0]))
        for i in source.rng.permutation(group):
            some = rows[int(i) * texts : (int(i) + 1) * texts]
            yield collate(some, int(tokenizer.pad_token_id))
        group = min(2 * group, GROUP)


class Batches:
    """The batches of all streams in turn."""

    def __init__(
        self,
        vocabulary: bench.Vocabulary,
        templates: Sequence[str],
        tokenizer: PreTrainedTokenizerBase,
        texts: int,
        workers: int,
    ) -> None:
        self.turn = 0
        begin = partial(stream, vocabulary, templates, tokenizer, texts)
        self.processes: list[Any] = []
        if not workers:
            self.own = [begin(seed) for seed in range(STREAMS)]
            return
        context = get_context("fork")
        self.queues = [context.Queue(GROUP) for _ in range(STREAMS)]
        for worker in range(workers):
            seeds = range(worker, STREAMS, workers)
            process = context.Process(target=_make, args=(begin, seeds, self.queues), daemon=True)
            process.start()
            self.processes.append(process)

    def next(self) -> Arrays:
        """The next batch of the next stream."""
        turn, self.turn = self.turn, (self.turn + 1) % STREAMS
        arrays: Arrays = self.queues[turn].get() if self.processes else next(self.own[turn])
        return arrays

    def close(self) -> None:
        """End the processes."""
        for process in self.processes:
            process.terminate()


def _make(
    begin: Callable[[int], Iterator[Arrays]], seeds: Sequence[int], queues: Sequence[Any]
) -> None:
    """Fill the queues of some streams."""
    torch.set_num_threads(1)
    streams = {seed: begin(seed) for seed in seeds}
    while True:
        for seed, one in streams.items():
            queues[seed].put(next(one))
