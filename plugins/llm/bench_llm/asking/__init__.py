"""A language model reads events in words: it writes, under a grammar, which number is what."""
