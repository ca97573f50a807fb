"""Guards that look at the training of the fit itself, and at what was saved of it."""
