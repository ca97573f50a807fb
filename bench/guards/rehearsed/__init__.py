"""Guards that look at a fit on a few events: whether everything is connected."""
