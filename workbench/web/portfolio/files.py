"""Rows of a portfolio view as a file; the trail tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, abort

from workbench import export
from workbench.history.queries import FilterError
from workbench.web.export import note


def as_file(name: str, format: str, filters: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> Response:  # noqa: A002
    """The rows in a format, written whole; 404 for a format there is not, 400 for a filter that cannot be."""
    if format not in export.FORMATS:
        abort(404)
    try:
        body = b"".join(export.write([dict(row) for row in rows], format))
    except FilterError:
        abort(400)
    note(name, {key: value for key, value in filters.items() if value}, format)
    headers = {"Content-Disposition": f"attachment; filename={name}.{format}", "Cache-Control": "no-store"}
    return Response(body, mimetype=export.FORMATS[format], headers=headers)
