"""Publications: the list, and one of them with its family, its claims and what the engine found for each."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import PatentNumber
from workbench.declarations.queries import declarations_naming
from workbench.history.queries import FilterError, change_page, count_changes
from workbench.mapping.queries import matches_of_publication
from workbench.patents import office_queries, queries
from workbench.people.permissions import Permission
from workbench.web.change_rows import change_rows
from workbench.web.context import session, today, viewer
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.permissions import may_open

SHOWN_CHANGES: Final = 20
_TOP: Final = 3
_INDENTS: Final = 5

blueprint = Blueprint("patents", __name__, url_prefix="/patents")


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in queries.PUBLICATION_FILTERS}
    sort = sort_key(argument("sort"), queries.PUBLICATION_SORTS, "-date")
    page = page_number(argument("page"))
    refusal, total = None, 0
    rows: list[queries.PublicationRow] = []
    try:
        total = queries.count_publications(session(), filters)
        rows = queries.publication_page(session(), filters, sort=sort, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except FilterError as error:
        refusal = str(error)
    listing = Listing(
        endpoint="patents.index",
        filters=filters,
        sort=sort,
        default_sort="-date",
        page=page,
        total=total,
        export_kind="publications",
    )
    known = queries.publication_choices(session())
    choices = {name: [(value, value) for value in values] for name, values in vars(known).items()}
    return render_template(
        "web/patents/index.html",
        listing=listing,
        rows=rows,
        filters=filters,
        choices=choices,
        refusal=refusal,
        may_import=may_open("column_maps.index", viewer()),
    )


@blueprint.get("/publications/<number>")
def publication(number: str) -> str | Response:
    """A publication by its number in docdb form; another way of writing it leads to that address."""
    if not number.isprintable():
        abort(404)
    row = queries.publication(session(), number)
    if row is None:
        canonical = _canonical(number)
        if canonical is None or canonical == number or queries.publication(session(), canonical) is None:
            abort(404)
        return redirect(url_for("patents.publication", number=canonical), 301)
    claims = queries.claims_of(session(), row)
    chosen = argument("claims")
    language = min(claims, key=lambda code: (code != chosen, code != "en", code), default=None)
    own_changes = {"entity": "publication", "key": row.number}
    changes = change_rows(session(), change_page(session(), own_changes, limit=SHOWN_CHANGES))
    return render_template(
        "web/patents/publication.html",
        row=row,
        family=queries.family_names(session(), [row]).get(row.family_ref or 0),
        members=queries.family_members(session(), row),
        family_sources=office_queries.family_sources(row),
        extended=office_queries.extended_family(session(), row),
        office=office_queries.office_view(session(), row, today()),
        portfolios=queries.portfolios_of(session(), row),
        filed_claims=office_queries.filed_claims(session(), row),
        declarations=declarations_naming(session(), row),
        claims=claims,
        claims_language=language,
        claims_hidden=not viewer().may(Permission.READ_OTHERS_CLAIMS),
        nodes=queries.claim_tree(claims[language]) if language else [],
        indents=_INDENTS,
        matches=matches_of_publication(session(), row, _TOP),
        top=_TOP,
        changes=changes,
        change_total=count_changes(session(), own_changes),
        own_changes=own_changes,
    )


def _canonical(text: str) -> str | None:
    try:
        return str(PatentNumber.parse(text))
    except InvalidIdentifierError:
        return None
