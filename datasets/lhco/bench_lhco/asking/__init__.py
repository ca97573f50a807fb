"""Jets in words: what people call their quantities, and what follows from them."""
