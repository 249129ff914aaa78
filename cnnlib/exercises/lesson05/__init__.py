"""Exercise 05: its tasks, and the mistakes that it knows."""
