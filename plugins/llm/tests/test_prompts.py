"""Prompts: what they say of an event, to how many digits, and what is read back out of them."""

from __future__ import annotations

import numpy as np
import pytest
from bench_llm.prompts.conversation import ChatPrompt
from bench_llm.prompts.features import FeaturesPrompt
from bench_llm.prompts.figures import Precision
from bench_llm.prompts.frame import bare, message
from bench_llm.prompts.momenta import MomentaPrompt, four_momenta
from bench_llm.prompts.reading import numbers_in
from events import columns

import bench

JETS = [f"j{i}_{name}" for i in (1, 2) for name in ("pt", "eta", "phi", "e", "m", "n", "pt_lead")]
NAMES = (*JETS, "has_j2", "dr_jj", "n_particles", "m_jj")
VALUES = (
    *(1306.57, 1.0441, -0.4744, 2124.2, 401.5, 63.0, 253.8),
    *(1211.6, -0.2766, 2.7481, 1468.9, 94.28, 22.0, 354.8),
    *(1.0, 3.33, 162.0, 3372.4),
)
TEXT = """Classify this event as signal or background.
jet1: pt=1310 eta=1.04 phi=-0.474 e=2120 m=402 n=63 pt_lead=254
jet2: pt=1210 eta=-0.277 phi=2.75 e=1470 m=94.3 n=22 pt_lead=355
dr_jj=3.33 n_particles=162 m_jj=3370
Answer:"""


def events(*rows: tuple[float, ...], names: tuple[str, ...] = NAMES) -> bench.Table:
    x = np.array(rows or [VALUES], dtype=np.float32)
    n = len(x)
    ids = np.arange(n, dtype=np.uint64)
    return bench.Table(columns(*names), x, (np.arange(n) % 2).astype(np.int8), ids, np.ones(n))


def random_events(n: int) -> bench.Table:
    spread = np.random.default_rng(3).lognormal(0, 0.4, size=(n, len(NAMES)))
    x = np.array(VALUES) * spread
    x[:, NAMES.index("has_j2")] = np.arange(n) % 4 != 0
    return events(*map(tuple, x))


def text(encoder: bench.Encoder, table: bench.Table | None = None) -> str:
    return encoder.encode(events() if table is None else table, {})["texts"][0]


def test_the_features_prompt_says_every_feature_by_name() -> None:
    assert text(FeaturesPrompt()) == TEXT


def test_ten_decimals_are_the_diarys_way() -> None:
    assert "jet1: pt=1306.5699462891 eta=1.0441000462 " in text(FeaturesPrompt(decimals=10))


def test_a_second_jet_that_is_not_there_is_said_in_words_and_not_in_zeros() -> None:
    alone = list(VALUES)
    alone[7:16] = [0.0] * 9
    said = text(FeaturesPrompt(), events(tuple(alone)))
    assert "jet2: none\n" in said
    assert "dr_jj" not in said
    momenta = text(MomentaPrompt(), events(tuple(alone)))
    assert "jet2: none\n" in momenta


def test_the_momenta_prompt_says_four_vectors() -> None:
    assert text(MomentaPrompt(digits=4)).splitlines()[1:3] == [
        "jet1: px=1162 py=-596.8 pz=1626 e=2124",
        "jet2: px=-1119 py=464.5 pz=-339.4 e=1469",
    ]


def test_the_momenta_have_the_jets_pt() -> None:
    table = random_events(50)
    momenta = four_momenta(table)
    assert np.hypot(momenta[:, 0, 0], momenta[:, 0, 1]) == pytest.approx(table.column("j1_pt"))


def test_the_momenta_prompt_names_a_feature_that_it_lacks() -> None:
    with pytest.raises(bench.InputError, match="no column 'j1_eta'"):
        MomentaPrompt().encode(events((1.0,), names=("j1_pt",)), {})


def test_a_chat_prompt_is_a_message_without_the_cue() -> None:
    said = message(text(ChatPrompt()))
    assert said == TEXT.removesuffix("\nAnswer:")
    assert message(TEXT) is None


def test_the_bare_prompt_has_the_form_of_the_others() -> None:
    assert bare([TEXT]) == "Classify this event as signal or background.\nAnswer:"
    assert message(bare([text(ChatPrompt())])) == "Classify this event as signal or background."


@pytest.mark.parametrize("encoder", [FeaturesPrompt(), MomentaPrompt(), ChatPrompt()])
def test_a_prompt_does_not_know_the_label(encoder: bench.Encoder) -> None:
    table = random_events(20)
    other = bench.Table(table.columns, table.x, 1 - table.y, table.ids, table.weights)
    assert encoder.encode(table, {}) == encoder.encode(other, {})


@pytest.mark.parametrize("digits", [1, 3, 6])
def test_the_numbers_read_back_out_of_a_prompt(digits: int) -> None:
    table = random_events(60)
    for encoder in (FeaturesPrompt(digits=digits), ChatPrompt(digits=digits)):
        for said, row in zip(encoder.encode(table, {})["texts"], table.x, strict=True):
            numbers = numbers_in(said, table.columns)
            expected = dict(zip(NAMES, row.tolist(), strict=True))
            if not expected["has_j2"]:
                expected = {n: v for n, v in expected.items() if not n.startswith("j2_")}
                del expected["dr_jj"], expected["m_jj"]
            assert numbers == pytest.approx(expected, rel=0.51 * 10 ** (1 - digits))


@pytest.mark.parametrize(
    "said",
    [
        "The leading jet has a pt of 1310 GeV, phi = −0.474 and m: 402 GeV; n_particles was 162.",
        "pt of the leading jet is 1310. phi of jet 1 is -4.74e-1. m of the leading jet is 402. "
        "n_particles is 162.",
        "Jet 1: PT=1310, PHI=-0.474, M=402. There: n_particles is about 162",
    ],
)
def test_the_numbers_read_out_of_free_text(said: str) -> None:
    numbers = numbers_in(said, columns("j1_pt", "j1_phi", "j1_m", "n_particles", "m_jj"))
    assert numbers == {"j1_pt": 1310.0, "j1_phi": -0.474, "j1_m": 402.0, "n_particles": 162.0}


def test_free_text_of_two_jets_keeps_them_apart() -> None:
    said = "Leading jet: pt 1310, second jet: pt 1210; pt of the leading jet is 7"
    assert numbers_in(said, columns("j1_pt", "j2_pt")) == {"j1_pt": 1310.0, "j2_pt": 1210.0}


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (1306.57, 3, "1310"),
        (-0.4744, 3, "-0.474"),
        (0.0, 3, "0"),
        (0.00001234, 3, "0.0000123"),
        (99999.0, 2, "100000"),
        (7.0, 3, "7"),
    ],
)
def test_numbers_are_never_written_in_powers_of_ten(value: float, digits: int, said: str) -> None:
    assert Precision(digits).say(value) == said


@pytest.mark.parametrize("wrong", [{"digits": 0}, {"digits": 10}, {"decimals": -1}])
def test_digits_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    for encoder in (FeaturesPrompt, MomentaPrompt, ChatPrompt):
        with pytest.raises(ValueError, match="wanted"):
            encoder(**wrong)
