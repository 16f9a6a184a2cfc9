"""Linked scores and group bonuses ("个人+集体"), computed at the close of a month.

What is computed is decided in `domain/computing.py`, what is posted in `domain/postings.py`.
"""
