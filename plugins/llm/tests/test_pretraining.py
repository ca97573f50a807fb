"""The texts that `tiny` was trained on: what they tell, what they ask, what they never know."""

from __future__ import annotations

import re

import numpy as np
import pytest
from bench_llm.pretraining.batches import collate, tokenized
from bench_llm.pretraining.facts import Facts, mixed
from bench_llm.pretraining.questions import COUNTS, KINDS, Asker
from bench_llm.pretraining.readings import BINS, IGNORED, Readings
from bench_llm.pretraining.texts import Text, event_texts, prose, spoken, vocabulary_texts
from bench_llm.pretraining.tokenizer import train_tokenizer
from bench_llm.prompts.figures import Precision
from bench_llm.prompts.reading import numbers_in
from events import table as other_table
from test_prompts import NAMES, random_events

import bench


def asker(table: bench.Table, seed: int) -> Asker:
    return Asker(table.x.astype(np.float64), np.random.default_rng(seed))


def texts(table: bench.Table, seed: int) -> list[Text]:
    return list(event_texts(table, asker(table, seed)))


def answers(kind: str, n: int = 60, digits: int = 4) -> list[tuple[str, str, Facts]]:
    """Questions of one kind about events, with their answers."""
    table = random_events(n)
    asking = asker(table, 5)
    made = []
    for row in table.x.tolist():
        facts = Facts(table.columns, row, Precision(digits))
        question = KINDS[kind][0](asking, facts)
        if question is not None:
            made.append((*question, facts))
    assert len(made) > n // 4
    return made


def said(facts: Facts, word: str) -> float:
    """The number of a column by its word."""
    return {facts.word(i): facts.value(i) for i in facts.present}[word]


def limit(words: str) -> float:
    """A threshold as it is said, with its unit where it has one."""
    number, _, unit = words.partition(" ")
    return float(number) * (1000 if unit == "TeV" else 1)


def holds(facts: Facts, condition: str) -> bool:
    word, sign, threshold = re.split(r" ([<>]) ", condition)
    return (said(facts, word) > limit(threshold)) == (sign == ">")


def test_no_text_knows_a_label() -> None:
    table = random_events(200)
    other = bench.Table(table.columns, table.x, 1 - table.y, table.ids, table.weights)
    assert list(map(str, texts(table, 1))) == list(map(str, texts(other, 1)))


def test_the_answer_to_the_classification_is_thrown_by_coin_and_ends() -> None:
    thrown = [t.pieces[1] for t in texts(random_events(600), 1) if t.kinds == ("coin",)]
    assert set(thrown) == {" signal</s>", " background</s>"}
    share = np.mean([answer == " signal</s>" for answer in thrown])
    assert abs(share - 0.5) < 3 * 0.5 / len(thrown) ** 0.5


def test_every_event_has_a_text_and_another_one_in_another_pass() -> None:
    table = random_events(200)
    first, second = (list(map(str, texts(table, seed))) for seed in (1, 2))
    assert len(first) == 200
    assert all(first)
    assert len(set(first) & set(second)) < 40


def test_prose_tells_the_events_numbers() -> None:
    table = random_events(1)
    facts = Facts(table.columns, table.x[0].tolist(), Precision(2))
    alone = [NAMES[i] for i in facts.present]
    numbers = numbers_in(prose(facts, np.random.default_rng(0)), table.columns)
    assert set(numbers) == set(alone)
    for name in alone:
        assert numbers[name] == pytest.approx(float(table.column(name)[0]), rel=0.06)


def test_which_is_larger_is_answered_rightly() -> None:
    for question, answer, facts in answers("larger of two"):
        word, one, other = re.split(r"Which is (\w+), (.+) or (.+)\?", question)[1:4]
        choose = max if word == "larger" else min
        assert answer == choose((one, other), key=lambda w: said(facts, w))


def test_which_jet_is_heavier_is_answered_rightly() -> None:
    for question, answer, facts in answers("which object"):
        word, name, one, other = re.split(r"the (\w+) (\w+), (.+) or (.+)\?", question)[1:5]
        choose = max if word == "larger" else min
        assert answer == choose((one, other), key=lambda o: said(facts, f"{name} of {o}"))


def test_thresholds_are_answered_rightly() -> None:
    for question, answer, facts in answers("above"):
        word, threshold = re.split(r"Is (.+) above (.+)\?", question)[1:3]
        assert (answer == "yes") == (said(facts, word) > limit(threshold))
    for question, answer, facts in answers("between"):
        word, low, high = re.split(r"Is (.+) between (.+) and (.+)\?", question)[1:4]
        assert (answer == "yes") == (float(low) < said(facts, word) < float(high))
    for question, answer, facts in answers("last passed"):
        limits, word = re.split(r"Which of (.+) does (.+) pass last\?", question)[1:3]
        passed = [n for n in limits.split(", ") if float(n) < said(facts, word)]
        assert answer == (passed[-1] if passed else "none")


def test_conditions_that_hold_are_counted_rightly() -> None:
    for question, answer, facts in answers("count"):
        conditions = question.removeprefix("How many hold: ").removesuffix("?").split(", ")
        assert COUNTS.index(answer) == sum(holds(facts, one) for one in conditions)
    for question, answer, facts in answers("both"):
        conditions = question.removeprefix("Is ").removesuffix("?").split(" and ")
        assert (answer == "yes") == all(holds(facts, one) for one in conditions)


def test_sums_differences_and_ratios_are_right() -> None:
    for question, answer, facts in answers("arithmetic"):
        one, sign, other = re.split(r"What is (.+) ([-+/]) (.+)\?", question)[1:4]
        a, b = said(facts, one), said(facts, other)
        exact = {"+": a + b, "-": a - b, "/": a / b}[sign]
        assert float(answer) == pytest.approx(exact, rel=0.06)


def test_a_rank_is_the_tenth_of_all_events_that_the_event_lies_in() -> None:
    table = random_events(60)
    for question, answer, facts in answers("rank", digits=9):
        word = question.removeprefix("Of ten events, how many have a smaller ").removesuffix("?")
        place = next(i for i in facts.present if facts.word(i) == word)
        below = float((table.x[:, place] < np.float32(facts.row[place])).mean())
        assert COUNTS.index(answer) == min(9, int(10 * below))


def test_questions_can_be_asked_about_any_columns() -> None:
    table = other_table(60)
    kinds = {kind for text in texts_of_features(table) for kind in text.kinds}
    assert kinds >= {"above", "between", "larger of two", "rank of a ratio", "value"}


def texts_of_features(table: bench.Table) -> list[Text]:
    from bench_llm.pretraining.texts import questioned

    asking = asker(table, 3)
    facts = [Facts(table.columns, row, Precision(3)) for row in table.x.tolist()]
    return [questioned("facts", one, asking, chats=False) for one in facts]


def test_a_text_in_pieces_has_the_tokens_of_the_whole() -> None:
    made = texts(random_events(120), 0)
    columns = random_events(1).columns
    tokenizer = train_tokenizer([*map(spoken, made), *vocabulary_texts(columns) * 50], 500)
    for text, tokens in zip(made, tokenized(tokenizer, made), strict=True):
        assert tokens.ids == tokenizer(str(text))["input_ids"]
        start, end = tokens.answers[0]
        assert tokenizer.decode(tokens.ids[start:end]) == text.pieces[1]
        assert tokens.cue == start - 1


def test_made_up_events_have_the_numbers_of_others_and_all_of_a_jet_or_none() -> None:
    table = random_events(80)
    made = mixed(table, np.arange(80), np.random.default_rng(0))
    assert np.array_equal(np.sort(made.x, axis=0), np.sort(table.x, axis=0))
    alone = table.column("has_j2") == 0
    assert np.array_equal(made.x[alone], table.x[alone])
    assert (made.x[~alone] != table.x[~alone]).any(axis=1).all()


def test_readings_are_bins_of_equal_shares_and_none_of_what_is_not_there() -> None:
    table = random_events(640)
    readings = Readings.of(table)
    bins = readings.bins(table.x)
    shares = np.bincount(bins[:, NAMES.index("j1_pt")], minlength=BINS) / len(table)
    assert shares == pytest.approx(1 / BINS, abs=0.01)
    alone = table.column("has_j2") == 0
    assert (bins[alone][:, NAMES.index("j2_m")] == IGNORED).all()
    assert (bins[~alone] != IGNORED).all()


def test_readings_are_taken_where_the_classification_is_asked_for() -> None:
    table = random_events(60)
    made = texts(table, 0)
    tokenizer = train_tokenizer([*map(spoken, made), *vocabulary_texts(table.columns) * 50], 500)
    tokens = tokenized(tokenizer, made)
    batch = collate(tokens, int(tokenizer.pad_token_id), Readings.of(table))
    asked = [i for i, text in enumerate(made) if text.kinds == ("coin",)]
    assert batch.cues[0].tolist() == asked
    following = batch.targets[batch.cues[0], batch.cues[1]]
    assert {tokenizer.decode([i]) for i in following.tolist()} == {" signal", " background"}
