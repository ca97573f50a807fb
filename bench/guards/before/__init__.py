"""Guards that look at events and encoders before anything is fitted."""
