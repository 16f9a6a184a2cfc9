"""Security headers on every answer, and the check that a form came from our own page."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from app.kit.errors import Denied

_POLICY = (
    "default-src 'none'; "
    # The scanner decodes QR codes in WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "connect-src 'self'; "
    "font-src 'self'; "
    "manifest-src 'self'; "
    "worker-src 'self'; "
    "media-src 'self' blob:; "
    "base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors 'none'"
)


def init_headers(app: Flask, *, production: bool) -> None:
    """Register both; production also asks browsers to stay on https."""
    app.before_request(_refuse_foreign_origin)

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = _POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if production:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint == "static":
            if "/vendor/" in request.path:
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            headers.setdefault("Cache-Control", "no-store")
        return response


def _refuse_foreign_origin() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin, referrer = request.headers.get("Origin"), request.referrer
    if origin is not None and _host_of(origin) != request.host:
        raise Denied("foreign_origin")
    if referrer is not None and _host_of(referrer) is None:
        # The check of the form's token reads it as well, and would fail on it.
        raise Denied("foreign_origin")


def _host_of(address: str) -> str | None:
    """The host and port of an address, None when it is none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return None
