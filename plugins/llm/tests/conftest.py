"""Fixtures of the package's tests."""

from events import base

__all__ = ["base"]
