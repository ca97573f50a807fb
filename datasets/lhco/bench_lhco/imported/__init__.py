"""Datasets of the user's own: files in the layouts that people have, converted, with a card."""
