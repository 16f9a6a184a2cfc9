"""Closing the month, the public notice, objections and settling."""
