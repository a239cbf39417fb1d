"""One's own feeds: calendars of deadlines and meetings, feeds of changes; and the meetings themselves."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from workbench.calendars.feeds import FeedError, feeds_of, make_feed, revoke_feed
from workbench.calendars.meetings import (
    LARGEST_FILE,
    MeetingError,
    add_meeting,
    cancel_meeting,
    coming_meetings,
    import_meetings,
)
from workbench.calendars.models import FeedKind
from workbench.people.permissions import Permission
from workbench.standards.deadlines import Level
from workbench.web import context
from workbench.web.context import now, today, workbench, writing
from workbench.web.feeds import addresses
from workbench.web.security import keep_nothing
from workbench.web.text import gettext, language, ngettext

Answer = BaseResponse | str | tuple[str, int]

blueprint = Blueprint("calendars", __name__, url_prefix="/calendars")
# A page may show the secret of a feed.
blueprint.after_request(keep_nothing)


@blueprint.get("/")
def index() -> str:
    return _page()


@blueprint.post("/feeds")
def make() -> Answer:
    form = request.form
    try:
        kind = FeedKind(form.get("kind", ""))
        levels = [Level(each) for each in form.getlist("levels")]
    except ValueError:
        abort(400)
    text = form.get("iso_id", "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        return _page(error=gettext("The work item: give its ISO number, such as 81230, or leave it out.")), 422
    try:
        with writing() as session:
            feed, secret = make_feed(
                session,
                context.viewer(),
                kind,
                now(),
                language=language(),
                discreet=form.get("titles") != "full",
                levels=levels,
                meetings="meetings" in form,
                plans="plans" in form and context.viewer().may(Permission.READ_PLANS),
                iso_id=int(text) if text and kind is FeedKind.CHANGES else None,
            )
    except FeedError:
        return _page(error=gettext("Choose whose deadlines, meetings or plans; else the calendar stays empty.")), 422
    return _page(address=addresses(feed, secret, workbench().settings.base_url), made=kind)


@blueprint.post("/feeds/<int:feed_id>/revoke")
def revoke(feed_id: int) -> Answer:
    with writing() as session:
        if not revoke_feed(session, context.viewer(), feed_id, now()):
            abort(404)
    return redirect(url_for("calendars.index", done="revoked"), 303)


@blueprint.post("/meetings")
def type_meeting() -> Answer:
    form = request.form
    try:
        first = dt.date.fromisoformat(form.get("starts_on", ""))
        last = dt.date.fromisoformat(form.get("ends_on", "") or form.get("starts_on", ""))
    except ValueError:
        return _page(error=gettext("First day and last day: write them like 2026-12-04.")), 422
    try:
        with writing() as session:
            add_meeting(
                session,
                context.viewer(),
                title=form.get("title", ""),
                committee=form.get("committee", ""),
                place=form.get("place", ""),
                starts_on=first,
                ends_on=last,
                now=now(),
            )
    except MeetingError:
        return _page(error=gettext("A meeting needs a title, and a last day up to 60 days after its first one.")), 422
    return redirect(url_for("calendars.index", done="meeting"), 303)


@blueprint.post("/meetings/import")
def import_file() -> Answer:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _page(error=gettext("Choose a file with the ending .ics.")), 422
    content = upload.stream.read(LARGEST_FILE + 1)
    try:
        with writing() as session:
            told = import_meetings(
                session, context.viewer(), content, upload.filename[:200], workbench().settings.zone, now()
            )
    except MeetingError as error:
        return _page(error=gettext("The file was not taken: %(reason)s", reason=str(error))), 422
    notice = ngettext("%(num)d meeting was added.", "%(num)d meetings were added.", told.added)
    if told.changed:
        notice += " " + ngettext("%(num)d was changed.", "%(num)d were changed.", told.changed)
    return _page(notice=notice, refused=told.refused)


@blueprint.post("/meetings/<int:meeting_id>/cancel")
def cancel(meeting_id: int) -> Answer:
    with writing() as session:
        if not cancel_meeting(session, context.viewer(), meeting_id, now()):
            abort(404)
    return redirect(url_for("calendars.index", done="cancelled"), 303)


def _page(
    *,
    error: str | None = None,
    notice: str | None = None,
    refused: tuple[str, ...] = (),
    address: tuple[str, str] | None = None,
    made: FeedKind | None = None,
) -> str:
    done = {
        "revoked": gettext("The address answers no more."),
        "meeting": gettext("The meeting is in the calendars."),
        "cancelled": gettext("The meeting is marked as cancelled."),
    }
    return render_template(
        "web/calendars/index.html",
        feeds=feeds_of(context.session(), context.viewer()),
        meetings=coming_meetings(context.session(), today()),
        may_edit=context.viewer().may(Permission.EDIT_STANDARDS),
        may_read_plans=context.viewer().may(Permission.READ_PLANS),
        levels=[
            (Level.COMPANY, gettext("Company deadlines")),
            (Level.NATIONAL, gettext("National deadlines")),
            (Level.ISO, gettext("ISO deadlines")),
        ],
        address=address,
        made=made,
        error=error,
        notice=notice or done.get(request.args.get("done", "")),
        refused=refused,
        iso_id=request.args.get("item", ""),
    )
