"""Clients that act as a browser and as a caller of the API do."""

import contextvars
import re
import uuid
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.extensions import db
from app.identity.access import SESSION_COOKIE

_TOKEN_FIELD = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class RequestClient(FlaskClient):
    """A client whose requests do not share the test's own application context.

    Flask would reuse the open context, and with it `g` and the session, across all requests.
    """

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        response = contextvars.Context().run(super().open, *arguments, **options)
        if has_app_context():
            # The test's own reads start anew, so that they see what the request committed.
            db.session.rollback()
        return response


class PageClient:
    """Opens pages and submits forms with their CSRF token, as a browser would."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.http = app.test_client()
        if token is not None:
            self.http.set_cookie(SESSION_COOKIE, token)
        self._csrf_token: str | None = None

    def get(self, path: str, *, follow: bool = False) -> TestResponse:
        response = self.http.get(path, follow_redirects=follow)
        found = None
        if response.mimetype == "text/html":
            found = _TOKEN_FIELD.search(response.get_data(as_text=True))
        if found:
            self._csrf_token = found[1]
        return response

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        follow: bool = False,
    ) -> TestResponse:
        """Submit a form; without `key` a fresh idempotency key is sent."""
        if self._csrf_token is None:
            self.get("/sign-in")
        form = {
            "csrf_token": self._csrf_token or "",
            "idempotency_key": key or uuid.uuid4().hex,
            **(data or {}),
        }
        return self.http.post(path, data=form, follow_redirects=follow)


class ApiClient:
    """Calls the JSON API with a bearer token."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.http = app.test_client()
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: str) -> TestResponse:
        return self.http.get(f"/api/v1{path}", query_string=query, headers=self._headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> TestResponse:
        """Send JSON; without `key` a fresh idempotency key is sent."""
        headers = {**self._headers, "Idempotency-Key": key or uuid.uuid4().hex}
        return self.http.post(f"/api/v1{path}", json=body or {}, headers=headers)
