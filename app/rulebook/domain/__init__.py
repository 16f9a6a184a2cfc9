"""Decisions of the rule book: what a version may say, and how much of a wish is granted."""
