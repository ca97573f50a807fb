"""Readers of events in anyone's words, and the core's own, which goes by plain rules.

A text goes one way, and each room is handed what the one before it made:

- `markup`: the text without tags, LaTeX and frames, and the way back to it;
- `numbers`: the numbers that can be a value, with their `units`; what `commas` among digits mean;
- `words`: all of it as tokens. A `lexicon` is a vocabulary made ready, `numbered` the objects that
  are called by a number, `qualifiers` and `phrases` what is to be told from them, `joining` the
  tokens that are one word together, and `tokenizer` calls these in turn;
- `layouts`: what stands in `tables`, of `cells`, and in `brackets`;
- `prose`: what is said between them, token by token;
- `rules`: the formatter that leads through these, and adds units that are said once for all.

`<b>Jet 1</b>: pT 1,4 TeV (94 GeV mass), 22 constituents` goes like this. `markup` drops the tags.
`numbers` has 1, 1.4 with its TeV, as `commas` finds a comma that can only part decimals, 94 with
its GeV, and 22. `words` makes tokens of all that means something: the object `Jet 1`, whose 1 is a
number no more, the quantity `pT`, the number 1.4, and so on. No line is a head and no brackets hold
an order of names, so `layouts` reads nothing. In `prose` jet 1 is spoken of, `pT` waits and takes
1.4; the word behind 94 names it, and so does the one behind 22. Three `Reading`s come out, each
with a quantity and the places of its number and of its word in the text. What is then made of them
stands in `bench/asking`.
"""
