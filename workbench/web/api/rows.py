"""Reading: the rows of every kind that can be exported, page by page, for whom the token stands."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, abort, request, url_for

from workbench import export
from workbench.history.queries import FilterError
from workbench.standards.drafts import UnknownWorkItemError
from workbench.web.api.asked import Cursor, limit_of, mark_of, values
from workbench.web.api.problems import ProblemError
from workbench.web.context import session, viewer
from workbench.web.export import on_a_day, tell
from workbench.web.permissions import may_export

PAGING: Final = frozenset({"cursor", "limit"})
FORMAT: Final = "api"


def rows(table: str) -> Response:
    """A page of rows as `{"items", "next", "notices"}`; `next` is the cursor of the page after it."""
    if table not in export.KINDS:
        abort(404)
    if not may_export(table, viewer()):
        abort(403)
    kind = export.KINDS[table]
    given = values(request.args, kind.filters | PAGING)
    filters = {name: value for name, value in given.items() if name not in PAGING and value.strip()}
    limit = limit_of(given.get("limit"))
    asked = mark_of([table, filters])
    cursor = Cursor.parse(given["cursor"]) if given.get("cursor") else None
    if cursor is not None and cursor.asked != asked:
        raise ProblemError(400, "cursor: it belongs to other filters; begin again without it")
    # One row more than asked for says whether there is another page; the one before says whether this is the place.
    before = 0 if cursor is None else 1
    start = 0 if cursor is None else cursor.read - before
    try:
        window = export.Window(start, before + limit + 1)
        found = list(export.rows(session(), table, on_a_day(table, filters), window))
        notices = export.notices(session(), table, filters)
    except UnknownWorkItemError as error:
        raise ProblemError(404, str(error)) from error
    except (export.UnknownExportError, FilterError) as error:
        raise ProblemError(400, str(error)) from error
    if cursor is not None:
        if not found or _mark(kind, found[0]) != cursor.last:
            raise ProblemError(410, "the list has changed before this place; begin again without the cursor")
        found = found[1:]
    items = found[:limit]
    following = None
    if len(found) > limit:
        following = str(Cursor(start + before + limit, _mark(kind, items[-1]), asked))
    tell(table, filters, FORMAT, notices)
    response = _json({"items": items, "next": following, "notices": notices})
    if following is not None:
        query = urlencode({**filters, "limit": limit, "cursor": following})
        address = f"{url_for('api.rows', table=table)}?{query}"
        response.headers["Link"] = f'<{address}>; rel="next"'
    return response


def _mark(kind: export.Kind, row: export.Row) -> str:
    return mark_of([row[name] for name in kind.key or row])


def _json(value: dict[str, Any]) -> Response:
    """The answer with its ETag; 304 where the program has it already (RFC 9110, 13.1.2)."""
    body = json.dumps(value, ensure_ascii=False).encode()
    response = Response(body, content_type="application/json")
    response.set_etag(hashlib.sha256(body).hexdigest())
    return response.make_conditional(request)  # type: ignore[return-value]
