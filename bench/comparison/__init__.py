"""Two runs against each other: whether they can be compared at all, and how they differ."""
