"""Committee documents by number and title: the list, each one, typing and changing one, importing a list of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from pydantic import ValidationError
from sqlmodel import Session
from werkzeug.wrappers import Response

from scrapers.documents import DocumentKind, ListedDocument, load_map
from scrapers.errors import UnreadableFileError
from workbench.db import key_of
from workbench.documents import queries, verbs
from workbench.documents.models import CommitteeDocument
from workbench.documents.verbs import DOCUMENTS, DocumentError, correct_document, import_documents, type_document
from workbench.history.file_imports import read_file
from workbench.history.models import RunState
from workbench.history.queries import FilterError, change_page
from workbench.people.permissions import Permission
from workbench.web import labels
from workbench.web.change_rows import change_rows
from workbench.web.context import close_session, now, session, viewer, workbench, writing
from workbench.web.links import outside
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.text import gettext, told
from workbench.web.typed import shown_apart
from workbench.web.uploads import kept_uploads

SHOWN: Final = 50
MOST_CHANGES: Final = 500
"""A document has few; the page shows them all, whatever it was called when they were made."""
MOST_KEY: Final = 300
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
        return _page(refusal=_wrong(error)), 422
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
        return _document(known, told(error), {**_held(known), **typed}), 409
    return redirect(url_for("documents.document", document_id=document_id), 303)


@blueprint.get("/keyed")
def keyed() -> Response:
    """To the page of the document that has or had a key of the change log; of the one that `change` speaks of."""
    key, change = argument("key")[:MOST_KEY], _number(argument("change"))
    row = queries.document_at(session(), key, change or None)
    if row is None:
        return redirect(url_for("documents.index", q=key), 302)
    return redirect(url_for("documents.document", document_id=row.id), 302)


@blueprint.get("/<int(max=2147483647):document_id>")
def document(document_id: int) -> str:
    """A document, what changed of it and, for who may, the form that changes it."""
    row = _of(document_id)
    return _document(row, None, _held(row))


@blueprint.post("/<int(max=2147483647):document_id>")
def correct(document_id: int) -> Reply:
    """Change a document; a field of the form that is empty takes away what was held."""
    row = _of(document_id)
    typed = {name: text.strip() for name in (*_KEY, *_FACTS) if (text := request.form.get(name)) is not None}
    said = {name: text or None for name, text in typed.items()}
    seen = request.form.get("seen", "")
    try:
        record = ListedDocument.model_validate({"title": row.title, "body": row.body, "number": row.number, **said})
    except ValidationError as error:
        return _document(row, _wrong(error), _held(row), seen=seen), 422
    try:
        with writing() as writer:
            kept = writer.get_one(CommitteeDocument, document_id)
            correct_document(writer, viewer(), kept, record, now(), seen=_number(seen))
    except DocumentError as error:
        close_session()
        row = _of(document_id)
        held = _held(row)
        # The form comes back with what is kept now, so that nothing of it is undone unseen.
        shown_apart()
        said_now = record.model_dump(mode="json", include=set(typed))
        unkept = [(name, value) for name, value in said_now.items() if (value or "") != held[name]]
        return _document(row, told(error), held, unkept=unkept), 409
    return redirect(url_for("documents.document", document_id=document_id), 303)


@blueprint.post("/<int(max=2147483647):document_id>/take-away")
def take_away(document_id: int) -> Reply:
    """Take a document away that was entered by mistake."""
    why, seen = request.form.get("why", ""), _number(request.form.get("seen", ""))
    return _do(document_id, lambda writer, row: verbs.take_away(writer, viewer(), row, why, now(), seen=seen))


@blueprint.post("/<int(max=2147483647):document_id>/put-back")
def put_back(document_id: int) -> Reply:
    """Undo that a document was taken away."""
    return _do(document_id, lambda writer, row: verbs.put_back(writer, viewer(), row, now()))


def _do(document_id: int, act: Callable[[Session, CommitteeDocument], None]) -> Reply:
    _of(document_id)
    try:
        with writing() as writer:
            act(writer, writer.get_one(CommitteeDocument, document_id))
    except DocumentError as error:
        close_session()
        row = _of(document_id)
        return _document(row, told(error), _held(row)), 409
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
    return {name: "" if (value := getattr(row, name)) is None else str(value) for name in (*_KEY, *_FACTS)}


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
    changes = change_page(session(), {}, queries.changes_of(session(), row), limit=MOST_CHANGES)
    return render_template(
        "web/documents/document.html",
        row=row,
        successor=queries.with_successors(session(), [row])[0].superseded_by,
        address=outside(row.address),
        kinds=_kinds(),
        changes=change_rows(session(), changes),
        former=queries.former_keys(session(), row),
        most_why=verbs.MOST_WHY,
        refusal=refusal,
        typed=typed,
        unkept=unkept,
        seen=queries.last_change(session(), row) if seen is None else seen,
        may_edit=viewer().may(Permission.EDIT_STANDARDS),
    )


def _kinds() -> list[tuple[str, str]]:
    return [(each.value, labels.label("document_kind", each.value)) for each in DocumentKind]


def _page(*, refusal: str | None = None) -> str:
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
        typed={},
        may_edit=viewer().may(Permission.EDIT_STANDARDS),
        may_import=viewer().may(Permission.IMPORT_STANDARDS),
    )
