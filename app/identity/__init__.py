"""Places, accounts, roles, sign-in, sessions and terminals."""
