"""Decisions about linked scores and group bonuses."""
