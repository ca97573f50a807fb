"""Two files of events against each other: whether a classifier and single features tell them."""
