"""Guards that look at the scores of a run."""
