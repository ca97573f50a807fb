"""Dataset cards, a TOML file each: what a dataset is, where it is from, what its labels mean."""

from bench_lhco.cards.card import (
    Card,
    ColumnCard,
    DivisionCard,
    FileCard,
    LabelCard,
    LayoutCard,
    read_card,
)
from bench_lhco.cards.form import toml_of
from bench_lhco.cards.shipped import shipped_card, shipped_names

__all__ = [
    "Card",
    "ColumnCard",
    "DivisionCard",
    "FileCard",
    "LabelCard",
    "LayoutCard",
    "read_card",
    "shipped_card",
    "shipped_names",
    "toml_of",
]
