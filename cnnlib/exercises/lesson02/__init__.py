"""Exercise 02: its tasks, and the mistakes that it knows."""
