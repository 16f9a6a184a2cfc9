"""Accounts, entries, transfers, periods and seals; knows no person, shop or activity."""
