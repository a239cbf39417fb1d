"""A table of one's own: say which column is which field, see what would be imported, save the map, import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from scrapers.column_maps import HEADING_ROWS, best_map
from scrapers.errors import UnreadableFileError
from scrapers.patents import ColumnMap, Preview, Refusal, preview
from scrapers.patents.column_maps import Field, built_in
from scrapers.patents.tables import rows_of
from workbench.patents.imports import import_patents
from workbench.people.matters import UnknownMatterError
from workbench.sources.column_maps import MAX_NAME, MAX_UPLOAD, Uploads, first_rows, map_named, save_map, saved_maps
from workbench.web.context import now, session, viewer, workbench
from workbench.web.listing import argument
from workbench.web.text import gettext

SHOWN_ROWS: Final = 8
SHOWN_CELL: Final = 60
PREVIEWED: Final = 20
DATE_FORMATS: Final = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")
_SEVERAL: Final = (Field.APPLICANTS, Field.INVENTORS, Field.IPC, Field.CPC, Field.PRIORITIES)
_UNNAMED: Final = "upload"

blueprint = Blueprint("column_maps", __name__, url_prefix="/patents/import")


@dataclass(frozen=True)
class Tried:
    """A map on trial: what it is, what it makes of the table, or why it can't be tried."""

    column_map: ColumnMap | None
    preview: Preview | None
    refusal: str | None


@blueprint.get("/")
def index() -> str:
    return _start()


@blueprint.post("/")
def upload() -> Response | tuple[str, int]:
    """Keep an uploaded table (`table`) and go on to its columns."""
    file = request.files.get("table")
    if file is None or not file.filename:
        return _start(gettext("Choose a table to upload.")), 400
    try:
        token = Uploads(workbench().settings).keep(file.stream, file.filename, now())
    except UnreadableFileError as error:
        return _start(str(error)), 400
    return redirect(url_for("column_maps.columns", token=token), 303)


@blueprint.get("/<token>")
def columns(token: str) -> str:
    """The first rows, a choice of columns, and what they give; the address says which column is which field."""
    return _columns(token, _upload(token))


@blueprint.post("/<token>/save")
def save(token: str) -> Response | tuple[str, int]:
    """Save the map of the address under a name (`name`)."""
    path = _upload(token)
    tried = _try(path)
    name = " ".join(request.form.get("name", "").split())[:MAX_NAME]
    if tried.column_map is None or not name or not name.isprintable():
        return _columns(token, path, gettext("Give the map a name and say at least where the number stands.")), 400
    save_map(
        workbench().store.on_behalf_of(viewer()),
        tried.column_map.model_copy(update={"name": name}),
        by=viewer().name or None,
        at=now(),
    )
    address = url_for("column_maps.columns", token=token)
    return redirect(f"{address}?{urlencode({**_state(), 'saved': name})}", 303)


@blueprint.post("/<token>")
def import_table(token: str) -> Response | tuple[str, int]:
    """Import the table through the map of the address, into `portfolio` and `matter` where they are named."""
    path = _upload(token)
    tried = _try(path)
    if tried.column_map is None or tried.preview is None:
        return _columns(token, path), 400
    try:
        run = import_patents(
            workbench().store.on_behalf_of(viewer()),
            workbench().settings,
            path,
            portfolio=" ".join(request.form.get("portfolio", "").split())[:MAX_NAME] or None,
            matter=" ".join(request.form.get("matter", "").split())[:MAX_NAME] or None,
            columns=tried.column_map,
            now=now,
        )
    except UnknownMatterError as error:
        return _columns(token, path, str(error)), 400
    Uploads(workbench().settings).forget(token)
    return redirect(url_for("sources.run", run_id=run.id), 303)


def _start(refusal: str | None = None) -> str:
    return render_template("web/patents/import.html", refusal=refusal, maps=saved_maps(session()), limit=MAX_UPLOAD)


def _upload(token: str) -> Path:
    path = Uploads(workbench().settings).path(token)
    if path is None:
        abort(404)
    return path


def _columns(token: str, path: Path, refusal: str | None = None) -> str:
    tried = _try(path)
    rows = [(number, [cell[:SHOWN_CELL] for cell in cells]) for number, cells in first_rows(path, SHOWN_ROWS)]
    headings = _headings(path, tried)
    return render_template(
        "web/patents/columns.html",
        token=token,
        name=path.name,
        rows=rows,
        headings=headings,
        fields=list(Field),
        chosen=_chosen(tried, headings),
        tried=tried,
        publications=[each for each in tried.preview.outcomes if not isinstance(each, Refusal)]
        if tried.preview
        else [],
        refused=[each for each in tried.preview.outcomes if isinstance(each, Refusal)] if tried.preview else [],
        refusal=refusal or tried.refusal,
        state=_state(),
        saved=argument("saved"),
        maps=[row.name for row in saved_maps(session())],
        date_formats=DATE_FORMATS,
        previewed=PREVIEWED,
    )


def _try(path: Path) -> Tried:
    """The map of the address, else the one that is known to fit the table best, tried on its first rows."""
    try:
        column_map = _map_of_address(path)
        found = preview(path, column_map, PREVIEWED) if column_map is not None else None
    except ValidationError:
        return Tried(None, None, gettext("Say in which column the number of the publication stands."))
    except UnreadableFileError as error:
        return Tried(None, None, str(error))
    return Tried(column_map, found, None)


def _map_of_address(path: Path) -> ColumnMap | None:
    """Raises ValidationError where the address names columns, but none for the number, and UnreadableFileError."""
    state = _state()
    base = map_named(session(), state["map"]) if "map" in state else None
    named = {Field(name): (heading,) for name, heading in state.items() if name in set(Field)}
    if not named:
        return base or _known(path)
    separator = state.get("separator", ";")
    return ColumnMap.model_validate(
        {
            "name": base.name if base is not None else _UNNAMED,
            "language": state.get("language") or None,
            "date_formats": tuple(dict.fromkeys((state.get("date_format", DATE_FORMATS[0]), *DATE_FORMATS[:3]))),
            "columns": named,
            "separators": dict.fromkeys(_SEVERAL, (separator,)),
        }
    )


def _known(path: Path) -> ColumnMap | None:
    """The saved or known map that fits the headings of the table best."""
    saved = [map_named(session(), row.name) for row in saved_maps(session())]
    return best_map(rows_of(path), (*filter(None, saved), *built_in()), 1)


def _state() -> Mapping[str, str]:
    """What the address says of the map."""
    names = ("map", "separator", "language", "date_format", *Field)
    return {name: value for name in names if (value := argument(name))}


def _headings(path: Path, tried: Tried) -> list[str]:
    """The cells of the row of headings: that of the map, else the fullest of the first rows."""
    if tried.preview is not None:
        return [cell for cell in tried.preview.headings if cell]
    rows = first_rows(path, HEADING_ROWS)
    fullest = max(rows, key=lambda row: sum(map(bool, row[1])), default=(0, []))
    return [cell for cell in fullest[1] if cell]


def _chosen(tried: Tried, headings: list[str]) -> dict[str, str]:
    """The heading that stands for each field now."""
    if tried.column_map is None:
        return dict(_state())
    places = tried.column_map.places(headings)
    return {field.value: headings[place] for field, place in places.items()}
