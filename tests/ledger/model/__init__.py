"""A second ledger in plain Python, and the machine that lives the first one beside it."""
