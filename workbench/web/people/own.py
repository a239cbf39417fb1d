"""One's own account: password, second step, sessions."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from workbench.db import key_of
from workbench.people import accounts, logins, signing_in, totp
from workbench.people.accounts import AccountError, Refusal
from workbench.people.models import Account
from workbench.people.passwords import LONGEST, SHORTEST
from workbench.people.trail import record
from workbench.people.walls_models import TrailAction
from workbench.web import context
from workbench.web.context import now, workbench, writing
from workbench.web.people import gate
from workbench.web.people.cookie import keep_token, origin
from workbench.web.people.wording import refusal, waiting, whole_seconds
from workbench.web.security import keep_nothing

Answer = BaseResponse | str | tuple[str, int] | tuple[str, int, dict[str, str]]

_KEY = "totp_key"

blueprint = Blueprint("account", __name__, url_prefix="/account")
blueprint.after_request(keep_nothing)


@blueprint.get("/")
def index() -> Answer:
    return _page()


@blueprint.post("/password")
def change_password() -> Answer:
    account = _account()
    refused = _shown_password(account)
    if refused is not None:
        return refused
    here = gate.login()
    login_id = None if here is None else key_of(here)
    try:
        with writing() as writer:
            accounts.change_password(
                writer, context.viewer(), key_of(account), request.form.get("password", ""), now(), keep=login_id
            )
            token = None if login_id is None else logins.rotate(writer, login_id)
    except AccountError as error:
        return _page(error=refusal(error)), 422
    response = redirect(url_for("account.index", done="password"), 303)
    return response if token is None else keep_token(response, token)


@blueprint.get("/second-step")
def second_step() -> Answer:
    account = _account()
    if account.totp_key is not None or account.password_hash is None:
        return redirect(url_for("account.index"), 303)
    session.setdefault(_KEY, totp.new_key())
    return _set_up()


@blueprint.get("/second-step.svg")
def second_step_picture() -> Response:
    account, key = _account(), session.get(_KEY)
    if key is None:
        abort(404)
    return Response(totp.picture(key, account.email), content_type="image/svg+xml")


@blueprint.post("/second-step")
def turn_on() -> Answer:
    account, key = _account(), session.get(_KEY)
    if key is None:
        return redirect(url_for("account.second_step"), 303)
    here = gate.login()
    token = None
    try:
        with writing() as writer:
            codes = totp.turn_on(
                writer,
                workbench().settings,
                context.viewer(),
                key_of(account),
                key,
                request.form.get("code", ""),
                now(),
            )
            if here is not None:
                logins.end_all(writer, key_of(account), keep=key_of(here))
                logins.note_second_step(writer, key_of(here))
                token = logins.rotate(writer, key_of(here))
    except AccountError as error:
        return _set_up(refusal(error)), 422
    del session[_KEY]
    response = Response(render_template("web/people/recovery_codes.html", codes=codes))
    return response if token is None else keep_token(response, token)


@blueprint.post("/second-step/off")
def turn_off() -> Answer:
    account = _account()
    refused = _shown_password(account)
    if refused is not None:
        return refused
    with writing() as writer:
        accounts.remove_second_step(writer, context.viewer(), key_of(account), now())
    return redirect(url_for("account.index", done="off"), 303)


@blueprint.post("/recovery-codes")
def recovery_codes() -> Answer:
    account = _account()
    refused = _shown_password(account)
    if refused is not None:
        return refused
    with writing() as writer:
        codes = totp.new_recovery_codes(writer, key_of(account))
        record(
            writer,
            context.viewer(),
            TrailAction.CHANGED,
            accounts.ENTITY,
            account.id,
            {"what": "recovery codes"},
            at=now(),
        )
    return render_template("web/people/recovery_codes.html", codes=codes)


@blueprint.post("/sessions/<int:login_id>/end")
def end_session(login_id: int) -> Answer:
    account = _account()
    with writing() as writer:
        if not logins.end(writer, key_of(account), login_id):
            abort(404)
        record(writer, context.viewer(), TrailAction.REVOKED, "login", account.id, {"session": login_id}, at=now())
    return redirect(url_for("account.index", done="ended"), 303)


@blueprint.post("/sessions/end-others")
def end_other_sessions() -> Answer:
    account, here = _account(), gate.login()
    with writing() as writer:
        ended = logins.end_all(writer, key_of(account), keep=None if here is None else key_of(here))
        record(writer, context.viewer(), TrailAction.REVOKED, "login", account.id, {"sessions": ended}, at=now())
    return redirect(url_for("account.index", done="ended"), 303)


def _account() -> Account:
    """The account of who asks; nothing here is for the person of local mode."""
    account_id = context.viewer().account_id
    if account_id is None:
        abort(404)
    return accounts.get(context.session(), account_id)


def _shown_password(account: Account) -> Answer | None:
    """None where the form holds the present password; else the page that says so (ASVS 4.0.3, 3.7.1)."""
    parts = workbench()
    outcome = signing_in.is_own_password(parts.store, account, request.form.get("present", ""), origin(), now())
    if outcome is None:
        return None
    if outcome.wait is not None:
        headers = {"Retry-After": str(whole_seconds(outcome.wait))}
        return _page(error=waiting(outcome.wait)), 429, headers
    return _page(error=refusal(AccountError(Refusal.WRONG_PASSWORD))), 422


def _page(error: str | None = None) -> str:
    viewer, parts, here = context.viewer(), workbench(), gate.login()
    if viewer.account_id is None:
        return render_template("web/people/own_local.html")
    reading = context.session()
    return render_template(
        "web/people/own.html",
        account=_account(),
        sessions=logins.of_account(reading, parts.settings, viewer.account_id, now()),
        here=None if here is None else here.id,
        codes_left=totp.recovery_codes_left(reading, viewer.account_id),
        shortest=SHORTEST,
        longest=LONGEST,
        done=request.args.get("done"),
        error=error,
    )


def _set_up(error: str | None = None) -> str:
    account = _account()
    return render_template(
        "web/people/second_step.html", account=account, key=" ".join(_in_fours(session[_KEY])), error=error
    )


def _in_fours(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]
