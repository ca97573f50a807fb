"""The words of a vocabulary where they stand in a text."""
