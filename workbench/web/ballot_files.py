"""Files of ballots: what one would bring, and its import; a column map says how a table of another layout is read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from scrapers.ballots import load_map
from scrapers.errors import UnreadableFileError
from workbench.ballots.imports import BALLOTS, import_ballots
from workbench.history.file_imports import read_file
from workbench.history.models import RunState
from workbench.web.ballots import list_page
from workbench.web.context import close_session, now, viewer, workbench
from workbench.web.text import gettext

SHOWN: Final = 50

blueprint = Blueprint("ballot_files", __name__, url_prefix="/ballots/import")

Reply = Response | str | tuple[str, int]


@blueprint.post("")
def import_file() -> Reply:
    """Import an export, a mail or a calendar (`file`), a table by the column map `columns`."""
    with _uploads() as (path, columns):
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
    with _uploads() as (path, columns):
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


@contextmanager
def _uploads() -> Iterator[tuple[Path | None, Path | None]]:
    """The uploaded file and column map, for as long as they are read; None where there is none."""
    with tempfile.TemporaryDirectory(prefix="workbench-ballots-") as folder:
        # Apart from each other, so that two files of one name stay two.
        yield (
            _kept(request.files.get("file"), Path(folder) / "file"),
            _kept(request.files.get("columns"), Path(folder) / "columns"),
        )


def _kept(upload: FileStorage | None, folder: Path) -> Path | None:
    name = secure_filename(upload.filename or "") if upload else ""
    if upload is None or not name:
        return None
    folder.mkdir()
    path = folder / name[-120:]
    upload.save(path)
    return path
