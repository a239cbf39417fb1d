"""Downloads: exactly the rows a page lists, in the shapes of the command line."""

from __future__ import annotations

import tempfile
from typing import Final

from flask import Blueprint, Response, abort, request, send_file

from workbench import export
from workbench.history.queries import FilterError
from workbench.standards.drafts import UnknownWorkItemError
from workbench.web.changes import in_zone
from workbench.web.context import session
from workbench.web.listing import argument

_NOT_FILTERS: Final = {"sort", "page"}
_IN_MEMORY: Final = 8 * 1024 * 1024

blueprint = Blueprint("export", __name__, url_prefix="/export")


@blueprint.get("/<table>.<format>")
def download(table: str, format: str) -> Response:  # noqa: A002
    if table not in export.KINDS or format not in export.FORMATS:
        abort(404)
    filters = {name: argument(name) for name in request.args if name not in _NOT_FILTERS}
    if table == "changes":
        filters = in_zone(filters)
    # Written whole before it is sent: an error is still an error page, and the store is not kept waiting for a reader.
    body = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
    try:
        body.writelines(export.write(export.rows(session(), table, filters), format))
    except (export.UnknownExportError, UnknownWorkItemError, FilterError):
        body.close()
        abort(400)
    body.seek(0)
    return send_file(
        body, mimetype=export.FORMATS[format], as_attachment=True, download_name=f"{table}.{format}", max_age=0
    )
