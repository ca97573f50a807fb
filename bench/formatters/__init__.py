"""Readers of events in anyone's words, and the numbers and units that stand in a text."""
