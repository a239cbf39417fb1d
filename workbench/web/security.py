"""Headers that keep a page to its own origin: no inline script or style, no frames elsewhere, no sniffing."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response

from workbench.web.context import workbench
from workbench.web.people.cookie import is_https

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# For bytes from outside and for mails shown in a frame of ours: nothing in them may run, load or be submitted.
SANDBOX_POLICY: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"

_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}
# A year, as browsers ask for (RFC 6797, 6.1.1); other hosts of the domain are not ours to bind.
STRICT_TRANSPORT: Final = "max-age=31536000"


def install(app: Flask) -> None:
    """Add the headers to every answer; a view that sets one itself keeps its own."""
    app.after_request(_protect)


def keep_nothing(response: Response) -> Response:
    """No cache keeps the answer: for what one reader may see and the next may not."""
    response.headers["Cache-Control"] = "no-store"
    return response


def refer_nowhere(response: Response) -> Response:
    """No other place hears of the address, its own origin included."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _protect(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if is_https(workbench().settings):
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(("Cookie", "Accept-Language"))
    return response
