"""The events of a run: splits and samples, cached features, inputs for a model, scores."""
