"""Exercise 00: think in arrays, a ladder of ten."""
