"""Values and decisions of the store."""
