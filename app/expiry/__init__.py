"""Points that expire or are cut to a carry-over, as a village meeting adopted and announced it.

What expires is decided in `domain.py`; nothing is posted that was not announced a whole month
before, and every posted line names the points it took.
"""
