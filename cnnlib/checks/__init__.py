"""Checks that the lessons and exercises use, a file a lesson."""
