"""Pure values and decisions: what a register file says, and what importing it would change."""
