"""Work items: the list, and one of them with its stages, next ballot, relations, drafts and changes."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from workbench.ballots.queries import ballot_views, followed_items
from workbench.declarations.queries import declarations_of_item
from workbench.history.queries import change_page, count_changes
from workbench.people.permissions import Permission
from workbench.people.review import review_state
from workbench.standards import queries
from workbench.standards.stage_history import StageDate
from workbench.standards.status import status_of
from workbench.standards.tasks import open_tasks
from workbench.watched.queries import pages_of_item
from workbench.web.ballot_rules import ballot_rules, rulebook
from workbench.web.change_rows import change_rows
from workbench.web.context import session, today, viewer
from workbench.web.links import outside
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.reviews import newest_draft
from workbench.web.timeline import stage_picture

SHOWN_CHANGES = 20
SHOWN_DECLARATIONS = 50

blueprint = Blueprint("standards", __name__, url_prefix="/standards")


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in queries.WORK_ITEM_FILTERS}
    sort = sort_key(argument("sort"), queries.WORK_ITEM_SORTS, "reference")
    page = page_number(argument("page"))
    listing = Listing(
        endpoint="standards.index",
        filters=filters,
        sort=sort,
        default_sort="reference",
        page=page,
        total=queries.count_work_items(session(), filters),
        export_kind="work-items",
    )
    rows = queries.work_item_page(session(), filters, sort=sort, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    committees, types = queries.item_choices(session())
    return render_template(
        "web/standards/index.html",
        listing=listing,
        rows=rows,
        filters=filters,
        committees=committees,
        types=types,
        status_of=status_of,
    )


@blueprint.get("/items/<int(max=2147483647):iso_id>")
def item(iso_id: int) -> str:
    row = queries.work_item(session(), iso_id)
    if row is None:
        abort(404)
    events = queries.stage_events(session(), row)
    ballot = queries.ballot_of(row, events, ballot_rules(), today())
    views = [view for view in ballot_views(session(), rulebook(), today()) if view.item.iso_id == iso_id]
    open_ballots = [view for view in views if view.is_open]
    announced = [view for view in open_ballots if view.row is not None]
    span = None
    if ballot is not None and ballot.opens_on and ballot.closes_on and not announced:
        span = (ballot.stage, ballot.opens_on, ballot.closes_on)
    own_changes, account = {"work_item": str(iso_id)}, viewer().account_id
    return render_template(
        "web/standards/item.html",
        item=row,
        address=outside(row.url),
        status=status_of(row.stage),
        events=events,
        since=next((event for event in reversed(events) if event.stage == row.stage), None),
        picture=stage_picture([StageDate(each.date, each.stage, each.precision) for each in events], today(), span),
        ballot=ballot,
        announced=announced,
        open_ballots=open_ballots,
        committee=queries.committee_named(session(), row.committee) if row.committee else None,
        relations=queries.relations(session(), row),
        amendments=queries.amendments(session(), row),
        drafts=queries.drafts(session(), row),
        tasks=open_tasks(session(), row),
        review=review_state(session(), iso_id, newest_draft(session(), row)),
        may_publish_review=viewer().may(Permission.PUBLISH_REVIEW_STATE),
        declarations=declarations_of_item(session(), row)[:SHOWN_DECLARATIONS],
        pages=pages_of_item(session(), iso_id),
        changes=change_rows(session(), change_page(session(), own_changes, limit=SHOWN_CHANGES)),
        change_total=count_changes(session(), own_changes),
        own_changes=own_changes,
        has_account=account is not None,
        follows=row.id in (followed_items(session(), account_id=account) or ()),
    )
