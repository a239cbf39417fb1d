"""Roles, matters, exceptions to the walls, and the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response as BaseResponse

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import PatentNumber
from workbench.i18n import mark
from workbench.patents.applications import application_key
from workbench.patents.portfolios import portfolio_names_of
from workbench.people import matters as verbs
from workbench.people import overrides as exceptions
from workbench.people import review, tracks, trail_queries
from workbench.people.matters import MatterError, UnknownMatterError
from workbench.people.models import Account
from workbench.people.permissions import PERMISSIONS, Permission, Role
from workbench.people.review import ReviewState
from workbench.people.viewer import Track
from workbench.people.walls_models import Matter, OverrideKind, TrailAction, TrailEntry
from workbench.standards.models import WorkItem
from workbench.web import labels
from workbench.web.context import now, record, session, viewer, writing
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.permissions import openable
from workbench.web.reviews import newest_draft
from workbench.web.security import keep_nothing
from workbench.web.text import told

TRACK_NAMES: Final = {Track.US_WEST: mark("US and West"), Track.CHINA: mark("China")}
PERMISSION_NAMES: Final = {
    Permission.READ_STANDARDS: mark("Read work items, drafts, changes and sources"),
    Permission.EDIT_STANDARDS: mark("Record positions and comments, correct lineage"),
    Permission.IMPORT_STANDARDS: mark("Import drafts and ballots"),
    Permission.READ_PATENTS: mark("Read publications, own claims and portfolios"),
    Permission.READ_OTHERS_CLAIMS: mark("Read the claims of others' patents"),
    Permission.IMPORT_PATENTS: mark("Import publications"),
    Permission.READ_MATCHES: mark("Read matches and decisions"),
    Permission.DECIDE: mark("Decide on matches, write and review charts"),
    Permission.READ_PLANS: mark("Read plans and the rules of their order"),
    Permission.EDIT_PLANS: mark("Change plans"),
    Permission.EDIT_RULES: mark("Change the rules of plans"),
    Permission.TAKE_FORMS: mark("Take forms of declarations and their documents out"),
    Permission.EXPORT_CONFIDENTIAL: mark("Export matches, decisions and charts"),
    Permission.PUBLISH_REVIEW_STATE: mark("Set what delegates see of the IP review"),
    Permission.EDIT_PARTIES: mark("Accept names as one holder"),
    Permission.SIGN_DECLARATIONS: mark("Sign declarations"),
    Permission.READ_CASES: mark("Read declaration cases"),
    Permission.EDIT_CASES: mark("Prepare, propose and file declarations"),
    Permission.APPROVE_CASES: mark("Approve declarations that others prepared"),
    Permission.OPERATE: mark("Look after sources and digests"),
    Permission.MANAGE_ACCOUNTS: mark("Manage accounts"),
    Permission.MANAGE_MATTERS: mark("Manage matters: who is in them, not what"),
    Permission.HOLD: mark("Put a matter under legal hold"),
    Permission.APPROVE_OVERRIDES: mark("Be the second person for an exception"),
    Permission.READ_TRAIL: mark("Read the audit trail"),
}
OVERRIDE_NAMES: Final = {
    OverrideKind.TRACK_CLEARANCE: mark("Clearance for the other track"),
    OverrideKind.HOLD_RELEASE: mark("Release of a legal hold"),
}
# Things of the trail with a page of their own: its endpoint, and the name of the key in its address.
_PLACES: Final = {
    "account": ("accounts.item", "account_id"),
    "assessment": ("assessments.assessment", "assessment_id"),
    "chart": ("assessments.assessment", "assessment_id"),
    "declaration_case": ("cases.case", "case_id"),
    "document": ("documents.document", "document_id"),
    "matter": ("walls.matter", "matter_id"),
    "plan": ("plans.plan", "plan_id"),
    "run": ("sources.run", "run_id"),
}

blueprint = Blueprint("walls", __name__, url_prefix="/administration")
blueprint.after_request(keep_nothing)


@blueprint.get("/roles")
def roles() -> str:
    """The one table of permissions."""
    return render_template(
        "web/walls/roles.html",
        roles=list(Role),
        names=PERMISSION_NAMES,
        permissions=list(Permission),
        table=PERMISSIONS,
    )


@blueprint.get("/matters")
def matters() -> str:
    return _matters()


@blueprint.post("/matters")
def make_matter() -> BaseResponse | tuple[str, int]:
    name, track = request.form.get("name", ""), _track(request.form.get("track", ""))
    try:
        with writing() as writer:
            verbs.make_matter(writer, viewer(), name, track, now())
    except MatterError as error:
        return _matters(error=told(error)), 422
    return redirect(url_for("walls.matters"), 303)


@blueprint.get("/matters/<int(max=2147483647):matter_id>")
def matter(matter_id: int) -> str:
    return _matter_page(_seen(matter_id))


@blueprint.post("/matters/<int(max=2147483647):matter_id>/members")
def add_member(matter_id: int) -> BaseResponse | tuple[str, int]:
    account_id = _number("account")
    return _changed(matter_id, lambda writer: verbs.add_member(writer, viewer(), matter_id, account_id, now()))


@blueprint.post("/matters/<int(max=2147483647):matter_id>/members/<int(max=2147483647):account_id>/remove")
def remove_member(matter_id: int, account_id: int) -> BaseResponse | tuple[str, int]:
    return _changed(matter_id, lambda writer: verbs.remove_member(writer, viewer(), matter_id, account_id, now()))


@blueprint.post("/matters/<int(max=2147483647):matter_id>/applications")
def wall_application(matter_id: int) -> BaseResponse | tuple[str, int]:
    if not _is_member(matter_id) or not viewer().may(Permission.DECIDE):
        abort(404)
    try:
        key = application_key(str(PatentNumber.parse(request.form.get("application", ""))))
    except InvalidIdentifierError as error:
        return _matter_page(_seen(matter_id), error=told(error)), 422
    return _changed(matter_id, lambda writer: verbs.wall_application(writer, viewer(), matter_id, key, now()))


@blueprint.post("/matters/<int(max=2147483647):matter_id>/hold")
def hold(matter_id: int) -> BaseResponse | tuple[str, int]:
    reason = request.form.get("reason", "")
    return _changed(matter_id, lambda writer: verbs.hold(writer, viewer(), matter_id, reason, now()))


@blueprint.post("/matters/<int(max=2147483647):matter_id>/release")
def ask_release(matter_id: int) -> BaseResponse | tuple[str, int]:
    reason = request.form.get("reason", "")

    def ask(writer: Session) -> None:
        exceptions.ask_for_release(writer, viewer(), matter_id, reason, now())

    return _changed(matter_id, ask)


@blueprint.get("/exceptions")
def overrides() -> str:
    return _overrides()


@blueprint.post("/exceptions/clearances")
def ask_clearance() -> BaseResponse | tuple[str, int]:
    """Anybody may ask for oneself, who manages matters for anybody."""
    account_id = _number("account") if viewer().may(Permission.MANAGE_MATTERS) else viewer().account_id or 0
    track, reason = _track(request.form.get("track", "")), request.form.get("reason", "")
    if track is None:
        abort(400)
    return _excepted(lambda writer: exceptions.ask_for_clearance(writer, viewer(), account_id, track, reason, now()))


@blueprint.post("/exceptions/<int(max=2147483647):override_id>/decision")
def decide_override(override_id: int) -> BaseResponse | tuple[str, int]:
    granted = request.form.get("decision") == "grant"
    return _excepted(lambda writer: exceptions.decide(writer, viewer(), override_id, granted=granted, now=now()))


@blueprint.post("/exceptions/<int(max=2147483647):override_id>/end")
def end_clearance(override_id: int) -> BaseResponse | tuple[str, int]:
    return _excepted(lambda writer: exceptions.end_clearance(writer, viewer(), override_id, now()))


@blueprint.post("/sides/<int(max=2147483647):account_id>")
def set_side(account_id: int) -> BaseResponse | tuple[str, int]:
    track = _track(request.form.get("track", ""))
    if session().get(Account, account_id) is None:
        abort(404)
    return _excepted(lambda writer: tracks.put_on_side(writer, viewer(), account_id, track, now()))


@blueprint.post("/review/<int(max=2147483647):iso_id>")
def publish_review(iso_id: int) -> BaseResponse:
    """Say that the IP review of a work item is done for its newest draft, or pending again."""
    item = session().exec(select(WorkItem).where(WorkItem.iso_id == iso_id)).one_or_none()
    if item is None:
        abort(404)
    label = newest_draft(session(), item)
    state = ReviewState.DONE if request.form.get("state") == ReviewState.DONE else ReviewState.PENDING
    with writing() as writer:
        review.publish_review(writer, viewer(), iso_id, label, state, now())
    return redirect(url_for("standards.item", iso_id=iso_id), 303)


@blueprint.get("/trail")
def trail() -> str:
    filters = {name: argument(name) for name in trail_queries.TRAIL_FILTERS}
    page = page_number(argument("page"))
    refusal, total, rows = None, 0, []
    try:
        total = trail_queries.count_entries(session(), filters)
        rows = list(trail_queries.select_entries(session(), filters, limit=PER_PAGE, offset=(page - 1) * PER_PAGE))
    except trail_queries.TrailFilterError as error:
        refusal = str(error)
    listing = Listing(
        endpoint="walls.trail",
        filters=filters,
        sort="",
        default_sort="",
        page=page,
        total=total,
        export_kind="trail",
    )
    return render_template(
        "web/walls/trail.html",
        listing=listing,
        rows=rows,
        filters=filters,
        refusal=refusal,
        actions=labels.choices("trail_action"),
        things=sorted(labels.choices("trail_thing"), key=lambda pair: pair[1].casefold()),
        place=_place,
    )


def _place(entry: TrailEntry) -> str | None:
    """The address of the thing that an entry is of, where it has a page that the viewer may open."""
    endpoint, name = _PLACES.get(entry.entity, ("", ""))
    if not endpoint or not (entry.key.isascii() and entry.key.isdigit()) or not openable([endpoint], viewer()):
        return None
    values: dict[str, Any] = {name: int(entry.key)}
    return url_for(endpoint, **values)


def _matters(error: str | None = None) -> str:
    return render_template(
        "web/walls/matters.html",
        matters=verbs.matters_seen(session()),
        tracks=TRACK_NAMES,
        error=error,
        manages=viewer().may(Permission.MANAGE_MATTERS),
    )


def _matter_page(row: Matter, error: str | None = None) -> str:
    matter_id = row.id or 0
    member = _is_member(matter_id)
    if member and error is None:
        record(TrailAction.SAW, "matter", matter_id, matter_id=matter_id)
    members = verbs.members_of(session(), matter_id)
    present = {each.id for each in members}
    accounts = session().exec(select(Account).where(col(Account.active)).order_by(col(Account.name))).all()
    return render_template(
        "web/walls/matter.html",
        matter=row,
        member=member,
        members=members,
        others=[each for each in accounts if each.id not in present],
        applications=verbs.applications_of(session(), matter_id),
        portfolios=portfolio_names_of(session(), matter_id) if member else [],
        tracks=TRACK_NAMES,
        error=error,
        may={each.value: viewer().may(each) for each in Permission},
    )


def _overrides(error: str | None = None) -> str:
    manages = viewer().may(Permission.MANAGE_MATTERS)
    accounts = session().exec(select(Account).order_by(col(Account.name))).all()
    names = {each.id: each.name for each in accounts}
    return render_template(
        "web/walls/exceptions.html",
        rows=exceptions.overrides(session()),
        matters={each.id: each.name for each in verbs.matters_seen(session())},
        names=names,
        accounts=accounts if manages else [],
        sides={each.id: tracks.side_of(session(), each.id or 0) for each in accounts} if manages else {},
        kinds=OVERRIDE_NAMES,
        tracks=TRACK_NAMES,
        me=viewer().account_id,
        may_decide=viewer().may(Permission.APPROVE_OVERRIDES),
        manages=manages,
        error=error,
    )


def _seen(matter_id: int) -> Matter:
    row = session().get(Matter, matter_id)
    if row is None:
        abort(404)
    return row


def _is_member(matter_id: int) -> bool:
    return viewer().unlimited or matter_id in viewer().matters


def _changed(matter_id: int, change: Callable[[Session], object]) -> BaseResponse | tuple[str, int]:
    row = _seen(matter_id)
    try:
        with writing() as writer:
            change(writer)
    except UnknownMatterError:
        abort(404)
    except MatterError as error:
        return _matter_page(row, error=told(error)), 422
    return redirect(url_for("walls.matter", matter_id=matter_id), 303)


def _excepted(change: Callable[[Session], object]) -> BaseResponse | tuple[str, int]:
    try:
        with writing() as writer:
            change(writer)
    except MatterError as error:
        return _overrides(error=told(error)), 422
    return redirect(url_for("walls.overrides"), 303)


def _track(text: str) -> Track | None:
    return Track(text) if text in set(Track) else None


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
