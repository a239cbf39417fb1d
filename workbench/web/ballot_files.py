"""Files of ballots: what one would bring, and its import; a column map says how a table of another layout is read."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from scrapers.ballots import load_map
from scrapers.errors import UnreadableFileError
from workbench.ballots.imports import BALLOTS, import_ballots
from workbench.history.file_imports import read_file
from workbench.history.models import RunState
from workbench.web.ballots import list_page
from workbench.web.context import close_session, now, viewer, workbench
from workbench.web.text import gettext
from workbench.web.uploads import kept_uploads

SHOWN: Final = 50

blueprint = Blueprint("ballot_files", __name__, url_prefix="/ballots/import")

Reply = Response | str | tuple[str, int]


@blueprint.post("")
def import_file() -> Reply:
    """Import an export, a mail or a calendar (`file`), a table by the column map `columns`."""
    with kept_uploads("file", "columns") as (path, columns):
        if path is None:
            return list_page(gettext("Choose a file first.")), 400
        store = workbench().store.on_behalf_of(viewer())
        run = import_ballots(store, workbench().settings, path, columns=columns, now=now)
    close_session()
    if run.state is RunState.FAILED:
        return list_page(run.error), 409
    return redirect(url_for("sources.run", run_id=run.id), 303)


@blueprint.post("/preview")
def preview() -> Reply:
    """Show what the same file would bring; nothing is kept."""
    with kept_uploads("file", "columns") as (path, columns):
        if path is None:
            return list_page(gettext("Choose a file first.")), 400
        try:
            content = read_file(BALLOTS, path, None if columns is None else load_map(columns))
        except UnreadableFileError as error:
            return list_page(str(error)), 409
    return render_template(
        "web/ballots/preview.html",
        name=path.name,
        ballots=content.records[:SHOWN],
        total=len(content.records),
        refusals=content.refusals[:SHOWN],
        refused=len(content.refusals),
    )
