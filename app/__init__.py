"""The village points bank."""
