"""Blocks below all that is trained are computed once, and nothing else changes by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from architectures import SHAPES, architecture
from bench_llm.fitted import FittedLanguageModel
from bench_llm.network.blocks import blocks
from bench_llm.network.frozen import frozen_depth, standing_on, states_below
from bench_llm.network.tuning import trained
from bench_llm.nfa import PromptFusion
from bench_llm.text import TextOnly
from bench_llm.training import states
from events import context, inputs
from transformers import AutoModelForCausalLM

import bench

DROPS = {"GPT2", "OPT"}
"""Kinds that drop states out while they train."""


@pytest.mark.parametrize("kind", SHAPES)
def test_what_stands_on_kept_states_is_what_runs_through_all_blocks(
    tmp_path: Path, kind: str
) -> None:
    language = AutoModelForCausalLM.from_pretrained(architecture(kind, tmp_path)).eval()
    language.requires_grad_(requires_grad=False)
    blocks(language, language.config)[2].requires_grad_(requires_grad=True)
    assert frozen_depth(language) == (0 if kind in DROPS else 2)
    ids = torch.arange(5, 65).reshape(2, 30)
    with torch.inference_mode():
        whole = language(input_ids=ids, use_cache=False).logits
        below = states_below(language, 2, lambda: language(input_ids=ids, use_cache=False))
        nothing = torch.zeros_like(language.get_input_embeddings()(ids))
        with standing_on(language, 2, below):
            above = language(inputs_embeds=nothing, use_cache=False).logits
        after = language(input_ids=ids, use_cache=False).logits
    assert torch.equal(whole, above)
    assert torch.equal(whole, after)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true, for a minute at most."""
    for _ in range(3000):
        if true():
            return
        time.sleep(0.02)


def fit(base: str, folder: Path, notices: list[str] | None = None, **options: Any) -> Any:
    model = TextOnly(base=base, tuning="lora", r=4, lora_blocks=1, epochs=2, lr=5e-3, **options)
    surroundings = context(folder)
    if notices is not None:
        surroundings = replace(surroundings, notice=notices.append)
    return model.fit(inputs(96), inputs(32, 1), surroundings)


def test_a_fit_on_kept_states_is_the_fit_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = architecture("Llama", tmp_path / "base")
    standing = fit(base, tmp_path / "kept")
    assert len(list((tmp_path / "kept" / states.FOLDER).iterdir())) == 2
    monkeypatch.setattr(states, "LIMIT", 0.0)
    notices: list[str] = []
    plain = fit(base, tmp_path / "plain", notices)
    assert sum("not kept" in notice for notice in notices) == 2
    for name, weight in trained(plain.network).items():
        assert torch.allclose(weight, trained(standing.network)[name], atol=1e-5), name
    events = inputs(32, 2)
    assert np.allclose(plain.score(events), standing.score(events), atol=1e-5)


def test_another_seed_computes_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = architecture("Llama", tmp_path / "base")
    first = fit(base, tmp_path / "fit")

    def refused(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(states._Frozen, "_compute", refused)
    again = fit(base, tmp_path / "fit")
    assert isinstance(first, FittedLanguageModel)
    events = inputs(32, 2)
    assert (first.score(events) == again.score(events)).all()
    with pytest.raises(AssertionError, match="computed again"):
        TextOnly(base=base, tuning="lora", lora_blocks=2).fit(
            inputs(96), inputs(32, 1), context(tmp_path / "fit")
        )


def test_two_fits_at_once_compute_them_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = architecture("Llama", tmp_path / "base")
    computed, notices, real = list[str](), list[str](), states._Frozen._compute

    def slowly(self: states._Frozen, file: Path, label: str) -> None:
        computed.append(label)
        until(lambda: bool(notices))  # of the other one, which waits
        real(self, file, label)

    def ask(name: str) -> None:
        here = replace(context(tmp_path / name), scratch=tmp_path, notice=notices.append)
        TextOnly(base=base, tuning="lora", lora_blocks=1).fit(inputs(96), inputs(32, 1), here)

    monkeypatch.setattr(states._Frozen, "_compute", slowly)
    threads = [threading.Thread(target=ask, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert computed == ["frozen blocks, train", "frozen blocks, valid"]
    assert notices[0].startswith("another process is making the same; waiting for it")


def test_damaged_states_are_computed_anew(tmp_path: Path) -> None:
    base = architecture("Llama", tmp_path / "base")
    first = fit(base, tmp_path / "fit")
    for file in (tmp_path / "fit" / states.FOLDER).glob(f"*/{states.VALUES}"):
        content = bytearray(file.read_bytes())
        content[-1] ^= 0xFF
        file.write_bytes(bytes(content))
    for checkpoint in (tmp_path / "fit").glob("step-*"):
        checkpoint.rename(tmp_path / checkpoint.name)
    again = fit(base, tmp_path / "fit")
    events = inputs(32, 2)
    assert (first.score(events) == again.score(events)).all()


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = architecture("Llama", tmp_path / "base")
    fit(base, tmp_path / "fit")
    folder = tmp_path / "fit" / states.FOLDER
    before = set(folder.iterdir())
    size = sum((f / states.VALUES).stat().st_size for f in before)
    monkeypatch.setattr(states, "LIMIT", 1.2 * size)
    TextOnly(base=base, tuning="lora", lora_blocks=2).fit(
        inputs(96), inputs(32, 1), context(tmp_path / "fit")
    )
    assert len(set(folder.iterdir())) == 2
    assert not before & set(folder.iterdir())


def test_what_is_being_made_or_just_gone_is_let_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / states.FOLDER
    left, begun, new, old = (folder / name for name in (".left.1", ".begun.2", "new", "old"))
    for one in (left, begun, old, new):
        one.mkdir(parents=True)
        time.sleep(0.02)
    for one in (left, old, new):
        (one / states.VALUES).write_bytes(bytes(100))
    lock = states._lock_of(folder / "begun")
    bench.make_folder(lock.parent)
    monkeypatch.setattr(states, "LIMIT", 150)
    with bench.locked(lock):
        assert not states._room(folder, 200)
    assert list(folder.iterdir()) == [begun]
    new.mkdir()
    monkeypatch.setattr(Path, "iterdir", lambda self: iter([new, folder / "gone"]))
    assert states._room(folder, 50)


def test_numbers_that_are_read_below_are_not_skipped(tmp_path: Path) -> None:
    base = architecture("Llama", tmp_path / "base")
    PromptFusion(base=base, tuning="lora", lora_blocks=1, units=16).fit(
        inputs(64), inputs(32, 1), context(tmp_path / "fit")
    )
    assert not (tmp_path / "fit" / states.FOLDER).exists()
