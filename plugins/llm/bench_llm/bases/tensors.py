"""What transformers says of the tensors of a base after it has looked for each one's place."""

from __future__ import annotations

from typing import Any

ODD = {
    "missing_keys": "not in its files",  # transformers fills them with random numbers
    "unexpected_keys": "in its files and not in its configuration's model",
    "mismatched_keys": "of another shape in its files",
}
"""What transformers says of tensors that it could not place, and what that means."""


def demand_placed(said: dict[str, Any]) -> None:
    """Refuse what transformers says of tensors that have no place, or of places without one.

    Raises:
        ValueError: how many there are, and one of them.
    """
    for kind, meaning in ODD.items():
        if odd := sorted(one if isinstance(one, str) else one[0] for one in said[kind]):
            raise ValueError(f"{len(odd)} weights are {meaning}, as {odd[0]}")
