"""Events of two jets in tables, trees, lists and sentences of many hands."""

from __future__ import annotations

import random
import re
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.features.sets import SETS

import bench
from bench import formatters
from bench.api.errors import InputError
from bench.asking.ask import understand
from bench.asking.said import said_in
from bench.formatters import prose
from bench.formatters.numbers import scan
from bench.formatters.rules import Rules

COLUMNS = SETS["substructure"].columns
DATASET = ResearchAndDevelopment(features="substructure")
CONTEXT = bench.Context(data=Path(), scratch=Path(), checkpoints=Path())
PLACES = [place / "shared/seeds/study-diary.md" for place in Path(__file__).parents]
BOTH = {"j1_pt": 1411.5, "j1_eta": -0.28, "j1_m": 94.2, "j2_pt": 1306.5, "j2_eta": 1.04}
BOTH |= {"j2_m": 401.5}


def said(text: str) -> dict[str, float]:
    passage, _ = scan(text, DATASET.vocabulary(COLUMNS))
    readings = Rules().read(passage, CONTEXT)
    return {name: fact.value for name, fact in said_in(passage, readings).facts.items()}


@pytest.mark.parametrize(
    "text",
    [
        '<e><Jet rank="1" pt="1411.5" eta="-0.28" m="94.2"/>'
        '<Jet rank="2" pt="1306.5" eta="1.04" m="401.5"/></e>',
        "<e><leadJet><pt unit='TeV'>1.4115</pt><eta>-0.28</eta><m>94.2</m></leadJet>"
        "<subleadJet><pt>1306.5</pt><eta>1.04</eta><m>401.5</m></subleadJet></e>",
        "<table><tr><th>jet</th><th>p<sub>T</sub></th><th>&eta;</th><th>m</th></tr>"
        "<tr><td>1</td><td>1411.5</td><td>-0.28</td><td>94.2</td></tr>"
        "<tr><td>2</td><td>1306.5</td><td>1.04</td><td>401.5</td></tr></table>",
        "\\begin{tabular}{lcc}\n & $p_T$ & $\\eta$ & $m$ \\\\\n\\hline\n"
        "lead & 1411.5 & -0.28 & 94.2 \\\\\nsublead & 1306.5 & 1.04 & 401.5 \\\\\n\\end{tabular}",
        "* Row * Instance * jet_pt * jet_eta * jet_m *\n* 47 * 0 * 1411.5 * -0.28 * 94.2 *\n"
        "* 47 * 1 * 1306.5 * 1.04 * 401.5 *",
        "┌────┬────┐\n│ jet │ pT │ η │ m │\n├────┼────┤\n│ first │ 1411.5 │ -0.28 │ 94.2 │\n"
        "│ second │ 1306.5 │ 1.04 │ 401.5 │\n└────┴────┘",
        "\tJet A (leading)\tJet B (subleading)\npT / GeV\t1411.5\t1306.5\nη\t-0.28\t1.04\n"
        "m / GeV\t94.2\t401.5",
        "pt  = [1411.5 1306.5]\neta = [-0.28 1.04]\nm   = [94.2 401.5]",
        "INSERT INTO jets (rank, pt, eta, m) VALUES (1, 1411.5, -0.28, 94.2), "
        "(2, 1306.5, 1.04, 401.5);",
        "J1: (pt, eta, m) = (1411.5, -0.28, 94.2); J2: (pt, eta, m) = (1306.5, 1.04, 401.5)",
        "jets[0].pt() = 1411.5\njets[0].eta() = -0.28\njets[0].m() = 94.2\n"
        "jets[1].pt() = 1306.5\njets[1].eta() = 1.04\njets[1].m() = 401.5",
        "jet[1]: pt 1411.5 eta -0.28 m 94.2\njet[2]: pt 1306.5 eta 1.04 m 401.5",
        "leadJetPt=1411.5 leadJetEta=-0.28 leadJetMass=94.2 "
        "subleadJetPt=1306.5 subleadJetEta=1.04 subleadJetMass=401.5",
        "j1pt=1411.5 j1eta=-0.28 j1m=94.2 j2pt=1306.5 j2eta=1.04 j2m=401.5",
        "lead_pt=1411.5 lead_eta=-0.28 lead_m=94.2 sub_pt=1306.5 sub_eta=1.04 sub_m=401.5",
        "jet_1.pt;1411.5\njet_1.eta;-0.28\njet_1.m;94.2\njet_2.pt;1306.5\njet_2.eta;1.04\n"
        "jet_2.m;401.5",
        '{"jet1": {"pt": {"value": 1.4115, "unit": "TeV"}, "eta": {"value": -0.28}, "m": 94.2}, '
        '"jet2": {"pt": 1306.5, "eta": 1.04, "m": 401.5}}',
        "Leading (subleading) jet: pT = 1411.5 GeV (1306.5 GeV), eta = -0.28 (1.04), "
        "m = 94.2 GeV (401.5 GeV)",
        "The subleading jet and the leading jet have pT = 1306.5 GeV and pT = 1411.5 GeV, eta = "
        "1.04 and eta = -0.28, m = 401.5 GeV and m = 94.2 GeV, respectively.",
        "The leading and the subleading jet have masses of 94.2 GeV and 401.5 GeV; the former has "
        "a pT of 1411.5 GeV and eta -0.28, the latter a pT of 1306.5 GeV and eta 1.04.",
        "1411.5 GeV and 1306.5 GeV are the pT, -0.28 and 1.04 are the eta, and 94.2 GeV and "
        "401.5 GeV the masses of the leading and the subleading jet.",
        "Leading: 1411.5 / -0.28 / 94.2 (pT / eta / mass). "
        "Subleading: 1306.5 / 1.04 / 401.5 (pT / eta / mass).",
        "For jet 1 I get 1411.5 GeV (pT), -0.28 (eta) and 94.2 GeV (mass). "
        "For jet 2 I get 1306.5 GeV (pT), 1.04 (eta) and 401.5 GeV (mass).",
        "Jet 1\n pT ...... 1411.5 GeV\n eta ..... -0.28\n m ....... 94.2 GeV\n"
        "Jet 2\n pT ...... 1306.5 GeV\n eta ..... 1.04\n m ....... 401.5 GeV",
    ],
)
def test_two_jets_are_read_in_whatever_layout(text: str) -> None:
    values = said(text)
    values.pop("has_j2", None)
    assert values == pytest.approx(BOTH)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("The dijet system: mass 3.4 TeV, delta R 3.1", {"m_jj": 3400, "dr_jj": 3.1}),
        ("{jet1: {m: 94}, jet2: {m: 401}, dijet: {mass: 3400}}", None),
        ("jet 1 m 94, jet 2 m 401. Their invariant mass is 3400 GeV.", None),
        ("jet 1 m 94, jet 2 m 401. M(jet 1, jet 2) = 3400", None),
        ("jet 1 m 94, jet 2 m 401, (jet1+jet2).m() = 3400", None),
        ("With a mass of 3400 GeV the dijet sits high; jet 1 m 94, jet 2 m 401", None),
        (
            "The hardest particle in jet 1 has pT 354 GeV. Jet 1 has pT 1411 GeV.",
            {"j1_pt_lead": 354, "j1_pt": 1411},
        ),
        (
            "J1 (pt, eta, rapidity, m) = (1411, 0.3, 0.31, 94)",
            {"j1_pt": 1411, "j1_eta": 0.3, "j1_m": 94},
        ),
    ],
)
def test_what_is_of_both_jets_is_told_from_what_is_of_one(
    text: str, values: dict[str, float] | None
) -> None:
    assert said(text) == (values or {"j1_m": 94, "j2_m": 401, "m_jj": 3400})


@pytest.mark.parametrize(
    ("page", "read"),
    [
        (formatters, {"j1_pt": 1400, "j1_m": 94, "j1_n": 22}),
        (prose, {"j1_pt": 1400, "j1_m": 94}),
    ],
)
def test_the_sentences_of_the_pages_are_read_as_they_say(
    page: ModuleType, read: dict[str, float]
) -> None:
    sentence = re.search(r"`([^`]+)` goes like this", page.__doc__ or "")
    assert sentence
    assert said(sentence[1]) == read


@pytest.mark.parametrize(
    "text",
    [
        "Both jets have a pT of 1411 GeV... one of them at least.",
        "A mass of 3400 GeV was seen. The leading jet has an eta of 0.3.",
        "The leading jet has a pT of 1411 GeV and 1306 GeV.",
        "The leading jet has a mass over pT of 0.07.",
        "{'leading': {'eta': 0.3}, 'mass': 3400}",
        "1 1411.5 -0.28 94.2\n2 1306.5 1.04 401.5\n(jet, pt, eta, mass)",
        "eta of jet 1 = 0,3; we cut at 1.5",
        "the leading jet carries 1,561 TeV of pT",
        "leading jet pT > 1200 GeV, 1306 of something",
        "a list of the leading jet's mass, 94.2 and 401.5, in some order",
    ],
)
def test_what_is_not_certain_is_not_read(text: str) -> None:
    known = {"j1_eta": 0.3} if "0.3" in text else {}
    if "a list" in text:
        known = {"j1_m": 94.2}
    assert {n: v for n, v in said(text).items() if n != "has_j2"} in ({}, known)


def filled(values: dict[str, float], match: re.Match[str]) -> str:
    return f"{values[match[1]]:.10f}"


def test_the_diarys_first_prompt_is_read_to_the_digit() -> None:
    """As the diary's own code writes it, of which the diary shows no example."""
    diary = next((place for place in PLACES if place.is_file()), None)
    if diary is None:
        pytest.skip("the study diary is not here")
    code = re.search(r"def format_example\(example\):.*?```", diary.read_text(), re.DOTALL)
    assert code
    first, second, jet, last = re.findall(r's \+?= f?"(.*?)"\n', code[0])
    momenta = {
        1: {"px": 1162.4612345678, "py": -596.8012345678, "pz": 1630.13, "E": 2124.1572287046},
        2: {"px": -1303.7012345678, "py": 541.2, "pz": -395.3, "E": 1468.923215605},
    }
    text = first + second
    for place, values in momenta.items():
        line = jet.replace("{i+1}", str(place))
        text += re.sub(r"\{j\['(\w+)'\]:\.10f\}", partial(filled, values), line)
    text = (text + last.replace("{example['num_particles']}", "162")).replace("\\n", "\n")
    expected = {f"j{i}_{n.lower()}": v for i, jet in momenta.items() for n, v in jet.items()}
    assert said(text) == {**expected, "n_particles": 162}


HOSTILE: tuple[str, ...] = (
    "(",
    "=",
    " ",
    "jet 1 ",
    "<a ",
    "<a b=1",
    "&",
    "\\\\",
    "\\mathrm{",
    "pT, ",
    "[",
    "₁",
)
HOSTILE += ("}", "jet 1 and ", "the former ", "|", "\t", "p_T^", "1,", "9", "with 1 GeV the jet 1 ")


@pytest.mark.parametrize("size", [16_384, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_no_text_takes_long(size: int) -> None:
    for piece in HOSTILE:
        started = time.monotonic()
        with suppress(InputError):
            understand(piece * (size // len(piece)), COLUMNS, DATASET, [Rules()], CONTEXT)
        assert time.monotonic() - started < max(2, size / 8_000), piece


def test_any_order_of_words_is_read_without_an_error() -> None:
    draw = random.Random(1)
    pieces = ["jet 1", "leading jet", "jets", "both", "pT", "eta", "mass", "dijet", "and", ",", "("]
    pieces += [")", "[", "]", "{", "}", ".", ";", "\n", "=", ":", "of", "the former", "1411 GeV"]
    pieces += ["0.3", "22 constituents", "respectively", "together", "in total", "|", "with", "for"]
    for _ in range(400):
        text = " ".join(draw.choices(pieces, k=draw.randint(1, 25)))
        passage, _ = scan(text, DATASET.vocabulary(COLUMNS))
        spans = {number.span for number in passage.numbers}
        assert {reading.span for reading in Rules().read(passage, CONTEXT)} <= spans, text
