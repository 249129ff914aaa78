"""Checks of the exercises: the engine, which knows no lesson, and a folder for each lesson."""
