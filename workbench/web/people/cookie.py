"""The cookie of a session, and where a request comes from."""

from __future__ import annotations

from typing import Final

from flask import request
from werkzeug.wrappers import Response

from workbench.people.logins import Origin
from workbench.settings import Settings
from workbench.web.context import workbench

_NAME: Final = "workbench"


def is_https(settings: Settings) -> bool:
    """Whether readers reach the workbench by https, as the settings say."""
    return settings.base_url.startswith("https://")


def cookie_name(settings: Settings, name: str = _NAME) -> str:
    """`__Host-` makes browsers refuse the cookie from a neighbouring host or by plain http (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{name}" if is_https(settings) else name


def read_token() -> str | None:
    """The token that the browser sent, whatever it is worth."""
    return request.cookies.get(cookie_name(workbench().settings)) or None


def keep_token(response: Response, token: str) -> Response:
    """Give the browser its session; the cookie is forgotten with the browser's own session at the latest."""
    settings = workbench().settings
    response.set_cookie(
        cookie_name(settings), token, path="/", secure=is_https(settings), httponly=True, samesite="Lax"
    )
    return response


def forget_token(response: Response) -> Response:
    settings = workbench().settings
    response.delete_cookie(cookie_name(settings), path="/", secure=is_https(settings), httponly=True, samesite="Lax")
    return response


def origin() -> Origin:
    """Network address and browser of this request. Behind a proxy the address is the reader's only if it is trusted."""
    return Origin(request.remote_addr or "", request.user_agent.string)
