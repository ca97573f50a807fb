"""Numbers that stand in a layout: tables, and rows of numbers in brackets."""
