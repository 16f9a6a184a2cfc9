"""The love store: goods, stock and the redemption of points at the till."""
