"""The bench from Python, as notebooks use it: the same functions that the command line calls."""
