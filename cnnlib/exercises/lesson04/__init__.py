"""Exercise 04: its tasks, and the mistakes that it knows."""
