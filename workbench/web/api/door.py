"""At the door of the interface: a bearer token in the header (RFC 6750, 2.1), and nothing else."""

from __future__ import annotations

from typing import Final, cast

from flask import Response, g, request

from workbench.people import api_tokens
from workbench.people.models import ApiToken
from workbench.web import limits
from workbench.web.api.problems import problem
from workbench.web.context import now, set_viewer, workbench

ADDRESS: Final = "/api/"
OPEN: Final = frozenset({"api.describe"})
"""The description of the interface is for whoever comes: it holds no data."""
_LONGEST: Final = 200


def is_meant() -> bool:
    """Whether this request is for the interface."""
    return request.path.startswith(ADDRESS)


def enter() -> Response | None:
    """Say who asks, or refuse whoever shows no good token."""
    if request.endpoint in OPEN:
        return None
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    given = scheme.lower() == "bearer" and 0 < len(secret.strip()) <= _LONGEST
    found = api_tokens.find(workbench().store, secret.strip(), request.remote_addr, now()) if given else None
    if found is None:
        too_often = limits.of_program(f"address {request.remote_addr}")
        if too_often is not None:
            return too_often
        challenge = 'Bearer realm="workbench"' + (', error="invalid_token"' if given else "")
        said = (
            "the token is unknown, revoked or expired; make a new one on your account's page"
            if given
            else "send a token of yours as 'Authorization: Bearer …'; your account's page makes them"
        )
        return problem(401, said, {"WWW-Authenticate": challenge})
    g.api_token, viewer = found
    set_viewer(viewer)
    return None if viewer.account_id is None else limits.of_program(f"token {token().id}")


def token() -> ApiToken:
    """The token of this request."""
    return cast(ApiToken, g.api_token)


def leave(response: Response) -> Response:
    """Keep that the token is in use once the answer is on its way; answers are kept by no shared cache."""
    response.vary.add("Authorization")
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if "api_token" in g:
        store, used, at = workbench().store, token(), now()
        response.call_on_close(lambda: api_tokens.note_use(store, used, at))
    return response
