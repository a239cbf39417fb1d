"""Committee documents by number and title: the list, typing one, importing a list of them."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from scrapers.documents import DocumentKind, ListedDocument, load_map
from scrapers.errors import UnreadableFileError
from workbench.documents import queries
from workbench.documents.verbs import DOCUMENTS, import_documents, type_document
from workbench.history.file_imports import read_file
from workbench.history.models import RunState
from workbench.history.queries import FilterError
from workbench.people.permissions import Permission
from workbench.web import labels
from workbench.web.context import close_session, now, session, viewer, workbench, writing
from workbench.web.links import outside
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.text import gettext
from workbench.web.uploads import kept_uploads

SHOWN: Final = 50
_FIELDS: Final = ("body", "number", "title", "kind", "issued_on", "due_on", "supersedes", "reference", "address")

blueprint = Blueprint("documents", __name__, url_prefix="/documents")

Reply = Response | str | tuple[str, int]


@blueprint.get("/")
def index() -> str:
    return _page()


@blueprint.post("/")
def write() -> Reply:
    """Keep a typed document."""
    typed = {name: value for name in _FIELDS if (value := request.form.get(name, "").strip())}
    try:
        record = ListedDocument.model_validate(typed)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        text = gettext("Check the field %(field)s.", field=labels.label("field", field))
        return _page(refusal=text, typed=typed), 422
    with writing() as writer:
        type_document(writer, viewer(), record, now())
    return redirect(url_for("documents.index", q=f"{record.body} {record.number}"), 303)


@blueprint.post("/import")
def import_file() -> Reply:
    """Import a list (`file`), one of another layout by the column map `columns`."""
    with kept_uploads("file", "columns") as (path, columns):
        if path is None:
            return _page(refusal=gettext("Choose a file first.")), 400
        store = workbench().store.on_behalf_of(viewer())
        run = import_documents(store, workbench().settings, path, columns=columns, now=now)
    close_session()
    if run.state is RunState.FAILED:
        return _page(refusal=run.error), 409
    return redirect(url_for("sources.run", run_id=run.id), 303)


@blueprint.post("/import/preview")
def preview() -> Reply:
    """Show what the same file would bring; nothing is kept."""
    with kept_uploads("file", "columns") as (path, columns):
        if path is None:
            return _page(refusal=gettext("Choose a file first.")), 400
        try:
            content = read_file(DOCUMENTS, path, None if columns is None else load_map(columns))
        except UnreadableFileError as error:
            return _page(refusal=str(error)), 409
    return render_template(
        "web/documents/preview.html",
        name=path.name,
        found=content.records[:SHOWN],
        total=len(content.records),
        refusals=content.refusals[:SHOWN],
        refused=len(content.refusals),
    )


def _page(*, refusal: str | None = None, typed: dict[str, Any] | None = None) -> str:
    filters = {name: argument(name) for name in queries.FILTERS}
    sort = sort_key(argument("sort"), queries.SORTS, "-seen")
    page = page_number(argument("page"))
    total = 0
    rows: list[queries.DocumentView] = []
    try:
        total = queries.count_documents(session(), filters)
        rows = queries.select_documents(session(), filters, sort=sort, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except FilterError as error:
        refusal = str(error)
    listing = Listing(
        endpoint="documents.index",
        filters=filters,
        sort=sort,
        default_sort="-seen",
        page=page,
        total=total,
        export_kind="documents",
    )
    return render_template(
        "web/documents/index.html",
        listing=listing,
        rows=rows,
        filters=filters,
        bodies=[(each, each) for each in queries.bodies(session())],
        kinds=[(each.value, labels.label("document_kind", each.value)) for each in DocumentKind],
        outside=outside,
        refusal=refusal,
        typed=typed or {},
        may_edit=viewer().may(Permission.EDIT_STANDARDS),
        may_import=viewer().may(Permission.IMPORT_STANDARDS),
    )
