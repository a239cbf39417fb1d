"""The administration of accounts: who there is, inviting, roles, closing, ending sessions."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import select
from werkzeug.wrappers import Response as BaseResponse

from workbench.db import key_of
from workbench.digest.letters import letter_for, link, send_letter
from workbench.digest.message import AddressError
from workbench.digest.models import Recipient
from workbench.digest.transport import PermanentError, TransientError
from workbench.i18n import DEFAULT_LANGUAGE, LANGUAGES
from workbench.people import accounts, logins
from workbench.people.accounts import AccountError
from workbench.people.models import Account
from workbench.people.permissions import Role
from workbench.people.trail import record
from workbench.people.walls_models import TrailAction
from workbench.web import context
from workbench.web.context import now, workbench, writing
from workbench.web.people.wording import refusal
from workbench.web.security import keep_nothing

Answer = BaseResponse | str | tuple[str, int]

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")
blueprint.after_request(keep_nothing)


@blueprint.get("/")
def index() -> Answer:
    return _list()


@blueprint.post("/")
def invite() -> Answer:
    form = request.form
    try:
        roles = _roles()
        with writing() as writer:
            account, secret = accounts.invite(
                writer,
                context.viewer(),
                form.get("email", ""),
                roles,
                now(),
                name=form.get("name", ""),
                language=_language(),
            )
    except AccountError as error:
        return _list(error=refusal(error)), 422
    return _sent(account, secret)


@blueprint.get("/<int:account_id>")
def item(account_id: int) -> Answer:
    return _item(account_id)


@blueprint.post("/<int:account_id>")
def change(account_id: int) -> Answer:
    _there(account_id)
    try:
        roles = _roles()
        with writing() as writer:
            accounts.change(
                writer,
                context.viewer(),
                account_id,
                now(),
                name=request.form.get("name", ""),
                language=_language(),
                roles=roles,
                active=request.form.get("active") == "yes",
            )
    except AccountError as error:
        return _item(account_id, error=refusal(error)), 422
    return redirect(url_for("accounts.item", account_id=account_id, done="changed"), 303)


@blueprint.post("/<int:account_id>/link")
def send_link(account_id: int) -> Answer:
    """A new link to somebody who has not come yet, or who lost the password."""
    account = _there(account_id)
    with writing() as writer:
        account, secret = accounts.invite(
            writer, context.viewer(), account.email, accounts.roles_of(account), now(), language=account.language
        )
    return _sent(account, secret)


@blueprint.post("/<int:account_id>/second-step/off")
def turn_off_second_step(account_id: int) -> Answer:
    _there(account_id)
    with writing() as writer:
        accounts.remove_second_step(writer, context.viewer(), account_id, now())
        logins.end_all(writer, account_id)
    return redirect(url_for("accounts.item", account_id=account_id, done="changed"), 303)


@blueprint.post("/<int:account_id>/sessions/<int:login_id>/end")
def end_session(account_id: int, login_id: int) -> Answer:
    with writing() as writer:
        if not logins.end(writer, account_id, login_id):
            abort(404)
        record(writer, context.viewer(), TrailAction.REVOKED, "login", account_id, {"session": login_id}, at=now())
    return redirect(url_for("accounts.item", account_id=account_id, done="ended"), 303)


@blueprint.post("/<int:account_id>/sessions/end")
def end_sessions(account_id: int) -> Answer:
    _there(account_id)
    with writing() as writer:
        ended = logins.end_all(writer, account_id)
        record(writer, context.viewer(), TrailAction.REVOKED, "login", account_id, {"sessions": ended}, at=now())
    return redirect(url_for("accounts.item", account_id=account_id, done="ended"), 303)


def _there(account_id: int) -> Account:
    try:
        return accounts.get(context.session(), account_id)
    except AccountError:
        abort(404)


def _roles() -> list[Role]:
    try:
        return [Role(each) for each in request.form.getlist("roles")]
    except ValueError:
        abort(400)


def _language() -> str:
    chosen = request.form.get("language", DEFAULT_LANGUAGE)
    return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE


def _list(error: str | None = None) -> str:
    return render_template(
        "web/people/accounts.html", accounts=accounts.listed(context.session()), roles=list(Role), error=error
    )


def _item(account_id: int, error: str | None = None) -> str:
    account, reading = _there(account_id), context.session()
    recipients = reading.exec(select(Recipient)).all()
    return render_template(
        "web/people/account.html",
        account=account,
        here=accounts.is_here(account),
        roles=list(Role),
        sessions=logins.of_account(reading, workbench().settings, account_id, now()),
        recipient=next((each for each in recipients if each.email.lower() == account.email), None),
        done=request.args.get("done"),
        error=error,
    )


def _sent(account: Account, secret: str) -> str:
    """Hand the letter over; where that fails, or only a folder takes it, the link is shown to be handed over."""
    settings, letter, problem = workbench().settings, letter_for(account), None
    try:
        send_letter(settings, letter, account, secret, now())
    except (AddressError, TransientError, PermanentError) as error:
        problem = str(error)
    shown = link(settings, letter, secret) if problem is not None or settings.smtp_host is None else None
    return render_template(
        "web/people/invited.html",
        account=account,
        account_id=key_of(account),
        link=shown,
        problem=problem,
        folder=settings.home / "mails",
    )
