"""Error pages in the design of all pages: what happened and what to do."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from workbench.i18n import mark
from workbench.people.gate import HeldError
from workbench.web.api import door
from workbench.web.api.problems import of_error, problem
from workbench.web.unsent import unsent

# Title and remedy for each status; others are described as the class of 400 or 500 they belong to.
_TEXTS: Final = {
    400: (mark("This request could not be read"), mark("Check the address, or go back and try again.")),
    403: (mark("This page is not open to you"), mark("Ask the person who runs the workbench for access.")),
    404: (
        mark("There is no page at this address"),
        mark("Check the address, search for what you need, or start from This week."),
    ),
    405: (mark("This address does not take that kind of request"), mark("Go back and use the buttons of the page.")),
    413: (mark("What was sent is too large"), mark("Send a smaller file, or import it on the command line.")),
    500: (
        mark("The workbench made an error"),
        mark("Nothing was changed. Try again; if it happens again, tell the person who runs the workbench."),
    ),
}
_HELD: Final = (
    mark("What is under legal hold is not deleted"),
    mark(
        "Nothing was changed. The hold of the matter ends by a reason and a second person, on the page of the matter."
    ),
)
_FORM_EXPIRED: Final = (
    mark("This form has expired"),
    mark("Go back, load the page again and repeat what you did."),
)
_SEND_AGAIN: Final = mark("Nothing was changed. What you had typed is below: look at it, then send it again.")
_PASSING: Final = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same form may be taken a moment later."""


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _show)
    app.register_error_handler(HeldError, _held)


def _show(error: HTTPException) -> HTTPException | Response | tuple[str, int]:
    code = error.code or 500
    if code < 400:
        return error
    if door.is_meant():
        return of_error(error)
    title, remedy = _TEXTS.get(code) or _TEXTS[400 if code < InternalServerError.code else 500]
    sent, again = unsent(), code in _PASSING
    if isinstance(error, CSRFError):
        title, remedy = _FORM_EXPIRED
        if sent:
            remedy, again = _SEND_AGAIN, True
    return render_template(
        "web/errors/error.html", code=code, title=title, remedy=remedy, unsent=sent, again=again
    ), code


def _held(error: HeldError) -> Response | tuple[str, int]:
    if door.is_meant():
        return problem(409, str(error))
    title, remedy = _HELD
    return render_template("web/errors/error.html", code=409, title=title, remedy=remedy, unsent=unsent()), 409
