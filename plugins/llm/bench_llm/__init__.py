"""Language models that read events as text, and their numbers fused into the text."""
