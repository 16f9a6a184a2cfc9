"""The application for gunicorn."""

import gc

from app import create_app

app = create_app()

# What is loaded by now stays for good: closing a month spent a third of its time on looking through
# it for cycles, again and again.
gc.collect()
gc.freeze()
