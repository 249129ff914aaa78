"""The tests, and the bench: ``python -m tests.bench``."""
