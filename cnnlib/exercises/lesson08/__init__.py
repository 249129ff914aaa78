"""Exercise 08: its tasks, and the mistakes that it knows."""
