"""What make calls, from the root of the repository: ``python -m tools.notebooks`` and others."""
