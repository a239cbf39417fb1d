"""Signing in and out. Open to whoever comes."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Flask, current_app, render_template, request, session, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from workbench.i18n import mark
from workbench.people import accounts, signing_in
from workbench.people.accounts import AccountError
from workbench.people.openid import OpenIdError, Provider, provider_of
from workbench.people.signing_in import Outcome
from workbench.settings import Settings
from workbench.web import context
from workbench.web.context import NOBODY, now, workbench
from workbench.web.people.cookie import forget_token, keep_token, origin, read_token
from workbench.web.people.gate import show_local_door
from workbench.web.people.links import after_sign_in
from workbench.web.people.wording import refusal, waiting, whole_seconds
from workbench.web.security import keep_nothing
from workbench.web.text import gettext

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]

_PROVIDER: Final = "workbench_openid"
_SECOND_STEP: Final = "second_step"
_OPENID: Final = "openid"
_NEXT: Final = "next"
_NOTICES: Final = {
    "password": mark("The password is set. Sign in with it."),
    "signed-out": mark("You are signed out."),
    "too-late": mark("The second step took too long. Sign in again."),
    "openid": mark("Signing in with the provider did not work. Try again, or ask the person who runs the workbench."),
    "no-account": mark("The provider knows you, but there is no account for you here. Ask an administrator for one."),
}

blueprint = Blueprint("signing_in", __name__)


def install(app: Flask, settings: Settings) -> None:
    """Make the provider of the settings ready. Raises OpenIdError where they are wrong."""
    app.extensions[_PROVIDER] = provider_of(settings)


blueprint.after_request(keep_nothing)


@blueprint.get("/sign-in")
def sign_in() -> Answer:
    if context.viewer() is not NOBODY:
        return redirect(after_sign_in(request.args.get("next")), 303)
    with workbench().store.read() as reading:
        if not accounts.exist(reading):
            return show_local_door()
    notice = _NOTICES.get(request.args.get("notice", ""))
    return _form(request.args.get("next", ""), notice=None if notice is None else gettext(notice))


@blueprint.post("/sign-in")
def check_password() -> Answer:
    email, target = request.form.get("email", ""), request.form.get("next", "")
    parts = workbench()
    outcome = signing_in.with_password(
        parts.store,
        parts.settings,
        email,
        request.form.get("password", ""),
        origin(),
        now(),
        replacing=read_token(),
    )
    if outcome.second_step is not None:
        session[_SECOND_STEP], session[_NEXT] = outcome.second_step, target
        return redirect(url_for("signing_in.second_step"), 303)
    if outcome.token is not None:
        return _let_in(outcome.token, target)
    return _refused(outcome, lambda text: _form(target, email=email, error=text))


@blueprint.get("/sign-in/code")
def second_step() -> Answer:
    if _SECOND_STEP not in session:
        return redirect(url_for("signing_in.sign_in"), 303)
    return render_template("web/people/code.html")


@blueprint.post("/sign-in/code")
def check_code() -> Answer:
    parts, target = workbench(), session.get(_NEXT, "")
    try:
        outcome = signing_in.with_code(
            parts.store,
            parts.settings,
            str(session.get(_SECOND_STEP, "")),
            request.form.get("code", ""),
            origin(),
            now(),
            replacing=read_token(),
        )
    except AccountError:
        session.clear()
        return redirect(url_for("signing_in.sign_in", notice="too-late", next=target), 303)
    if outcome.token is not None:
        return _let_in(outcome.token, target)
    wrong = refusal(AccountError(accounts.Refusal.WRONG_CODE))
    return _refused(outcome, lambda text: render_template("web/people/code.html", error=text), wrong)


@blueprint.get("/sign-in/local")
def local() -> Answer:
    """The link that `workbench serve` prints; it works once."""
    parts = workbench()
    outcome = signing_in.with_local_link(
        parts.store, parts.settings, request.args.get("token", ""), origin(), now(), replacing=read_token()
    )
    if outcome.token is None:
        if context.viewer() is not NOBODY:
            return redirect(url_for("week.index"), 303)
        with parts.store.read() as reading:
            return redirect(url_for("signing_in.sign_in"), 303) if accounts.exist(reading) else show_local_door()
    return _let_in(outcome.token, "")


@blueprint.get("/sign-in/openid")
def begin_openid() -> Answer:
    """Off to the provider. By a link and no form: our policy keeps forms from being led to another site."""
    provider = _provider()
    if provider is None:
        return redirect(url_for("signing_in.sign_in"), 303)
    try:
        begun = provider.begin(_callback())
    except OpenIdError:
        current_app.logger.warning("OpenID sign-in could not begin", exc_info=True)
        return redirect(url_for("signing_in.sign_in", notice="openid"), 303)
    session[_OPENID] = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier}
    session[_NEXT] = request.args.get("next", "")
    return redirect(begun.address, 303)


@blueprint.get("/sign-in/openid/callback")
def end_openid() -> Answer:
    """Back from the provider: state, then code, then who it is (OpenID Connect Core 1.0, 3.1.2.5 to 3.1.3.7)."""
    provider, begun, target = _provider(), session.pop(_OPENID, None), session.get(_NEXT, "")
    given = request.args.get("state", "").encode("utf-8", "replace")
    issuer = request.args.get("iss")  # RFC 9207: whose answer this is
    if (
        provider is None
        or begun is None
        or not hmac.compare_digest(given, str(begun["state"]).encode())
        or issuer not in (None, provider.issuer)
        or not request.args.get("code")
    ):
        return redirect(url_for("signing_in.sign_in", notice="openid", next=target), 303)
    try:
        identity = provider.finish(
            code=request.args["code"], redirect_uri=_callback(), nonce=begun["nonce"], verifier=begun["verifier"]
        )
    except OpenIdError:
        current_app.logger.warning("OpenID sign-in failed", exc_info=True)
        return redirect(url_for("signing_in.sign_in", notice="openid", next=target), 303)
    parts = workbench()
    outcome = signing_in.with_openid(parts.store, parts.settings, identity, origin(), now(), replacing=read_token())
    if outcome.token is None:
        return redirect(url_for("signing_in.sign_in", notice="no-account", next=target), 303)
    return _let_in(outcome.token, target)


@blueprint.post("/sign-out")
def sign_out() -> Answer:
    token = read_token()
    if token is not None and context.viewer() is not NOBODY:
        signing_in.sign_out(workbench().store, context.viewer(), token, now())
    session.clear()
    return forget_token(redirect(url_for("signing_in.sign_in", notice="signed-out"), 303))


def _form(target: str, *, email: str = "", error: str | None = None, notice: str | None = None) -> str:
    provider = _provider()
    return render_template(
        "web/people/sign_in.html",
        target=target,
        email=email,
        error=error,
        notice=notice,
        provider=None if provider is None else provider.host,
    )


def _let_in(token: str, target: str) -> Response:
    """With a new session for the browser, and nothing kept of what it was before."""
    session.clear()
    return keep_token(redirect(after_sign_in(target), 303), token)


def _refused(outcome: Outcome, form: Callable[[str], str], wrong: str | None = None) -> Answer:
    if outcome.wait is not None:
        return form(waiting(outcome.wait)), 429, {"Retry-After": str(whole_seconds(outcome.wait))}
    return form(wrong or gettext("Address or password is not right.")), 401


def _provider() -> Provider | None:
    found = current_app.extensions[_PROVIDER]
    return found if isinstance(found, Provider) else None


def _callback() -> str:
    return workbench().settings.base_url + url_for("signing_in.end_openid")
