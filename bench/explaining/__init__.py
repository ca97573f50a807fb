"""Explanations that models give of their answers, and how far they are to be believed."""
