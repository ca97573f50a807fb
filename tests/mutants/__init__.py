"""Broken on purpose: tiny plugins with one mistake each, and the guard that has to catch it."""
