"""Dormant patents: own families in force that no text needs, their annuities, and what people choose for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from flask import abort, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from workbench.history.queries import FilterError
from workbench.patents.queries import publication_choices
from workbench.people.permissions import Permission
from workbench.people.walls_models import TrailAction
from workbench.portfolio import choices
from workbench.portfolio import dormant as queries
from workbench.portfolio.choices import ChoiceError
from workbench.portfolio.dormant import DORMANT_FILTERS, DORMANT_SORTS, NO_CHOICE, WAITS, Dormant, Need
from workbench.portfolio.models import Choice
from workbench.web.cases.parts import open_matters
from workbench.web.context import close_session, now, record, session, today, viewer, writing
from workbench.web.labels import choices as words
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.portfolio.parts import blueprint, same
from workbench.web.text import gettext

Reply = Response | str | tuple[str, int]
_DEFAULT_SORT: Final = "annuity"


@blueprint.get("/dormant")
def dormant() -> str:
    filters = {name: argument(name) for name in DORMANT_FILTERS}
    sort, page = sort_key(argument("sort"), DORMANT_SORTS, _DEFAULT_SORT), page_number(argument("page"))
    refusal = None
    found: list[Dormant] = []
    try:
        found = queries.dormant_families(session(), today(), filters, sort=sort)
    except FilterError as error:
        refusal = str(error)
    listing = Listing(
        endpoint="portfolio.dormant",
        filters=filters,
        sort=sort,
        default_sort=_DEFAULT_SORT,
        page=page,
        total=len(found),
        export_kind="dormant-patents",
    )
    known = publication_choices(session())
    return render_template(
        "web/portfolio/dormant.html",
        listing=listing,
        filters=filters,
        rows=queries.with_titles(session(), found[(page - 1) * PER_PAGE : page * PER_PAGE]),
        waiting=sum(each.waits for each in found),
        refusal=refusal,
        choices=[(WAITS, gettext("waits for a choice")), (NO_CHOICE, gettext("not chosen yet")), *words("choice")],
        needs=[pair for pair in words("need") if pair[0] != Need.NONE],
        offices=same(known.countries),
        portfolios=same(known.portfolios),
    )


@blueprint.get("/dormant/<path:family>")
def dormant_family(family: str) -> str:
    """One family: its members in force, what was chosen for it and why."""
    shown = _page(family)
    record(TrailAction.SAW, "portfolio_view", "dormant", {"family": family})
    return shown


@blueprint.post("/dormant/<path:family>/choice")
def choose(family: str) -> Reply:
    """Keep what somebody chose for a family."""
    row = _family(family)
    try:
        choice = Choice(request.form.get("choice", ""))
    except ValueError:
        return _page(family, gettext("Choose what is to become of the patent.")), 400

    def act(written: Session, matter_id: int | None) -> None:
        last = choices.last_choice(written, family, matter_id)
        reason = request.form.get("reason", "")
        seen = _seen(last.id if last else None)
        choices.choose(written, viewer(), row.publication, choice, reason, now(), matter_id=matter_id, seen=seen)

    return _do(family, act)


@blueprint.post("/dormant/<path:family>/annuity")
def type_annuity(family: str) -> Reply:
    """Keep the day on which somebody says the next annuity is due."""
    row = _family(family)
    number, typed = request.form.get("publication", ""), request.form.get("due_on", "").strip()
    if number not in {each.number for each in row.members}:
        return _page(family, gettext("Choose a publication of this family.")), 400
    try:
        due_on = dt.date.fromisoformat(typed) if typed else None
    except ValueError:
        return _page(family, gettext("A day could not be read; write it like 2026-12-04.")), 400

    def act(written: Session, matter_id: int | None) -> None:
        last = choices.last_annuity(written, number, matter_id)
        source = request.form.get("source", "")
        seen = _seen(last.id if last else None)
        choices.type_annuity(written, viewer(), number, due_on, source, now(), matter_id=matter_id, seen=seen)

    return _do(family, act)


def _seen(last: int | None) -> int | None:
    """What somebody had before him when he wrote: nothing newer than the page that he wrote it on."""
    newest = request.form.get("newest", "")
    limit = int(newest) if newest.isascii() and newest.isdigit() and len(newest) < 10 else 0
    return last if last is None or last <= limit else None


def _do(family: str, act: Callable[[Session, int | None], None]) -> Reply:
    matter = request.form.get("matter", "")
    chosen = next((key for key, _ in open_matters() if str(key) == matter), None)
    if matter and chosen is None:
        return _page(family, gettext("Choose a matter that you are in, or none.")), 400
    try:
        with writing() as written:
            act(written, chosen)
    except ChoiceError as error:
        close_session()
        return _page(family, gettext(str(error))), 409
    return redirect(url_for("portfolio.dormant_family", family=family), 303)


def _family(family: str) -> Dormant:
    found = queries.of_family(session(), family, today()) if family.isprintable() else None
    if found is None:
        abort(404)
    return found


def _page(family: str, refusal: str | None = None) -> str:
    row = _family(family)
    chosen = queries.choices_of(session(), family)
    typed = queries.annuity_dates_of(session(), [each.number for each in row.members])
    return render_template(
        "web/portfolio/dormant_family.html",
        row=row,
        chosen=chosen,
        typed=typed,
        newest_choice=max((each.id or 0 for each in chosen), default=0),
        newest_day=max((each.id or 0 for each in typed), default=0),
        matters=open_matters(),
        choices=words("choice"),
        needs=Need,
        may_decide=viewer().may(Permission.DECIDE),
        refusal=refusal,
        typed_in=request.form,
    )
