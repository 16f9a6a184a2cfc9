"""How a route says that anybody may open it; rights of signed-in people are in identity."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

ACCESS_ATTRIBUTE = "__access__"
ANYONE = "anyone"


def open_to_all(view: View) -> View:
    """Declare that a route needs no sign-in."""
    setattr(view, ACCESS_ATTRIBUTE, ANYONE)
    return view
