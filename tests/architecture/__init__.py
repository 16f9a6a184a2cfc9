"""What keeps the house in order: sizes, names, locks and vendored files."""
