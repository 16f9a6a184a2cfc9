"""Checks of the checkers: each one finds the fault that is planted for it."""
