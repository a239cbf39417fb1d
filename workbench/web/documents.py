"""Committee documents by number and title: the list, each one, typing and changing one, importing a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from scrapers.documents import DocumentKind, ListedDocument, load_map
from scrapers.errors import UnreadableFileError
from workbench.db import key_of
from workbench.documents import queries
from workbench.documents.models import CommitteeDocument
from workbench.documents.verbs import DOCUMENTS, DocumentError, correct_document, import_documents, type_document
from workbench.history.file_imports import read_file
from workbench.history.models import Entity, RunState
from workbench.history.queries import FilterError, change_page, count_changes
from workbench.people.permissions import Permission
from workbench.web import labels
from workbench.web.change_rows import change_rows
from workbench.web.context import close_session, now, session, viewer, workbench, writing
from workbench.web.links import outside
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.text import gettext
from workbench.web.uploads import kept_uploads

SHOWN: Final = 50
SHOWN_CHANGES: Final = 20
_KEY: Final = ("body", "number")
_FACTS: Final = ("title", "kind", "issued_on", "due_on", "supersedes", "reference", "address")

blueprint = Blueprint("documents", __name__, url_prefix="/documents")

Reply = Response | str | tuple[str, int]


@blueprint.get("/")
def index() -> str:
    return _page()


@blueprint.post("/")
def write() -> Reply:
    """Keep a typed document; one that is known is shown instead, with what was typed in its form."""
    typed = {name: text for name in (*_KEY, *_FACTS) if (text := request.form.get(name, "").strip())}
    try:
        record = ListedDocument.model_validate(typed)
    except ValidationError as error:
        return _page(refusal=_wrong(error), typed=typed), 422
    try:
        with writing() as writer:
            document_id = key_of(type_document(writer, viewer(), record, now()))
    except DocumentError as error:
        close_session()
        known = queries.find_document(session(), record.body, record.number)
        if known is None:
            abort(404)
        if record.kind is DocumentKind.DOCUMENT:
            del typed["kind"]  # what the form says by itself
        return _document(known, gettext(error.message), {**_held(known), **typed}), 409
    return redirect(url_for("documents.document", document_id=document_id), 303)


@blueprint.get("/<int(max=2147483647):document_id>")
def document(document_id: int) -> str:
    """A document, what changed of it and, for who may, the form that changes it."""
    row = _of(document_id)
    return _document(row, None, _held(row))


@blueprint.post("/<int(max=2147483647):document_id>")
def correct(document_id: int) -> Reply:
    """Change a document; a field of the form that is empty takes away what was held."""
    row = _of(document_id)
    typed = {name: text.strip() for name in _FACTS if (text := request.form.get(name)) is not None}
    said = {name: text or None for name, text in typed.items()}
    seen = request.form.get("seen", "")
    try:
        record = ListedDocument.model_validate({"title": row.title, "body": row.body, "number": row.number, **said})
    except ValidationError as error:
        return _document(row, _wrong(error), {**_held(row), **typed}, seen=seen), 422
    try:
        with writing() as writer:
            kept = writer.get_one(CommitteeDocument, document_id)
            correct_document(writer, viewer(), kept, record, now(), seen=_number(seen))
    except DocumentError as error:
        close_session()
        row = _of(document_id)
        held = _held(row)
        # The form comes back with what is kept now, so that nothing of it is undone unseen.
        told = record.model_dump(mode="json", include=set(typed))
        unkept = [(name, value) for name, value in told.items() if (value or "") != held[name]]
        return _document(row, gettext(error.message), held, unkept=unkept), 409
    return redirect(url_for("documents.document", document_id=document_id), 303)


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


def _of(document_id: int) -> CommitteeDocument:
    row = session().get(CommitteeDocument, document_id)
    if row is None:
        abort(404)
    return row


def _held(row: CommitteeDocument) -> dict[str, str]:
    """What is held of a document, as its form shows it."""
    return {name: "" if (value := getattr(row, name)) is None else str(value) for name in _FACTS}


def _wrong(error: ValidationError) -> str:
    field = str(error.errors()[0]["loc"][0])
    return gettext("Check the field %(field)s.", field=labels.label("field", field))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _document(
    row: CommitteeDocument,
    refusal: str | None,
    typed: dict[str, str],
    *,
    seen: str | None = None,
    unkept: Sequence[tuple[str, str | None]] = (),
) -> str:
    """The page of a document. `seen` is what a form saw that comes back, by default the last change there is."""
    own_changes = {"entity": Entity.DOCUMENT.value, "key": queries.document_key(row.body, row.number)}
    changes = change_page(session(), own_changes, limit=SHOWN_CHANGES)
    return render_template(
        "web/documents/document.html",
        row=row,
        successor=queries.with_successors(session(), [row])[0].superseded_by,
        address=outside(row.address),
        kinds=_kinds(),
        changes=change_rows(session(), changes),
        change_total=count_changes(session(), own_changes),
        own_changes=own_changes,
        refusal=refusal,
        typed=typed,
        unkept=unkept,
        seen=queries.last_change(session(), row) if seen is None else seen,
        may_edit=viewer().may(Permission.EDIT_STANDARDS),
    )


def _kinds() -> list[tuple[str, str]]:
    return [(each.value, labels.label("document_kind", each.value)) for each in DocumentKind]


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
        refusal = gettext("A filter cannot be used (%(refusal)s). Correct it or clear the filters.", refusal=str(error))
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
        kinds=_kinds(),
        outside=outside,
        refusal=refusal,
        typed=typed or {},
        may_edit=viewer().may(Permission.EDIT_STANDARDS),
        may_import=viewer().may(Permission.IMPORT_STANDARDS),
    )
