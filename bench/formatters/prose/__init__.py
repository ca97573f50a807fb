"""Running text, read once from its beginning to its end.

Every function here is handed the same four things (`state`): the page, of what is spoken, the
word that waits for its number, and what is said so far. One page for each question:

- `reader`: what happens at each token?
- `objects`: of what is spoken now?
- `behind`: does the word behind a number name it?
- `lists`: is a number one of several of one word?
- `orders`: do numbers follow an order of words?
- `meaning`: which quantity is a word's number, then?
- `owners`: does an object behind them say whose readings were?
- `between`: the words between words and numbers that settle these.

`The leading jet has a pT of 1.4 TeV and a mass of 94 GeV, the second jet 1.3 TeV.` goes like this:
`leading jet` is spoken of; `pT` waits; `1.4` takes it, as nothing of meaning stands between them,
and means the leading jet's; `mass` and `94` likewise; `second jet` is spoken of from then on; no
word waits for `1.3`, and as the leading jet has had two values, nobody knows which of these it is:
it is not read.
"""
