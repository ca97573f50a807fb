"""prompt-xval: each placeholder has its value, which a language model reads and learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_llm.nfa import PromptFusion
from bench_llm.text import TextOnly
from bench_llm.token import DedicatedToken
from bench_prompt_xval import ValuesPrompt
from sklearn.metrics import roc_auc_score

import bench
from bench.data.encode import demand_views, encode, views_read
from bench.guards.fresh_process import reread
from bench.guards.probing import probe
from bench.guards.recorder import Recorder

NAMES = ("j1_pt", "m_jj", "j1_m", "j2_pt", "has_j2")
OF_JETS = {
    "j1_pt": {"object": "jet 1", "quantity": "pt"},
    "j1_m": {"object": "jet 1", "quantity": "m"},
    "j2_pt": {"object": "jet 2", "quantity": "pt", "needs": "has_j2"},
    "m_jj": {"needs": "has_j2"},
}
COLUMNS = tuple(bench.Column(name, "1", "for a test", **OF_JETS.get(name, {})) for name in NAMES)
ENCODER = ValuesPrompt()
QUICK = {"epochs": 4, "lr": 1e-3, "batch": 16, "evaluations": 1}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def table(n: int, seed: int = 0) -> bench.Table:
    """Signal has more pt in its first jet; one event in seven has no second jet."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.int8)
    x = rng.normal(size=(n, len(NAMES))) * 100 + 1000
    x[:, 0] += 300.0 * y
    x[:, 4] = np.arange(n) % 7 != 0
    x[x[:, 4] == 0, 3] = x[x[:, 4] == 0, 1] = 0
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Table(COLUMNS, x.astype(np.float32), y, ids, np.ones(n))


LEARNED = ENCODER.learn(table(500, 9))


def inputs(n: int, seed: int = 0) -> bench.Inputs:
    made = table(n, seed)
    views = {**ENCODER.encode(made, LEARNED), "numbers": np.zeros((n, 2), np.float32)}
    return bench.Inputs(views, made.y, made.ids, made.weights)


def context(folder: Path, **options: Any) -> bench.Context:
    return bench.Context(data=folder, scratch=folder, checkpoints=folder, **options)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    recorder = Recorder(inputs(16, 3))
    where = context(tmp_path_factory.mktemp("f"), watch=recorder)
    return TextOnly(**QUICK).fit(inputs(192), inputs(32, 1), where), recorder.record


def test_the_values_stand_in_the_order_of_the_text() -> None:
    events = table(2, 1)
    made = ENCODER.encode(events, LEARNED)
    mark = bench.PLACEHOLDER
    assert made["texts"][1].splitlines() == [
        "Classify this event as signal or background.",
        f"jet1: pt={mark} m={mark}",
        f"jet2: pt={mark}",
        f"m_jj={mark}",
        "Answer:",
    ]
    scaled = (events.x - LEARNED["mean"]) / LEARNED["spread"]
    assert np.allclose(made["values"][1], scaled[1, [0, 2, 3, 1]])
    assert made["texts"][0].splitlines()[2:] == ["jet2: none", "Answer:"]
    assert np.allclose(made["values"][0], [*scaled[0, [0, 2]], 0, 0])


def test_values_end_at_the_limit_and_a_constant_is_0() -> None:
    events = table(3, 1)
    events.x[:, 0] = (1e6, -1e6, 1000)
    learned = {"mean": np.zeros(5), "spread": np.ones(5)}
    assert (np.abs(ValuesPrompt(limit=2).encode(events, learned)["values"]) <= 2).all()
    same = replace(table(4), x=np.full((4, 5), 7, np.float32))
    assert not ENCODER.encode(same, ENCODER.learn(same))["values"].any()
    with pytest.raises(ValueError, match="limit"):
        ValuesPrompt(limit=0)
    with pytest.raises(bench.InputError, match="learned of 2 features, got 5"):
        ENCODER.encode(events, {"mean": np.zeros(2), "spread": np.ones(2)})


def test_an_event_stands_for_itself_and_its_label_plays_no_part() -> None:
    events = table(50, 1)
    whole = ENCODER.encode(events, LEARNED)
    part = ENCODER.encode(events.take(np.arange(49, -1, -3)), LEARNED)
    assert part["texts"] == whole["texts"][::-3]
    assert (part["values"] == whole["values"][::-3]).all()
    other = ENCODER.encode(replace(events, y=1 - events.y), LEARNED)
    assert (other["values"] == whole["values"]).all()


def test_only_models_that_read_values_if_given_are_given_them() -> None:
    class Plain(TextOnly):
        reads_if_given = frozenset()

    for model, given in ((TextOnly(), {"texts", "values"}), (Plain(), {"texts"})):
        demand_views(model, [ENCODER])
        assert set(views_read(model, [ENCODER])) == given
        made = encode(model, [ENCODER], {ENCODER.name: LEARNED}, table(4))
        assert set(made.views) == given


def test_a_language_model_learns_from_them(fitted: tuple[Any, Any]) -> None:
    model, record = fitted
    test = inputs(200, 2)
    assert roc_auc_score(test.y, model.score(test)) > 0.9
    assert abs(roc_auc_score(test.y, model.score(test.permuted("values", 0))) - 0.5) < 0.12
    name = "values.vector"
    assert {name} <= record.moved & record.reached & set(record.trainable)
    assert record.optimized[name] == 1
    assert record.dtypes[name] == "float32"


def test_the_embedding_is_the_vector_times_the_value(fitted: tuple[Any, Any]) -> None:
    network, reader = fitted[0].network, fitted[0].reader
    examples = reader.read(inputs(8, 2))
    batch = examples.prompts(np.arange(8), "cpu")
    embedded = network.embed(batch)
    marks = batch.ids == -1
    assert marks.sum(dim=1).tolist() == [2, 4, 4, 4, 4, 4, 4, 2]
    expected = torch.cat([v[: int(n)] for v, n in zip(batch.values, marks.sum(dim=1), strict=True)])
    assert torch.allclose(embedded[marks], expected[:, None] * network.values.vector)
    plain = network.language.get_input_embeddings()(batch.ids[~marks])
    assert torch.equal(embedded[~marks], plain)


def test_guards_find_every_view_connected(fitted: tuple[Any, Any]) -> None:
    events = inputs(16, 2)
    views = {name: events.views[name] for name in ("texts", "values")}
    probed = probe(TextOnly(), fitted[0], replace(events, views=views), columns=True)
    assert set(probed.columns) == {f"values[{i}]" for i in range(4)}
    for scores in (*probed.shuffled.values(), *probed.columns.values()):
        assert not np.array_equal(scores, probed.scores)
    assert np.allclose(probed.alone, probed.scores[: len(probed.alone)], atol=1e-5)


def test_a_fresh_process_scores_the_same(fitted: tuple[Any, Any], tmp_path: Path) -> None:
    saved, work = tmp_path / "saved", tmp_path / "work"
    saved.mkdir()
    work.mkdir()
    fitted[0].save(saved)
    test = inputs(20, 2)
    again, _ = reread(TextOnly(), saved, test, context(work))
    assert np.allclose(again, fitted[0].score(test), atol=1e-6)


@pytest.mark.parametrize("model", [PromptFusion, DedicatedToken])
def test_they_stand_beside_fused_numbers(model: Any, tmp_path: Path) -> None:
    few = inputs(16)
    numbers = np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32)
    few = replace(few, views={**few.views, "numbers": numbers})
    made = model(units=8, tuning="frozen", epochs=1).fit(few, few, context(tmp_path))
    scores = made.score(few)
    assert not np.array_equal(scores, made.score(few.permuted("values", 0)))
    assert np.isfinite(made.score(few.without("texts"))).all()
    assert "values" not in few.without("texts").views


def test_the_chosen_event_is_shown_with_its_values(tmp_path: Path) -> None:
    few = inputs(4)
    assert "pt=│<value>" in TextOnly().preview(few, context(tmp_path))
    rendered = TextOnly().render(few, context(tmp_path))
    lengths = TextOnly().count_tokens(few, context(tmp_path))
    assert [len(ids) for ids in rendered.scored] == lengths.tolist()


def test_placeholders_and_values_that_do_not_fit_are_refused(
    fitted: tuple[Any, Any], tmp_path: Path
) -> None:
    few, model = inputs(8, 2), fitted[0]
    with pytest.raises(bench.InputError, match="8 of 8 texts have placeholders"):
        TextOnly().fit(few.without("values"), few.without("values"), context(tmp_path))
    with pytest.raises(bench.InputError, match="wanted the view 'values'"):
        model.score(few.without("values"))
    more = [text.replace("pt=", f"pt={bench.PLACEHOLDER}") for text in few.views["texts"]]
    with pytest.raises(bench.InputError, match="6 placeholders in a text of 4 values"):
        model.score(replace(few, views={**few.views, "texts": more}))
    with pytest.raises(bench.InputError, match=r"values of shape \(8, 3\)"):
        model.score(replace(few, views={**few.views, "values": few.views["values"][:, :3]}))
    odd = np.where(np.arange(32).reshape(8, 4) == 3, np.nan, few.views["values"])
    with pytest.raises(bench.InputError, match="1 of 8 events have values"):
        model.score(replace(few, views={**few.views, "values": odd}))
