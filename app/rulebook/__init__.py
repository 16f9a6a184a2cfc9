"""Versions of the rule book (积分细则), their lint, and awards within their caps."""
