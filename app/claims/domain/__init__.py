"""Decisions about claims: who may look, what a decision leads to, who is drawn."""
