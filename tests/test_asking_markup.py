"""A text without its markup, and the way back to it."""

from __future__ import annotations

import re

import pytest

from bench.formatters.markup import plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p<sub>T</sub> = 1.4&times;10<sup>3</sup> GeV", "p_T = 1.4×10^3 GeV"),
        ("<td>1</td><td>2</td>", "|1|2"),
        ("$p_{\\mathrm{T}}^{j_1} = 1.4\\times 10^{3}~\\mathrm{GeV}$", "p_T^j_1 = 1.4× 10^3 GeV"),
        ("a & 1 \\\\\nb & 2 \\\\\n", "a | 1 \nb | 2 \n"),
        ('<jet1 pt="1.4" eta="0.3"/>', 'jet1 {pt="1.4" eta="0.3"}'),
        ('<pt unit="GeV">14</pt>', "pt (GeV)  = 14;"),
        ("leadJetPt nConstituents pTLead ptJ1", "lead Jet Pt n Constituents pT Lead pt J1"),
        ("m₁, m₁₂", "m_1, m_12"),
        ("│ 1 │ 2 │", "| 1 | 2 |"),
        ("GeV and pT and TeV", "GeV and pT and TeV"),
        ("a < b and c > d", "a < b and c > d"),
    ],
)
def test_markup_is_no_part_of_what_is_said(text: str, words: str) -> None:
    assert plain(text).text == words


@pytest.mark.parametrize(
    "text",
    [
        '<tr><td>1</td><td>1.4e3</td></tr><event><jet1 pt="14.5" eta="-0.1"/></event> 7 GeV',
        "$m = 12.5~\\mathrm{GeV}$, jet1Pt = 33 {x: 4} &eta; = 5 <b>6</b>",
        "no markup at all: 1, 2 and 3",
    ],
)
def test_each_number_is_found_again_where_it_stands(text: str) -> None:
    bare = plain(text)
    numbers = [match.span() for match in re.finditer(r"(?<![\w.])[0-9.]+\b", bare.text)]
    assert numbers
    for span in numbers:
        start, end = bare.origin(span)
        assert text[start:end] == bare.text[slice(*span)]
        assert bare.place((start, end)) == span
