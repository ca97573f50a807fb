"""Results of other tools: predictions or bare counts, brought into the store and marked."""
