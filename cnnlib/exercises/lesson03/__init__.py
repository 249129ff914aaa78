"""Exercise 03: its tasks, and the mistakes that it knows."""
