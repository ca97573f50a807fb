"""How `tiny`, the base that is shipped, was made: its texts, its tokenizer, its training."""
