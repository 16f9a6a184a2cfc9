"""Values and decisions of the ledger."""
