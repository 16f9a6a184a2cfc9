"""Theme lists, activities with their sessions, sign-up, check-in and closing.

Who may be checked in, and whether the organiser has to confirm, is decided in
`domain/check_in.py`; what closing awards is decided in `domain/closing.py`.
"""
