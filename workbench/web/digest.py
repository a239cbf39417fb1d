"""The digest: who receives it, the coming one as it would be cut now, and the archive of what was composed."""

from __future__ import annotations

import datetime as dt
from typing import Final

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlmodel import col, select
from werkzeug.wrappers import Response as BaseResponse

from workbench.ballots.queries import followed_items
from workbench.ballots.verbs import set_follow
from workbench.db import key_of
from workbench.digest.compose import ComposedMail
from workbench.digest.composer import follow_lists
from workbench.digest.models import Language, Mail, QuietWeeks, Recipient
from workbench.digest.subscriptions import own_recipients, set_preferences, silenced
from workbench.digest.subscriptions import resume as resume_mails
from workbench.digest.verbs import preview as compose_preview
from workbench.people.permissions import Permission
from workbench.standards.drafts import UnknownWorkItemError, find_work_item
from workbench.standards.models import WorkItem
from workbench.standards.queries import natural_order
from workbench.web.context import now, session, viewer, workbench, writing
from workbench.web.listing import PER_PAGE, Listing, argument, page_number

# A mail keeps its inline styles; nothing in it runs, loads or is submitted, and only pages of ours frame it.
MAIL_POLICY: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday")

Reply = str | BaseResponse | tuple[str, int]

blueprint = Blueprint("digest", __name__, url_prefix="/digest")


@blueprint.get("/")
def index() -> str:
    recipients = session().exec(select(Recipient).order_by(col(Recipient.name))).all()
    newest = sa.select(sa.func.max(Mail.id)).group_by(col(Mail.recipient_id))
    last = {mail.recipient_id: mail for mail in session().exec(select(Mail).where(col(Mail.id).in_(newest)))}
    page = page_number(argument("page"))
    listing = Listing(
        endpoint="digest.index",
        filters={},
        sort="",
        default_sort="",
        page=page,
        total=int(session().execute(sa.select(sa.func.count()).select_from(Mail)).scalar_one()),
    )
    mails = (
        session().exec(select(Mail).order_by(col(Mail.id).desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    )
    settings = workbench().settings
    return render_template(
        "web/digest/index.html",
        recipients=recipients,
        silenced=silenced(session()),
        may_operate=viewer().may(Permission.OPERATE),
        mail_enabled=settings.mail_enabled,
        last=last,
        mails=mails,
        listing=listing,
        smtp_host=settings.smtp_host,
        smtp_port=settings.smtp_port,
        folder=settings.home / "mails",
    )


@blueprint.get("/preview/<int:recipient_id>")
def preview(recipient_id: int) -> str:
    """The digest of a recipient as it would be cut now; nothing is written or sent."""
    mail = _composed(recipient_id)
    return render_template("web/digest/preview.html", mail=mail, recipient_id=recipient_id)


@blueprint.get("/preview/<int:recipient_id>/html")
def preview_html(recipient_id: int) -> Response:
    return _framed(_composed(recipient_id).html)


@blueprint.get("/preferences")
def preferences() -> str:
    """What the workbench mails to whoever asks, of which work items, and what it mailed so far."""
    return _preferences(done=bool(request.args.get("done")))


@blueprint.post("/preferences/<int:recipient_id>")
def prefer(recipient_id: int) -> Reply:
    form = request.form
    try:
        language, quiet = Language(form.get("language", "")), QuietWeeks(form.get("quiet", ""))
        weekday = WEEKDAYS.index(form.get("weekday", ""))
    except ValueError:
        abort(400)
    try:
        paused_until = dt.date.fromisoformat(given) if (given := form.get("paused_until", "").strip()) else None
    except ValueError:
        return _preferences(error=gettext("The day could not be read. Write it as 2026-12-04.")), 400
    with writing() as writer:
        row = next((each for each in own_recipients(writer, viewer()) if each.id == recipient_id), None)
        if row is None:
            abort(404)
        set_preferences(
            writer,
            viewer(),
            row,
            language=language,
            quiet=quiet,
            weekday=weekday,
            paused_until=paused_until,
            digest_on="digest_on" in form,
            alerts_on="alerts_on" in form,
            now=now(),
        )
    return redirect(url_for("digest.preferences", done="saved"), 303)


@blueprint.post("/follows")
def follow() -> Reply:
    """Follow a work item, by its reference or ISO id, or no longer."""
    name, account = request.form.get("work_item", "").strip(), viewer().account_id
    if account is None:
        abort(404)
    try:
        item = find_work_item(session(), name)
    except UnknownWorkItemError:
        return _preferences(
            error=gettext("No single work item goes by “%(name)s”. Give its ISO id.", name=name[:100])
        ), 400
    wanted = request.form.get("follow") == "yes"
    with writing() as writer:
        set_follow(writer, item, followed=wanted, account_id=account)
        if not wanted:
            for row in own_recipients(writer, viewer()):
                set_follow(writer, item, followed=False, recipient_id=row.id)
    return redirect(url_for("digest.preferences", done="saved"), 303)


def _preferences(*, done: bool = False, error: str | None = None) -> str:
    recipients = own_recipients(session(), viewer())
    keys = [key_of(row) for row in recipients]
    followed = (
        followed_items(session(), account_id=viewer().account_id) or frozenset() if viewer().account_id else frozenset()
    )
    followed = followed.union(*follow_lists(session(), keys).values())
    items = session().exec(select(WorkItem).where(col(WorkItem.id).in_(followed))).all() if followed else []
    archive = select(Mail).where(col(Mail.recipient_id).in_(keys)).order_by(col(Mail.id).desc()).limit(PER_PAGE)
    return render_template(
        "web/digest/preferences.html",
        recipients=recipients,
        weekdays=WEEKDAYS,
        items=sorted(items, key=lambda item: natural_order(item.reference)),
        has_account=viewer().account_id is not None,
        mails=session().exec(archive).all() if keys else [],
        done=done,
        error=error,
    )


@blueprint.post("/recipients/<int:recipient_id>/resume")
def resume(recipient_id: int) -> BaseResponse:
    """Mail to an address again that was given up."""
    with writing() as writer:
        row = writer.get(Recipient, recipient_id)
        if row is None:
            abort(404)
        resume_mails(writer, viewer(), row, now())
    return redirect(url_for("digest.index"), 303)


@blueprint.get("/mails/<int:mail_id>")
def mail(mail_id: int) -> str:
    """A mail as it was composed, with what became of it."""
    return render_template("web/digest/mail.html", mail=_mail(mail_id))


@blueprint.get("/mails/<int:mail_id>/html")
def mail_html(mail_id: int) -> Response:
    return _framed(_mail(mail_id).html)


def _composed(recipient_id: int) -> ComposedMail:
    recipient = session().get(Recipient, recipient_id)
    if recipient is None or not recipient.active:
        abort(404)
    parts = workbench()
    return compose_preview(parts.store.on_behalf_of(viewer()), parts.settings, recipient.name, now())[0]


def _mail(mail_id: int) -> Mail:
    row = session().get(Mail, mail_id)
    if row is None:
        abort(404)
    return row


def _framed(html: str) -> Response:
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
