"""Values and decisions of activities."""
