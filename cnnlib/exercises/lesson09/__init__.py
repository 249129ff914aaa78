"""Exercise 09: its tasks, and the mistakes that it knows."""
