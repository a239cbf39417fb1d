"""Downloads: exactly the rows a page lists, in the shapes of the command line."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, Response, abort, request, send_file

from workbench import export
from workbench.history.queries import FilterError
from workbench.patents.portfolios import matters_of_portfolio
from workbench.patents.queries import portfolio_names
from workbench.people.walls_models import TrailAction
from workbench.standards.drafts import UnknownWorkItemError
from workbench.web.changes import in_zone
from workbench.web.context import record, session, today, viewer
from workbench.web.listing import argument
from workbench.web.permissions import may_export
from workbench.web.security import keep_nothing

_NOT_FILTERS: Final = {"sort", "page"}
_IN_MEMORY: Final = 8 * 1024 * 1024

blueprint = Blueprint("export", __name__, url_prefix="/export")
blueprint.after_request(keep_nothing)


@blueprint.get("/<table>.<format>")
def download(table: str, format: str) -> Response:  # noqa: A002
    if table not in export.KINDS or format not in export.FORMATS:
        abort(404)
    if not may_export(table, viewer()):
        abort(403)
    filters = {name: argument(name) for name in request.args if name not in _NOT_FILTERS}
    if table == "changes":
        filters = in_zone(filters)
    # Written whole before it is sent: an error is still an error page, and the store is not kept waiting for a reader.
    body = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
    try:
        notices = export.notices(session(), table, filters)
        body.writelines(export.write(export.rows(session(), table, on_a_day(table, filters)), format, notices))
        tell(table, filters, format, notices)
    except (export.UnknownExportError, UnknownWorkItemError, FilterError):
        body.close()
        abort(400)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    name = f"{table}-marked" if notices else table
    return send_file(body, mimetype=export.FORMATS[format], as_attachment=True, download_name=f"{name}.{format}")


def on_a_day(table: str, filters: Mapping[str, str]) -> Mapping[str, str]:
    """The filters with the day of today where rows depend on the day and none is given."""
    if "as_of" not in export.KINDS[table].filters or filters.get("as_of"):
        return filters
    return {**filters, "as_of": today().isoformat()}


def tell(table: str, filters: Mapping[str, str], format: str, notices: Sequence[str]) -> None:  # noqa: A002
    """Write into the audit trail what was taken out, where it is of the kinds that the trail tells of."""
    if export.is_told(table, filters, notices):
        note(table, filters, format)


def note(what: str, filters: Mapping[str, str], format: str) -> None:  # noqa: A002
    """Write into the audit trail that something was taken out, and by which filters."""
    told = {name: value for name, value in filters.items() if value}
    portfolio = told.get("portfolio", "")
    if portfolio not in portfolio_names(session()):
        # A name that somebody tries out may be one behind a wall; the trail must not spread it.
        told.pop("portfolio", None)
    matter_id = next(iter(matters_of_portfolio(session(), portfolio)), None) or _own_matter(told)
    record(TrailAction.EXPORTED, "export", what, {"format": format, "filters": told}, matter_id=matter_id)


def _own_matter(filters: Mapping[str, str]) -> int | None:
    """The matter that the rows are of, where who asks is in it."""
    return next((each for each in viewer().matters if str(each) == filters.get("matter")), None)
