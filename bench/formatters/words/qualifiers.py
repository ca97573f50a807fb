"""Words beside a quantity's that make it another one: `groomed mass`, `pT resolution`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bench.formatters.words.tokens import QUANTITY, Token

BEFORE = re.compile(
    r"(?<![^\W_])(?:(?i:"
    r"(?:un)?groomed|pruned|trimmed|filtered|soft[ \-]?drop|transverse|kinetic|charged|neutral"
    r"|detector|beam|collision|average|averaged|(?<!\bI\s)mean|median|typical|expected"
    r"|nominal|target|minimum|minimal|maximum|maximal|threshold|trigger|trigger threshold|squared"
    r"|relative"
    r"|scalar sum|vector sum|summed"
    r"|sub-?jet|top|higgs|quark|boson|parton|tau|(?:twice|half|double|thrice|times)(?:\s(?:the|its|that|of))*"
    r"|(?:log|ln|log10|sqrt|mean|median|average|sigma|sum|max|min|abs|err|error|σ|δ)\s?\(\s?"
    r"|(?:log|ln|log10|logarithm|sqrt|err|error|unc|sigma|σ|δ)"
    r"|(?:ratio|sum|difference|product|average|mean|median|resolution|uncertainty|error|square"
    r"|root|logarithm|log|scale|balance|spread|width|change|shift|cut)\s(?:of|in|on|between)"
    r"(?:\s(?:the|its|their|both|two|jets?))*)|[WZ])[ \t_\-]{0,2}"
    r"(?i:(?:jet|particle|constituent|track|hadron)s?[ \t_\-])?$"
)
"""Right before a quantity's word."""
BEHIND = re.compile(
    r"(?:[ \t_\-(^]{0,2}(?:(?i:"
    r"resolution|scale|cuts?|threshold|requirement|squared|sq|ratio|uncertainty|unc|error|err"
    r"|difference|diff|asymmetry|balance|sum|window|range|spread|width|limit|correction|corr|bias"
    r"|offset|shift|residual|pull|gap|smearing|groomed|pruned|trimmed|filtered|soft-?drop"
    r"|charged|neutral|up|down|cut off|calibration|loss|density|flow|drop|rel|gen|generated|truth"
    r"|raw|uncorrected|smeared|pole|per (?:jet|event|particle)"
    r"|after\s(?:the\s)?(?:grooming|trimming|pruning|filtering|soft[ \-]?drop))"
    r"(?![^\W_])"
    r"|(?i:of\s(?:the|a|an)\s)(?:[WZ]|(?i:tops?|higgs|beams?|quarks?|bosons?|sub-?jets?))(?![^\W_]))"
    r"|\s?\(\s?(?:(?i:transverse|top|higgs)|[WZHt])\s?\)|\s?(?:²|\^\{?2\}?|\*\*\s?2)(?![0-9.]))"
)
"""Right behind a quantity's word."""
SQUARE = re.compile(r"\^[{(]?2")
FIRST = re.compile(r"\^[{(]*1(?![0-9.])")
"""An object's number above a quantity's letter, by which `m^2` is the second one's."""
NEAR = 40
"""Characters before a word among which a qualifier is looked for."""


def qualified(text: str, named: Iterable[Token]) -> Iterator[Token]:
    """The tokens; a quantity's that is qualified, with its qualifier, means none that is known."""
    end = 0
    for token in named:
        span = _with_qualifier(text, token) if token.kind == QUANTITY else None
        own = (max(end, span[0]), span[1]) if span else token.span
        yield replace(token, span=own, names=()) if span else token
        end = max(end, own[1])


def _with_qualifier(text: str, token: Token) -> tuple[int, int] | None:
    """Where a word and what makes it another quantity stand; None for a word by itself."""
    start, end = token.span
    square = SQUARE.search(text, start, end) and not FIRST.search(text)
    near = max(0, start - NEAR)
    before = BEFORE.search(text[near:start])
    behind = BEHIND.match(text, end)
    if not (square or before or behind):
        return None
    return near + before.start() if before else start, behind.end() if behind else end
