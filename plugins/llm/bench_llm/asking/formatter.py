"""The formatter that is a language model: it reads around each number and writes what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import bench
from bench_llm.asking.windows import NOTHING, facts, window

if TYPE_CHECKING:
    from bench_llm.asking.writing import Writer

EXAMPLES = """Each line shows a number of a collision event as [?] and then says what it is.
last: nothing | leading jet has pT = [?] GeV and eta N, phi N => jet 1: pT
last: jet 1: pT | leading jet has pT = N GeV and eta [?], phi N => jet 1: eta
last: jet 2: eta | N particles. second jet weighs [?] GeV, hardest particle N GeV => jet 2: m
last: nothing | run [?], event 17: the jets have => nothing
last: jet 1: m | j1_m: N, j2_pt: [?], j2_eta: N => jet 2: pT
last: jet 2: n | hardest particle N GeV. The dijet mass is [?] TeV => event: m_jj
"""
"""What a base that was not trained for it reads first."""


@dataclass(frozen=True)
class LanguageModelFormatter(bench.Formatter):
    """A language model writes, under a grammar, what each number is; it can write nothing else."""

    name = "llm"

    base: str = "smollm2"
    """The language model: `smollm2`, a small real one that `make smollm2` brings; the folder of
    one, a GGUF file, or a hub id."""
    revision: str = ""
    """The commit of a hub model, 40 hexadecimal digits."""
    examples: bool = True
    """Show it examples first; a base that was trained for this needs none."""

    def content(self) -> str:
        """The content hash of the base."""
        from bench_llm.bases.source import BaseSource

        return BaseSource(self.base, self.revision).digest()

    def read(self, passage: bench.Passage, context: bench.Context) -> Sequence[bench.Reading]:
        """A fact for each number in turn, of those that its unit leaves open."""
        if not passage.numbers:
            return []
        writer = _writer(self)
        named = facts(passage.vocabulary)
        known = {reading.span: reading.quantity for reading in passage.known}
        facts_of = {name: said for said, name in named.items()}
        said, before = [], ""
        with context.progress("reading", total=len(passage.numbers)) as bar:
            for place, number in enumerate(passage.numbers):
                if number.span in known:
                    before = facts_of.get(known[number.span], before)
                    continue
                left = number.candidates - {*known.values()}
                open_ = [f for f, name in named.items() if name in left]
                written = writer.choose(window(passage, place, before), [*open_, NOTHING])
                if written in named:
                    said.append(bench.Reading(named[written], number.span))
                    before = written
                bar.advance()
        return said


@lru_cache(maxsize=2)
def _writer(formatter: LanguageModelFormatter) -> Writer:
    """The base in memory, once for all texts."""
    from bench_llm.asking.writing import Writer
    from bench_llm.bases.loading import BaseForm, load_language, load_tokenizer
    from bench_llm.bases.source import BaseSource

    source = BaseSource(formatter.base, formatter.revision)
    model = load_language(source, BaseForm(), "cpu").eval()
    return Writer(model, load_tokenizer(source), EXAMPLES if formatter.examples else "")
