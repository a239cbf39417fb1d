"""Records in quarantine: the list, and one of them with its raw text, to be read again or dismissed."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workbench.history import quarantine
from workbench.history.models import QuarantinedRecord, QuarantineState, Run, Snapshot
from workbench.history.quarantine import MOST_NOTE, QUARANTINE_FILTERS, QuarantineError
from workbench.history.queries import FilterError
from workbench.sources.retry import retry
from workbench.web.context import now, session, viewer, workbench
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.permissions import may_open
from workbench.web.source_names import known_sources, source_name
from workbench.web.text import gettext

blueprint = Blueprint("quarantine", __name__, url_prefix="/sources/quarantine")


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in QUARANTINE_FILTERS}
    page = page_number(argument("page"))
    refusal, total, rows = None, 0, []
    try:
        total = quarantine.count_quarantine(session(), filters)
        rows = list(quarantine.quarantine_page(session(), filters, limit=PER_PAGE, offset=(page - 1) * PER_PAGE))
    except FilterError as error:
        refusal = str(error)
    listing = Listing(endpoint="quarantine.index", filters=filters, sort="", default_sort="", page=page, total=total)
    return render_template(
        "web/sources/quarantine.html",
        listing=listing,
        rows=rows,
        filters=filters,
        states=list(QuarantineState),
        sources=[(name, source_name(name)) for name in quarantine.quarantine_sources(session())],
        refusal=refusal,
    )


@blueprint.get("/<int(max=2147483647):record_id>")
def record(record_id: int) -> str:
    return _page(record_id)


@blueprint.post("/<int(max=2147483647):record_id>/retry")
def read_again(record_id: int) -> Response | tuple[str, int]:
    """Read the record from its snapshot with today's parser."""
    try:
        row = retry(
            workbench().store.on_behalf_of(viewer()),
            workbench().settings,
            record_id,
            known=known_sources(),
            by=viewer().name or None,
            now=now,
        )
    except QuarantineError as error:
        return _page(record_id, str(error)), 409
    failed = row.state is QuarantineState.WAITING
    return redirect(url_for("quarantine.record", record_id=record_id, tried="failed" if failed else "read"), 303)


@blueprint.post("/<int(max=2147483647):record_id>/dismiss")
def dismiss(record_id: int) -> Response | tuple[str, int]:
    """Take the record from the waiting for a reason (`note`)."""
    note = " ".join(request.form.get("note", "").split())
    if not note:
        return _page(record_id, gettext("Say why the record need not be read.")), 400
    try:
        quarantine.dismiss(
            workbench().store.on_behalf_of(viewer()), record_id, note, by=viewer().name or None, at=now()
        )
    except QuarantineError as error:
        return _page(record_id, str(error)), 409
    return redirect(url_for("quarantine.record", record_id=record_id), 303)


def _page(record_id: int, refusal: str | None = None) -> str:
    row = session().get(QuarantinedRecord, record_id)
    if row is None:
        abort(404)
    return render_template(
        "web/sources/quarantined.html",
        row=row,
        run=session().get_one(Run, row.run_id),
        snapshot=session().get(Snapshot, row.snapshot_id) if row.snapshot_id is not None else None,
        refusal=refusal,
        tried=argument("tried"),
        most_note=MOST_NOTE,
        may_settle=may_open("quarantine.dismiss", viewer()),
    )
