"""Downloads: exactly the rows a page lists, in the shapes of the command line."""

from __future__ import annotations

import itertools
from typing import Final

from flask import Blueprint, Response, abort, request, stream_with_context

from workbench import export
from workbench.history.queries import FilterError
from workbench.standards.drafts import UnknownWorkItemError
from workbench.web.changes import in_zone
from workbench.web.context import session
from workbench.web.listing import argument

_NOT_FILTERS: Final = {"sort", "page"}

blueprint = Blueprint("export", __name__, url_prefix="/export")


@blueprint.get("/<kind>.<format>")
def download(kind: str, format: str) -> Response:  # noqa: A002
    if kind not in export.KINDS or format not in export.FORMATS:
        abort(404)
    filters = {name: argument(name) for name in request.args if name not in _NOT_FILTERS}
    if kind == "changes":
        filters = in_zone(filters)
    pieces = export.write(export.rows(session(), kind, filters), format)
    try:
        # Filters are refused with the first row, when the answer is not on its way yet.
        first = next(pieces, b"")
    except (export.UnknownExportError, UnknownWorkItemError, FilterError):
        abort(400)
    response = Response(stream_with_context(itertools.chain((first,), pieces)), content_type=export.FORMATS[format])
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.{format}"'
    return response
