"""Models that explain: what they are trained on, what that costs the answer, what they generate."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_llm.answers import IGNORED
from bench_llm.building import build, renderer_of
from bench_llm.examples import Reader
from bench_llm.explaining.copying import Copying
from bench_llm.explaining.encoder import VIEW, Explanations, phrasings
from bench_llm.explaining.learning import Saying, read_lessons
from bench_llm.explaining.targets import Targets
from bench_llm.explaining.words import called
from bench_llm.network.fused import FusedModel
from bench_llm.nfa import PromptFusion
from bench_llm.planning import fit_settings, network_plan
from bench_llm.text import TextOnly
from bench_llm.training import loop
from events import COLUMNS, context, inputs, table

import bench
from bench.cli.main import LONGEST
from bench.data.encode import encode, learn
from bench.plugins.registry import load_registry
from bench.running.parts import RunParts, resolve_parts
from bench.storage.request import RunRequest

QUICK: dict[str, Any] = {"units": 16, "epochs": 1, "evaluations": 1, "lora_blocks": 1, "r": 4}
EXPLAINS = PromptFusion(explain=0.5, tuning="lora", **QUICK)


def explained(n: int, seed: int = 0) -> bench.Inputs:
    """Events with what is to be said of them."""
    plain, encoder = inputs(n, seed), Explanations(trees=5, phrasings=2)
    said = encoder.encode(table(n, seed), encoder.learn(table(n, seed)))
    return replace(plain, views={**plain.views, **said})


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(renderer_of(network_plan(EXPLAINS, d=3, seed=0)), "", None)


def test_what_is_learned_is_a_colon_a_text_and_an_end(reader: Reader) -> None:
    events = explained(40)
    examples, tokenizer = reader.read(events), reader.renderer.tokenizer
    targets = Targets.read(reader.renderer.turns, examples.tokens.answers, events.views[VIEW])
    assert targets.of.tolist() == [i for i in range(40) for _ in range(2)]
    ways = [text for of_event in events.views[VIEW] for text in phrasings(of_event)]
    assert len(set(ways)) == len(ways) == len(targets.ids)
    for text, row, length in zip(ways, targets.ids.tolist(), targets.lengths, strict=True):
        assert tokenizer.decode(row[:length]) == f": {text}{tokenizer.eos_token}"
        assert set(row[length:]) <= {IGNORED}
    some = np.array([7, 3])
    longest = targets.lengths[some].max()
    assert targets.of_rows(some).shape == (2, longest + -longest % 8)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("tuning", ["full", "lora", "qlora", "frozen"])
def test_scores_are_the_same_with_explanations_and_without(
    tuning: Any, precision: str, tmp_path: Path
) -> None:
    """To the bit, of the fit as it is made, as it is loaded, and after it has explained."""
    few = {**QUICK, "lora_blocks": int("lora" in tuning), "precision": precision}
    events, scores = inputs(16, 2), []
    for share in (0.0, 0.5):
        model = PromptFusion(explain=share, tuning=tuning, **few)
        folder = tmp_path / str(share)
        made = model.fit(explained(64), inputs(32, 1), context(folder))
        scores.append(made.score(events))
        (folder / "saved").mkdir()
        made.save(folder / "saved")
        loaded = model.load(folder / "saved", context(folder))
        scores.append(loaded.score(events))
        if share:
            assert loaded.explain(events, COLUMNS, None) == made.explain(events, COLUMNS, None)
            scores += [one.score(events) for one in (made, loaded)]
    assert all(np.array_equal(one, scores[0]) for one in scores)


def test_with_a_share_of_0_nothing_is_another(tmp_path: Path) -> None:
    """Neither what is trained on nor the scores, even where explanations are given."""
    model = replace(EXPLAINS, explain=0.0)
    assert model.target_views == {}
    given, plain = (
        model.fit(make(64), inputs(32, 1), context(tmp_path / name)).score(inputs(16, 2))
        for name, make in (("given", explained), ("plain", inputs))
    )
    assert np.array_equal(given, plain)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("fit")
    model = replace(EXPLAINS, tuning="full", lr=2e-3, batch=8, epochs=2)
    made = model.fit(explained(96), inputs(32, 1), context(folder))
    (folder / "saved").mkdir()
    made.save(folder / "saved")
    return model.load(folder / "saved", context(folder)), made


def test_what_is_generated_is_an_answer_and_a_text_and_is_the_same_again(fitted: Any) -> None:
    loaded, made = fitted
    events = inputs(24, 3)
    said = loaded.explain(events, COLUMNS, None)
    assert said == made.explain(events, COLUMNS, None) == loaded.explain(events, COLUMNS, None)
    scores = loaded.score(events)
    sure = [i for i in range(24) if abs(scores[i] - 0.5) > 1e-3]
    assert [said[i].answer for i in sure] == [
        "signal" if scores[i] > 0.5 else "background" for i in sure
    ]
    assert all(one.text for one in said)
    drawn = loaded.explain(events, COLUMNS, 1)
    assert drawn == loaded.explain(events, COLUMNS, 1)
    assert drawn != loaded.explain(events, COLUMNS, 2)
    alone = loaded.explain(events.take(np.array([7])), COLUMNS, 1)
    assert alone == [drawn[7]]


def test_an_interrupted_training_goes_on_to_the_very_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, original = replace(EXPLAINS, tuning="full", batch=8), loop._Session._step
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    train, valid = explained(64), inputs(32, 1)

    def step(self: loop._Session, rows: Any, *, watched: bool) -> Any:
        if self.objective.label == Saying.label and self.progress.step == 3:
            raise InterruptedError
        return original(self, rows, watched=watched)

    logged: list[tuple[int, dict[str, float]]] = []

    def log(step: int, scalars: Any) -> None:
        logged.append((step, dict(scalars)))

    with monkeypatch.context() as patch:
        patch.setattr(loop._Session, "_step", step)
        with pytest.raises(InterruptedError):
            model.fit(train, valid, context(tmp_path / "cut"))
    shown = replace(context(tmp_path / "whole"), log=log)
    cut, whole = (model.fit(train, valid, c) for c in (context(tmp_path / "cut"), shown))
    assert cut.explain(valid, COLUMNS, None) == whole.explain(valid, COLUMNS, None)
    assert np.array_equal(cut.score(valid), whole.score(valid))
    steps = [n for n, scalars in logged if "explanation_loss" in scalars]
    assert min(steps) >= max(n for n, scalars in logged if "answer_loss" in scalars)
    assert any("explanation_valid_loss" in scalars for _, scalars in logged)


@pytest.mark.parametrize("tuning", ["full", "lora", "frozen"])
def test_the_size_of_a_fit_that_explains_is_told_with_what_explains(
    tuning: Any, tmp_path: Path
) -> None:
    model = replace(EXPLAINS, tuning=tuning, lora_blocks=int(tuning == "lora"))
    foretold = model.fit_size(inputs(8), context(tmp_path))
    made = model.fit(explained(32), inputs(16, 1), context(tmp_path))
    (tmp_path / "model").mkdir()
    made.save(tmp_path / "model")
    sizes = {f.name: f.stat().st_size for f in (tmp_path / "model").rglob("*.safetensors")}
    assert foretold == pytest.approx(sum(sizes.values()), rel=0.05)
    assert sizes["explainer.safetensors"] > 0.1 * foretold
    every = replace(model, looks="all").fit_size(inputs(8), context(tmp_path))
    assert every - foretold == pytest.approx(foretold - sizes["explainer.safetensors"], rel=0.2)
    assert replace(model, explain=0.0).fit_size(inputs(8), context(tmp_path)) is None


def test_of_few_events_one_is_explained_whatever_the_share(tmp_path: Path) -> None:
    made = replace(EXPLAINS, explain=1e-9).fit(explained(32), inputs(32, 1), context(tmp_path))
    assert all(one.text for one in made.explain(inputs(4), COLUMNS, None))


def test_a_model_that_was_not_fitted_to_explain_says_so(base: str, tmp_path: Path) -> None:
    plain = PromptFusion(base=base, **{**QUICK, "lora_blocks": 0})
    made = plain.fit(inputs(32), inputs(16, 1), context(tmp_path))
    with pytest.raises(bench.RequestError, match="fitted with explain=0") as refused:
        made.explain(inputs(4), COLUMNS, None)
    assert len(f"bench: run 0123456789ab: {refused.value}") <= LONGEST  # else its middle is cut out


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"explain": 1.5}, "0 <= explain <= 1"),
        ({"explain": 0.1, "explain_lr": 0.0}, "explain_lr > 0"),
        ({"explain": 0.1, "base": "none"}, "no words to explain with"),
        ({"explain": 0.1, "recompute": True}, "recompute=true keeps no states"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        PromptFusion(**options)


def test_a_base_that_is_too_short_for_it_is_refused(base: str) -> None:
    plan = network_plan(TextOnly(base=base), d=0, seed=0)
    short, network = Reader(renderer_of(plan), "", None), build(plan, "cpu")
    settings = fit_settings(TextOnly(base=base, explain=1.0), 0).explains
    assert settings is not None
    assert isinstance(network, FusedModel)
    with pytest.raises(bench.InputError, match=r"with what is said behind them|has no token"):
        read_lessons(network, short, settings, explained(20))


def parts_of(**more: Any) -> RunParts:
    return resolve_parts(RunRequest(dataset="rd", **{"plugin": "llm-nfa", **more}), load_registry())


def test_the_encoder_comes_by_itself_and_its_view_is_no_input() -> None:
    parts = parts_of(options={"explain": "0.3", "explanations.trees": "7"})
    assert [e.name for e in parts.encoders] == ["prompt-features", "numbers", "explanations"]
    assert parts.encoders[-1] == Explanations(trees=7)
    by_hand = parts_of(options={"explain": "0.3"}, encoders=("prompt-momenta", "numbers"))
    assert [e.name for e in by_hand.encoders] == ["prompt-momenta", "numbers", "explanations"]
    assert "explanations" not in parts.model.depends_on | parts.model.reads_if_given
    learned = learn(parts.encoders, table(64))
    scored = encode(parts.model, parts.encoders, learned, table(64))
    trained = encode(parts.model, parts.encoders, learned, table(64), targets=True)
    assert trained.views.keys() - scored.views.keys() == {VIEW}
    for plugin in ("llm-text", "llm-token"):
        named = parts_of(plugin=plugin, options={"explain": "0.3"}).encoders
        assert named[-1].name == "explanations"


def test_without_a_share_there_is_no_such_encoder_and_one_by_hand_is_refused() -> None:
    assert [e.name for e in parts_of().encoders] == ["prompt-features", "numbers"]
    with pytest.raises(bench.RequestError, match="which llm-nfa does not read"):
        parts_of(encoders=("explanations",))
    with pytest.raises(bench.RequestError, match=r"--without explanations: .* does not read it"):
        parts_of(options={"explain": "0.3"}, without="explanations")


PROMPT = "jet1: pt=1310 eta=-0.474 m=412\njet2: m=61.5\nm_jj=3410\nAnswer:"


JETS = called(
    [bench.Column(f"j{i}_m", "GeV", "mass", object=f"jet {i}", quantity="m") for i in (1, 2)]
)


def steered(tokenizer: Any, text: str, wish: str) -> str:
    """What is written in place of a wish when numbers are held to those of the prompt."""
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    made = ""
    for token in tokenizer(wish, add_special_tokens=False)["input_ids"]:
        logits = torch.zeros(1, len(tokenizer))
        logits[0, token] = 5.0
        held = Copying(tokenizer, [PROMPT], JETS)(torch.tensor([ids]), logits)
        ids.append(int(held.argmax()))
        made += tokenizer.decode(ids[-1:])
    return made


@pytest.mark.parametrize(
    ("text", "wish", "made"),
    [
        ("the leading jet is heavy, m=", "412 ", "412 "),
        ("the leading jet is heavy, m=", "4999", "412"),
        ("the leading jet is heavy, m=", "61.5 ", "412"),  # the other jet's
        ("the leading jet has high pt=1310 GeV and the second jet with m=", "4120", "61.5"),
        ("the second jet is light, m=", "61.5 ", "61.5 "),
        ("the second jet has low pt=", "1310 ", "1310 "),  # of which the prompt has one alone
        ("light, m=", "61.5 ", "61.5 "),  # of no object
        ("the second jet is light, m=61.5 GeV, m_jj=", "3.41 ", "3.41 "),
        ("m_jj=", "3.41 ", "3.41 "),
        ("m_jj=", "3410 ", "3410 "),
        ("m_jj=", "3555", "3.41"),
        ("jet 1's eta=-", "0.474 ", "0.474 "),
        ("tau=", "0.123 ", "0.123 "),  # of which the prompt has nothing
        ("the 3 jets are ", "412 ", "412 "),
    ],
)
def test_a_number_behind_a_short_name_is_one_of_the_prompt(
    reader: Reader, text: str, wish: str, made: str
) -> None:
    assert steered(reader.renderer.tokenizer, text, wish).startswith(made)


def test_held_to_the_prompt_no_number_is_made_up(fitted: Any) -> None:
    loaded, _ = fitted
    events = inputs(24, 5)
    held, free = (loaded.explain(events, COLUMNS, 3, freely=freely) for freely in (False, True))
    assert [one.answer for one in held] == [one.answer for one in free]
    for one, text in zip(held, events.views["texts"], strict=True):
        said = dict(re.findall(r"(\w+)=([\d.]+)", text))
        for name, number in re.findall(r"(\w+)=(\d+(?:\.\d+)?)(?=[^\d.])", one.text):
            if name in said:
                thousands = f"{float(said[name]) / 1000:.3g}"
                assert number in (said[name], thousands), one.text
