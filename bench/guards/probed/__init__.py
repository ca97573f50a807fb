"""Guards that look at how a fitted model scores events that have been tampered with."""
