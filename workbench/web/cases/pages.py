"""The list of declaration cases, one case, its form as a file, and registers beside assessments."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import abort, redirect, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.utils import secure_filename

from workbench.cases import filing, queries, registers, verbs
from workbench.cases.models import CaseDocument, DeclarationCase
from workbench.cases.printing import UnprintableError, printed
from workbench.cases.statuses import CaseStatus
from workbench.cases.verbs import CaseError
from workbench.history.queries import FilterError
from workbench.i18n import LANGUAGES
from workbench.people.permissions import Permission
from workbench.people.walls_models import TrailAction
from workbench.standards.models import WorkItem
from workbench.standards.queries import natural_order, work_item
from workbench.standards.tasks import every_item
from workbench.web.ballot_rules import rulebook
from workbench.web.cases.parts import PLACE, Reply, blueprint, case_page, gates, open_matters, template_of, view_of
from workbench.web.context import close_session, now, record, session, today, viewer, writing
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.text import gettext, language


@blueprint.get("/")
def index() -> str:
    return _list()


@blueprint.post("/")
def make() -> Reply:
    """Begin a case for a holder and a work item."""
    iso_id, matter = request.form.get("work_item", ""), request.form.get("matter", "")
    item = work_item(session(), int(iso_id)) if iso_id.isascii() and iso_id.isdigit() and len(iso_id) < 10 else None
    template = queries.templates(session()).get(request.form.get("form", ""))
    chosen = next((key for key, _ in open_matters() if str(key) == matter), None)
    if item is None or template is None or (matter and chosen is None):
        return _list(gettext("Choose a work item, a form and, if you want one, a matter that you are in.")), 400
    try:
        with writing() as written:
            again = written.get_one(WorkItem, item.id)
            holder = request.form.get("holder", "")
            case = verbs.open_case(written, viewer(), again, holder, template, now(), matter_id=chosen)
            key = case.id
    except CaseError as error:
        close_session()
        return _list(gettext(str(error))), 409
    return redirect(url_for("cases.case", case_id=key), 303)


@blueprint.get(PLACE)
def case(case_id: int) -> str:
    view = view_of(case_id)
    record(TrailAction.SAW, verbs.ENTITY, case_id, matter_id=view.case.matter_id)
    return case_page(case_id)


@blueprint.get(f"{PLACE}/form.<format>")
def form(case_id: int, format: str) -> FlaskResponse | tuple[str, int]:  # noqa: A002
    """The form as it would be printed now; marked as a draft until it is approved."""
    view = view_of(case_id)
    if format not in filing.WRITERS or not viewer().may(Permission.TAKE_FORMS):
        abort(404)
    template, chosen = template_of(view.case), argument("language")
    content, unreleased = filing.filled(session(), view.form)
    tongue = chosen if chosen in LANGUAGES else language()
    draft = None
    if view.case.status in (CaseStatus.DRAFT, CaseStatus.PROPOSED, CaseStatus.DROPPED):
        with force_locale(tongue):
            draft = gettext("Draft, not approved")
    try:
        whole = printed(template, content, tongue, unreleased=unreleased, draft=draft)
    except UnprintableError as error:
        return case_page(case_id, str(error)), 409
    body = filing.WRITERS[format](whole)
    details = {"format": format, "revision": view.form.revision}
    record(TrailAction.EXPORTED, verbs.ENTITY, case_id, details, matter_id=view.case.matter_id)
    return _file(body, filing.TYPES[format], f"declaration-{case_id}-{view.form.revision}.{format}")


@blueprint.get("/documents/<int(max=2147483647):document_id>")
def document(document_id: int) -> FlaskResponse:
    """A file of a case as it was kept."""
    row = session().get(CaseDocument, document_id)
    if row is None or not viewer().may(Permission.TAKE_FORMS):
        abort(404)
    owner = session().get_one(DeclarationCase, row.case_id)
    try:
        body = filing.body_of(session(), row)
    except FileNotFoundError:
        abort(404)
    details = {"document": row.id, "sha256": row.sha256}
    record(TrailAction.EXPORTED, verbs.ENTITY, row.case_id, details, matter_id=owner.matter_id)
    return _file(body, "application/octet-stream", row.name)


@blueprint.get("/registers")
def registers_page() -> str:
    """What was declared beside what was assessed, and what documents and registers tell of patents."""
    families = registers.declared_families(session())
    chosen = argument("work_item")
    item = work_item(session(), int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None
    return render_template(
        "web/cases/registers.html",
        counts=registers.counts(families),
        without_chart=registers.without_chart(families),
        undeclared=registers.undeclared(session(), rulebook(), today()),
        evidence=registers.evidence_of(session(), item) if item else None,
        items=sorted(every_item(session()), key=lambda each: natural_order(each.reference)),
        chosen=chosen,
        may_edit=viewer().may(Permission.EDIT_CASES),
    )


def _file(body: bytes, mimetype: str, name: str) -> FlaskResponse:
    headers = {"Content-Disposition": f"attachment; filename={secure_filename(name) or 'file'}"}
    return FlaskResponse(body, mimetype=mimetype, headers=headers)


def _list(refusal: str | None = None) -> str:
    filters = {name: argument(name) for name in queries.CASE_FILTERS}
    sort = sort_key(argument("sort"), queries.CASE_SORTS, "-changed")
    page = page_number(argument("page"))
    found: list[queries.CaseView] = []
    try:
        found = queries.ordered(queries.case_views(session(), gates(), filters), sort)
    except FilterError as error:
        refusal = str(error)
    items = sorted(every_item(session()), key=lambda item: natural_order(item.reference))
    listing = Listing(
        endpoint="cases.index",
        filters=filters,
        sort=sort,
        default_sort="-changed",
        page=page,
        total=len(found),
        export_kind="declaration-cases",
    )
    return render_template(
        "web/cases/index.html",
        listing=listing,
        filters=filters,
        rows=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        due=queries.due(session(), rulebook(), today()) if viewer().may(Permission.READ_CASES) else [],
        items=items,
        documents=[(item.iso_id, item.reference) for item in items],
        forms=queries.templates(session()),
        matters=open_matters(),
        may_edit=viewer().may(Permission.EDIT_CASES),
        refusal=refusal,
    )
