"""The digest: who receives it, the coming one as it would be cut now, and the archive of what was composed."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlmodel import col, select
from werkzeug.wrappers import Response as BaseResponse

from workbench.digest.compose import ComposedMail
from workbench.digest.models import Language, Mail, QuietWeeks, Recipient
from workbench.digest.subscriptions import own_recipients, set_preferences, silenced
from workbench.digest.subscriptions import resume as resume_mails
from workbench.digest.verbs import preview as compose_preview
from workbench.people.permissions import Permission
from workbench.web.context import now, session, viewer, workbench, writing
from workbench.web.listing import PER_PAGE, Listing, argument, page_number

# A mail keeps its inline styles; nothing in it runs, loads or is submitted, and only pages of ours frame it.
MAIL_POLICY: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"

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
    """What the workbench mails to whoever asks."""
    recipients = own_recipients(session(), viewer())
    return render_template("web/digest/preferences.html", recipients=recipients, done=request.args.get("done"))


@blueprint.post("/preferences/<int:recipient_id>")
def prefer(recipient_id: int) -> BaseResponse:
    form = request.form
    try:
        language, quiet = Language(form.get("language", "")), QuietWeeks(form.get("quiet", ""))
    except ValueError:
        abort(400)
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
            digest_on="digest_on" in form,
            alerts_on="alerts_on" in form,
            now=now(),
        )
    return redirect(url_for("digest.preferences", done="saved"), 303)


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
