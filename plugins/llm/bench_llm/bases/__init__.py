"""Language models to start from: `tiny`, a folder, or a model of the Hugging Face hub."""
