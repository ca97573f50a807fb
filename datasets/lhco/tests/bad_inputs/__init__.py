"""The bad inputs: each by its name, how it is made, and what the one line about it has to say."""

from bad_inputs import layouts, links, bombs, damage, values  # noqa: F401, I001  in this order
from bad_inputs.listing import BAD, WHERE, Bad, damaged, official, rows, stored

READ_FIRST = [
    bad
    for bad in BAD
    if bad.make.__module__.endswith(("layouts", "links", "bombs"))
    and not bad.message.startswith("event")
]
"""What the layout is refused for, before any value is read."""

__all__ = ["BAD", "READ_FIRST", "WHERE", "Bad", "damaged", "official", "rows", "stored"]
