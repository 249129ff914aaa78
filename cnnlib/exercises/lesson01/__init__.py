"""Exercise 01: its tasks, and the mistakes that it knows."""
