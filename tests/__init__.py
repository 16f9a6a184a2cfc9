"""Tests of the village points bank."""
