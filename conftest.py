"""Every test, of code and of notebooks, runs apart from the user's settings."""

import contextlib

from tools.isolated import isolated


def pytest_configure(config):
    stack = contextlib.ExitStack()
    stack.enter_context(isolated())
    config.add_cleanup(stack.close)
