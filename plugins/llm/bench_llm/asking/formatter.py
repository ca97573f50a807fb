"""The formatters that are language models: they read a text and write what each number is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import bench
from bench_llm.asking.marking import MOST, NOTHING, facts, has_words, sheets

if TYPE_CHECKING:
    from bench_llm.asking.writing import Writer

EXAMPLES = """Each number of a collision event is marked. Below the text stands what each one is.

leading jet has pt = <0>n.n gev and eta <1>n.n, phi <2>-n.n; run <3>n
=><0> jet 1: pT
<1> jet 1: eta
<2> jet 1: phi
<3> nothing

event <0>17: <1>63 particles. second jet weighs <2>n.n gev, pt <3>n gev. the dijet mass is <4>n tev
=><0> nothing
<1> event: n_particles
<2> jet 2: m
<3> jet 2: pT
<4> event: m_jj

"""
"""What a base that was not trained for it reads first."""


@dataclass(frozen=True)
class LanguageModelFormatter(bench.Formatter):
    """A language model writes, under a grammar, what each number is; it can write nothing else."""

    name = "llm"

    base: str = "smollm2"
    """The language model: `smollm2`, a small real one that `make smollm2` brings; `reader`, which
    is shipped and trained for this; the folder of one, a GGUF file, or a hub id."""
    revision: str = ""
    """The commit of a hub model, 40 hexadecimal digits."""
    examples: bool = True
    """Show it examples first; a base that was trained for this needs none."""
    sure: float = 0.5
    """Leave a number unread where the model gives what it writes a smaller probability."""

    def content(self) -> str:
        """The content hash of the base."""
        from bench_llm.bases.source import BaseSource

        return BaseSource(self.base, self.revision).digest()

    def read(self, passage: bench.Passage, context: bench.Context) -> Sequence[bench.Reading]:
        """A fact for each number in turn, of those that its unit leaves open; at most `MOST`."""
        known = {reading.span: reading.quantity for reading in passage.known}
        if all(n.span in known for n in passage.numbers) or not has_words(passage):
            return []
        from bench_llm.asking.writing import Line

        writer = _writer(self.base, self.revision, self.examples)
        named = {f: name for f, name in facts(passage.vocabulary).items() if writer.knows(f)}
        facts_of = {name: said for said, name in named.items()}
        out = []
        with context.progress("reading", total=min(MOST, len(passage.numbers))) as bar:
            for sheet in sheets(passage):
                lines = []
                for place in sheet.places:
                    number = passage.numbers[place]
                    left = number.candidates - {*known.values()}
                    open_ = [f for f, name in named.items() if name in left]
                    if number.span in known:
                        open_ = []
                    said = facts_of.get(known.get(number.span, ""), NOTHING)
                    lines.append(Line(sheet.mark(place), [*open_, NOTHING] if open_ else [said]))
                for place, written in zip(
                    sheet.places, writer.write(sheet.text, lines), strict=True
                ):
                    span = passage.numbers[place].span
                    sure = written.fact in named and written.probability >= self.sure
                    if sure and span not in known:
                        chance = written.probability
                        out.append(bench.Reading(named[written.fact], span, probability=chance))
                    bar.advance()
        return out


@dataclass(frozen=True)
class Reader(LanguageModelFormatter):
    """The small language model that is shipped for it: `llm` with `base=reader`, and no example.

    It leaves quantities unread that it has not learned, such as those of other datasets.
    """

    name = "reader"

    base: str = "reader"
    """The language model: `reader`, or a folder of one that was trained like it."""
    examples: bool = False
    """Show it examples first; a base that was trained for this needs none."""


@lru_cache(maxsize=2)
def _writer(base: str, revision: str, examples: bool) -> Writer:
    """The base in memory, once for all texts."""
    from bench_llm.asking.writing import Writer
    from bench_llm.bases.loading import BaseForm, load_language, load_tokenizer
    from bench_llm.bases.source import BaseSource

    source = BaseSource(base, revision)
    model = load_language(source, BaseForm(), "cpu").eval()
    return Writer(model, load_tokenizer(source), EXAMPLES if examples else "")
