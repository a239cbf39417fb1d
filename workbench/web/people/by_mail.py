"""The pages behind links in mails: answer an invitation, ask for a new password, set it. Open to whoever comes.

Looking at a link uses nothing up, since mail scanners look; only sending the form does.
"""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from workbench.digest.letters import Letter, send_letter
from workbench.digest.message import AddressError
from workbench.digest.transport import PermanentError, TransientError
from workbench.people import accounts, throttle
from workbench.people.accounts import AccountError
from workbench.people.models import Purpose
from workbench.people.passwords import LONGEST, SHORTEST
from workbench.web.context import now, workbench
from workbench.web.people.cookie import forget_token, origin
from workbench.web.people.wording import refusal, waiting, whole_seconds
from workbench.web.security import keep_nothing, refer_nowhere

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]

blueprint = Blueprint("by_mail", __name__)
# The address is the secret: it is kept nowhere and goes nowhere else.
blueprint.after_request(keep_nothing)
blueprint.after_request(refer_nowhere)


@blueprint.get("/invitation/<secret>")
def invitation(secret: str) -> Answer:
    return _choose(Purpose.INVITATION, secret)


@blueprint.post("/invitation/<secret>")
def accept_invitation(secret: str) -> Answer:
    try:
        with workbench().store.write() as session:
            accounts.accept_invitation(
                session,
                secret,
                request.form.get("name", ""),
                request.form.get("password", ""),
                origin().address,
                now(),
            )
    except AccountError as error:
        return _choose(Purpose.INVITATION, secret, error)
    return _to_sign_in()


@blueprint.get("/reset")
def ask_reset() -> Answer:
    return render_template("web/people/ask_reset.html")


@blueprint.post("/reset")
def request_reset() -> Answer:
    """The same answer for every address, and the work it makes is done after it."""
    parts, email, from_where, at = workbench(), request.form.get("email", ""), origin().address, now()
    with parts.store.write() as session:
        wait = throttle.attempt(session, f"reset of {email.strip().lower()}", from_where, at)
    if wait:
        page = render_template("web/people/ask_reset.html", error=waiting(wait), email=email)
        return page, 429, {"Retry-After": str(whole_seconds(wait))}
    response = Response(
        render_template("web/people/ask_reset.html", sent=True), content_type="text/html; charset=utf-8"
    )
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def send() -> None:
        with parts.store.write() as session:
            found = accounts.request_reset(session, email, from_where, at)
        if found is not None:
            try:
                send_letter(parts.settings, Letter.RESET, found[0], found[1], at)
            except (AddressError, TransientError, PermanentError):
                app.logger.exception("a mail with a link to a new password was not sent")

    response.call_on_close(send)
    return response


@blueprint.get("/reset/<secret>")
def reset(secret: str) -> Answer:
    return _choose(Purpose.RESET, secret)


@blueprint.post("/reset/<secret>")
def set_password(secret: str) -> Answer:
    try:
        with workbench().store.write() as session:
            accounts.reset_password(session, secret, request.form.get("password", ""), origin().address, now())
    except AccountError as error:
        return _choose(Purpose.RESET, secret, error)
    return _to_sign_in()


def _choose(purpose: Purpose, secret: str, error: AccountError | None = None) -> Answer:
    with workbench().store.read() as session:
        account = accounts.link_owner(session, purpose, secret, now())
    if account is None:
        return render_template("web/people/link_expired.html", purpose=purpose.value), 410
    page = render_template(
        "web/people/choose_password.html",
        account=account,
        purpose=purpose.value,
        shortest=SHORTEST,
        longest=LONGEST,
        name=request.form.get("name", account.name),
        error=None if error is None else refusal(error),
    )
    return (page, 422) if error is not None else page


def _to_sign_in() -> Response:
    return forget_token(redirect(url_for("signing_in.sign_in", notice="password"), 303))
