"""Fitted models for others: a folder with weights, card and figures, and what loads it again."""
