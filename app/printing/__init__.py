"""Printed things: plain data in, PDF bytes out. Knows no feature, no database and no web."""
