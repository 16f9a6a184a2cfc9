"""A form page shown again with what was typed and the sentence that says why."""

from collections.abc import Callable
from typing import Any

from flask import Response, g, make_response

from app.kit.errors import DomainError

from .errors import status_of


def shown_again(page: Callable[..., Any], refusal: DomainError, **arguments: Any) -> Response:
    """Render the GET view of the form under the refusal's status."""
    g.refusal = refusal
    response = make_response(page(**arguments))
    # A page that sends the reader elsewhere (to sign in, say) still does.
    if not 300 <= response.status_code < 400:
        response.status_code = status_of(refusal)
    return response
