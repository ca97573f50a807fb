"""Events as text, and the numbers read back out of it."""
