"""Exercise 06: its tasks, and the mistakes that it knows."""
