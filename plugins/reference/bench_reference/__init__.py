"""Classifiers that know nothing or next to nothing, so that every table has its floor."""
