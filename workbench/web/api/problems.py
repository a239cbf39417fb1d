"""Errors as programs read them: application/problem+json (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Response
from werkzeug.exceptions import HTTPException

PROBLEM: Final = "application/problem+json"


class ProblemError(Exception):
    """A request that is refused with a word to whoever wrote the program; `detail` is one line."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, " ".join(detail.split())


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that says what is wrong and what to do."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    response = Response(json.dumps(body, ensure_ascii=False), status, headers, content_type=PROBLEM)
    response.headers["Cache-Control"] = "no-store"
    return response


def of_error(error: HTTPException) -> Response:
    """The same for an error of the server itself."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    # The names of our own classes and functions are nobody's business.
    detail = _DETAILS.get(status, "the request was refused")
    allowed = getattr(error, "valid_methods", None)
    return problem(status, detail, {"Allow": ", ".join(sorted(allowed))} if allowed else None)


_DETAILS: Final = {
    400: "the request could not be read",
    403: "the token, or the person it belongs to, does not hold the permission this needs",
    404: "there is nothing at this address; /api/v1/openapi.json lists what there is",
    405: "this address does not take that method",
    413: "what was sent is too large; send a smaller file, or import it on the command line",
    415: "send the file as multipart/form-data",
    500: "the workbench made an error; nothing was changed",
}
