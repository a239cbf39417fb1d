"""Ballots: the list, and one of them with deadlines, positions, votes, tally, duty to vote and limit dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from workbench.ballots import queries, verbs
from workbench.ballots.imports import resolve_waiting
from workbench.ballots.models import Ballot, BallotResult, BallotState, PositionLevel
from workbench.ballots.queries import BallotView
from workbench.ballots.verbs import BallotError
from workbench.ballots.week import counted, duty_of, limits_of
from workbench.people.permissions import Permission
from workbench.standards.ballots import BallotKind
from workbench.standards.deadlines import Basis, Deadline, Level, moment_of_close
from workbench.standards.models import WorkItem
from workbench.standards.queries import item_choices, natural_order, work_item
from workbench.standards.tallies import Answer
from workbench.standards.tasks import every_item
from workbench.web.ballot_rules import rulebook
from workbench.web.context import close_session, local, now, session, today, viewer, writing
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.preferences import own_path
from workbench.web.text import gettext

blueprint = Blueprint("ballots", __name__, url_prefix="/ballots")

Reply = Response | str | tuple[str, int]
_PLACE: Final = "/<int(max=2147483647):iso_id>/<kind>/<int(max=99):iteration>"


@blueprint.app_context_processor
def _of_ballots() -> dict[str, Any]:
    return {"ends_at_iso": _ends_at_iso}


@blueprint.get("/")
def index() -> str:
    return list_page()


@blueprint.get(_PLACE)
def ballot(iso_id: int, kind: str, iteration: int) -> str:
    return _page(iso_id, kind, iteration)


@blueprint.post("/")
def make() -> Reply:
    """Type a ballot that was announced elsewhere."""
    item, kind = _item(request.form.get("work_item", "")), request.form.get("kind", "")
    iteration = page_number(request.form.get("iteration"))
    try:
        opens_on, closes_on = _day(request.form.get("opens_on", "")), _day(request.form.get("closes_on", ""))
    except ValueError:
        return list_page(gettext("A day or number could not be read. Correct it.")), 400
    if item is None or kind not in set(BallotKind) or iteration > 99 or closes_on is None:
        return list_page(gettext("Choose a work item, a kind of ballot and its closing day.")), 400
    try:
        with writing() as written:
            row = verbs.keep_ballot(written, viewer(), item, BallotKind(kind), iteration, now())
            verbs.announce(
                written,
                viewer(),
                row,
                now(),
                opens_on=opens_on or row.opens_on,
                closes_on=closes_on,
                national_close=row.national_close,
                company_close=row.company_close,
                state=row.state,
                result=row.result,
                countries=row.countries,
                roster=row.roster,
            )
    except BallotError as error:
        close_session()
        return list_page(gettext(str(error))), 409
    return redirect(url_for("ballots.ballot", iso_id=item.iso_id, kind=kind, iteration=iteration), 303)


@blueprint.post(f"{_PLACE}/position")
def position(iso_id: int, kind: str, iteration: int) -> Reply:
    level, answer = request.form.get("level", ""), request.form.get("answer", "")
    seen = request.form.get("seen", "")
    if level not in set(PositionLevel) or answer not in set(Answer):
        return _page(iso_id, kind, iteration, gettext("Choose an answer.")), 400

    def take(written: Session, row: Ballot) -> None:
        verbs.take_position(
            written,
            viewer(),
            row,
            PositionLevel(level),
            Answer(answer),
            request.form.get("reasons", ""),
            now(),
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
        )

    return _change(iso_id, kind, iteration, take, "positions")


@blueprint.post(f"{_PLACE}/dates")
def announce(iso_id: int, kind: str, iteration: int) -> Reply:
    names = ("opens_on", "closes_on", "national_close", "company_close")
    try:
        days = {name: _day(request.form.get(name, "")) for name in names}
        countries = request.form.get("countries", "").strip()
        state = BallotState(request.form.get("state", ""))
        result = BallotResult(request.form["result"]) if request.form.get("result") else None
        used_in = int(countries[:5]) if countries else None
    except ValueError:
        return _page(iso_id, kind, iteration, gettext("A day or number could not be read. Correct it.")), 400

    def set_days(written: Session, row: Ballot) -> None:
        verbs.announce(
            written,
            viewer(),
            row,
            now(),
            state=state,
            result=result,
            countries=used_in,
            roster=request.form.get("roster"),
            **days,
        )

    return _change(iso_id, kind, iteration, set_days, "deadlines")


@blueprint.post(f"{_PLACE}/vote")
def vote(iso_id: int, kind: str, iteration: int) -> Reply:
    answer = request.form.get("answer", "")
    if answer not in set(Answer):
        return _page(iso_id, kind, iteration, gettext("Choose an answer.")), 400

    def put(written: Session, row: Ballot) -> None:
        verbs.put_vote(
            written,
            viewer(),
            row,
            request.form.get("member", ""),
            Answer(answer),
            now(),
            p_member="p_member" in request.form,
            reasons={"yes": True, "no": False}.get(request.form.get("reasons", "")),
            names_expert="names_expert" in request.form,
            comment=request.form.get("comment", ""),
        )

    return _change(iso_id, kind, iteration, put, "votes")


@blueprint.post(f"{_PLACE}/vote/remove")
def remove_vote(iso_id: int, kind: str, iteration: int) -> Reply:
    def remove(written: Session, row: Ballot) -> None:
        verbs.remove_vote(written, viewer(), row, request.form.get("member", ""), now())

    return _change(iso_id, kind, iteration, remove, "votes")


@blueprint.post(f"{_PLACE}/roster")
def roster(iso_id: int, kind: str, iteration: int) -> Reply:
    try:
        dated = _day(request.form.get("dated", "")) or today()
    except ValueError:
        return _page(iso_id, kind, iteration, gettext("A day or number could not be read. Correct it.")), 400

    def put(written: Session, row: Ballot) -> None:
        item = written.get_one(WorkItem, row.work_item_id)
        committee = row.roster or item.committee
        if committee is None:
            raise BallotError(gettext("The work item has no committee; name the roster's committee first."))
        members = request.form.get("members", "").replace(",", "\n").replace(";", "\n").splitlines()
        verbs.set_roster(written, viewer(), committee, dated, members, now())

    return _change(iso_id, kind, iteration, put, "votes")


@blueprint.post(f"{_PLACE}/track")
def track(iso_id: int, kind: str, iteration: int) -> Reply:
    chosen = rulebook().limits.named(request.form.get("track", ""))
    try:
        start = _day(request.form.get("registered_on", ""))
    except ValueError:
        return _page(iso_id, kind, iteration, gettext("A day or number could not be read. Correct it.")), 400

    def put(written: Session, row: Ballot) -> None:
        item = written.get_one(WorkItem, row.work_item_id)
        verbs.set_track(written, viewer(), item, chosen.name if chosen else None, start, now())

    return _change(iso_id, kind, iteration, put, "limits")


@blueprint.post("/<int(max=2147483647):iso_id>/follow")
def follow(iso_id: int) -> Reply:
    """Follow a work item, or no longer; only who has an account has a list of his own."""
    item, account = work_item(session(), iso_id), viewer().account_id
    if item is None or account is None:
        abort(404)
    with writing() as written:
        verbs.set_follow(written, item, followed=request.form.get("follow") == "yes", account_id=account)
    return redirect(own_path(request.form.get("next", "")) or url_for("standards.item", iso_id=iso_id), 303)


@blueprint.post("/waiting/<int(max=2147483647):waiting_id>")
def resolve(waiting_id: int) -> Reply:
    chosen = request.form.get("work_item", "")
    item = _item(chosen)
    if chosen and item is None:
        return list_page(gettext("Choose a work item.")), 400
    try:
        with writing() as written:
            resolve_waiting(written, viewer(), waiting_id, item, now())
    except BallotError as error:
        close_session()
        return list_page(gettext(str(error))), 409
    return redirect(url_for("ballots.index"), 303)


def list_page(refusal: str | None = None) -> str:
    """The page of ballots, with what was refused."""
    filters = {name: argument(name) for name in queries.BALLOT_FILTERS}
    sort = sort_key(argument("sort"), queries.BALLOT_SORTS, "company")
    page = page_number(argument("page"))
    everything = queries.ballot_views(session(), rulebook(), today())
    followed = queries.followed_items(session(), account_id=viewer().account_id)
    found = queries.ordered(queries.filtered(everything, filters, followed), sort)
    listing = Listing(
        endpoint="ballots.index",
        filters=filters,
        sort=sort,
        default_sort="company",
        page=page,
        total=len(found),
        export_kind="ballots",
    )
    return render_template(
        "web/ballots/index.html",
        listing=listing,
        filters=filters,
        rows=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        follows=followed is not None,
        kinds=[kind.value for kind in BallotKind],
        committees=item_choices(session())[0],
        waiting=queries.waiting_ballots(session()),
        items=sorted(every_item(session()), key=lambda item: natural_order(item.reference)),
        may_edit=viewer().may(Permission.EDIT_STANDARDS),
        may_import=viewer().may(Permission.IMPORT_STANDARDS),
        refusal=refusal,
    )


def _page(iso_id: int, kind: str, iteration: int, refusal: str | None = None) -> str:
    view = _view(iso_id, kind, iteration)
    rules, account = rulebook(), viewer().account_id
    day = view.closes_on or today()
    committee = (view.row.roster if view.row else None) or view.item.committee
    members, dated = queries.p_members(session(), committee, day)
    votes = queries.votes_of(session(), view.row) if view.row else []
    history = queries.position_history(session(), view.row) if view.row else []
    return render_template(
        "web/ballots/ballot.html",
        view=view,
        deadlines=[_deadline(each) for each in _three(view)],
        close=rules.deadlines.close,
        history=history,
        answers=verbs.answers_for(view.kind),
        levels=[(level, view.positions.get(level)) for level in PositionLevel],
        votes=votes,
        count=counted(view, votes, members, rules, day),
        committee=committee,
        members=members,
        roster_dated=dated,
        duty=duty_of(session(), rules, view, today()),
        limits=limits_of(session(), rules, view.item, today()),
        states=[state.value for state in BallotState],
        results=[result.value for result in BallotResult],
        tracks=[each.name for each in rules.limits.track],
        has_account=account is not None,
        follows=view.item.id in (queries.followed_items(session(), account_id=account) or ()),
        may_edit=viewer().may(Permission.EDIT_STANDARDS),
        refusal=refusal,
    )


def _change(iso_id: int, kind: str, iteration: int, act: Callable[[Session, Ballot], None], anchor: str) -> Reply:
    """Do something to a ballot in one transaction; what cannot be done is said on its page."""
    view = _view(iso_id, kind, iteration)
    try:
        with writing() as written:
            item = written.get_one(WorkItem, view.item.id)
            act(written, verbs.keep_ballot(written, viewer(), item, view.kind, view.iteration, now()))
    except BallotError as error:
        close_session()
        return _page(iso_id, kind, iteration, gettext(str(error))), 409
    return redirect(url_for("ballots.ballot", iso_id=iso_id, kind=kind, iteration=iteration, _anchor=anchor), 303)


def _view(iso_id: int, kind: str, iteration: int) -> BallotView:
    known = kind if kind in set(BallotKind) else None
    view = known and queries.ballot_view(session(), rulebook(), today(), iso_id, BallotKind(kind), iteration)
    if not view:
        abort(404)
    return view


def _three(view: BallotView) -> list[Deadline]:
    if view.deadlines is None:
        return []
    return [each for each in (view.deadlines.company, view.deadlines.national, view.deadlines.iso) if each]


def _ends_at_iso(view: BallotView) -> dt.datetime | None:
    """When the announced day of an open ballot ends at ISO; None where the reader's clock shows the same there."""
    if view.closes_on is None or view.basis is not Basis.ANNOUNCED or not view.is_open:
        return None
    moment = moment_of_close(view.closes_on, rulebook().deadlines.close)
    there = moment.astimezone(ZoneInfo(rulebook().deadlines.close.zone))
    return None if local(moment).utcoffset() == there.utcoffset() else moment


def _deadline(deadline: Deadline) -> dict[str, Any]:
    """A deadline with the moment it ends; only an announced day at ISO ends at a known moment, others are days."""
    known = deadline.level is Level.ISO and deadline.basis is Basis.ANNOUNCED
    moment = moment_of_close(deadline.day, rulebook().deadlines.close) if known else None
    return {"of": deadline, "moment": moment, "by_people": deadline.level is not Level.ISO and not deadline.source}


def _item(text: str) -> WorkItem | None:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return work_item(session(), int(text))


def _day(text: str) -> dt.date | None:
    """A day of a form, None where the field is empty. Raises ValueError."""
    return dt.date.fromisoformat(text) if text.strip() else None
