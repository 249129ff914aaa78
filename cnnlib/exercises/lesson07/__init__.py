"""Exercise 07: its tasks, and the mistakes that it knows."""
