"""What programs fetch with the secret of an address: calendars and feeds of changes. No cookie is looked at."""

from __future__ import annotations

import hashlib
from typing import Final

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import force_locale

from workbench.ballots.rulebook import load_rulebook
from workbench.calendars.atom import AtomEntry, write_atom
from workbench.calendars.events import publish
from workbench.calendars.feeds import OwnedFeed, find_feed
from workbench.calendars.ics import write_calendar
from workbench.calendars.models import Feed, FeedKind
from workbench.calendars.plan_events import give_plans
from workbench.digest.wording import Words
from workbench.history.models import Entity
from workbench.history.queries import change_page
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer
from workbench.standards.deadlines import Level
from workbench.standards.queries import names
from workbench.web.change_rows import ChangeRow, change_rows
from workbench.web.context import now, today, workbench
from workbench.web.display import change_value
from workbench.web.labels import label
from workbench.web.people import gate
from workbench.web.text import gettext

LENGTH: Final = 100
"""Changes in a feed, the newest first."""

blueprint = Blueprint("feeds", __name__, url_prefix="/feeds")


@blueprint.get("/calendar/<secret>.ics")
def calendar(secret: str) -> Response:
    owned, parts = _owned(FeedKind.CALENDAR, secret), workbench()
    feed = owned.feed
    store, rules = parts.store.on_behalf_of(Viewer.system()), load_rulebook(parts.settings)
    body = write_calendar(
        publish(store, rules, now(), today()),
        give_plans(store, owned, rules, now(), today()) if feed.plans else (),
        levels=[Level(each) for each in feed.levels],
        meetings=feed.meetings,
        discreet=feed.discreet,
        base_url=parts.settings.base_url,
        translate=Words(feed.language, parts.settings.zone).gettext,
    )
    return _answer(body, "text/calendar; charset=utf-8")


@blueprint.get("/changes/<secret>.atom")
def changes(secret: str) -> Response:
    owned, parts = _owned(FeedKind.CHANGES, secret), workbench()
    feed, base = owned.feed, parts.settings.base_url
    filters = {} if feed.iso_id is None else {"work_item": str(feed.iso_id)}
    with force_locale(feed.language), parts.store.read(owned.viewer) as session:
        rows = change_rows(session, change_page(session, filters, limit=LENGTH))
        what = gettext("All changes")
        if feed.iso_id is not None:
            what, _ = names(session, [feed.iso_id]).get(feed.iso_id, (str(feed.iso_id), ""))
        body = write_atom(
            [_entry(row, base) for row in rows],
            feed_id=f"{base}/feeds/{feed.id}",
            title=gettext("%(what)s – Standards workbench", what=what),
            author=gettext("Standards workbench"),
            link=f"{base}/changes/",
            language=feed.language,
            empty_at=feed.created_at,
        )
    return _answer(body, "application/atom+xml; charset=utf-8")


def _owned(kind: FeedKind, secret: str) -> OwnedFeed:
    with workbench().store.read(Viewer.system()) as session:
        owned = find_feed(session, kind, secret, open_local=gate.is_open_local())
    if owned is None or not owned.viewer.may(Permission.READ_STANDARDS):
        abort(404)
    return owned


def _entry(row: ChangeRow, base: str) -> AtomEntry:
    change = row.change
    name = row.name if change.entity is Entity.WORK_ITEM else f"{row.name} ({label('entity', change.entity)})"
    if change.field:
        name = f"{name} – {label('field', change.field)}"
    values = [change_value(each, change.field) for each in (change.old, change.new)]
    return AtomEntry(
        id=f"{base}/changes/#{change.id}",
        title=f"{label('change', change.kind)}: {name}",
        updated=change.at,
        link=base + (row.address or url_for("changes.index", key=change.key)),
        summary=" → ".join(each for each in values if each),
    )


def _answer(body: bytes, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    # The address is the secret: it goes nowhere else.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response.make_conditional(request)  # type: ignore[return-value]


def addresses(feed: Feed, secret: str, base_url: str) -> tuple[str, str]:
    """The address of a new feed, and for calendars the one that calendar programs subscribe to at a click."""
    if feed.kind is FeedKind.CHANGES:
        address = f"{base_url}/feeds/changes/{secret}.atom"
        return address, address
    address = f"{base_url}/feeds/calendar/{secret}.ics"
    return address, f"webcal://{address.partition('://')[2]}"
