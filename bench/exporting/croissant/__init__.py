"""A dataset's card as Croissant 1.1 of MLCommons, which is JSON-LD."""

from bench.exporting.croissant.card import LocalFile, croissant_of

__all__ = ["LocalFile", "croissant_of"]
