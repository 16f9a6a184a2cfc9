"""Households, members, cards and teams; the import of the village's register."""
