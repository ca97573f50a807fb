"""Plugins: how they are loaded, and how the options of their parts are read."""
