"""Writing: imports of files, sent as multipart/form-data and answered with the run."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from flask import Response, request

from workbench.ballots.imports import import_ballots
from workbench.db import Store
from workbench.declarations.imports import import_declarations
from workbench.history.finished import run_record, went_well
from workbench.history.models import Run
from workbench.i18n import mark
from workbench.patents.imports import import_patents
from workbench.people.matters import UnknownMatterError
from workbench.people.permissions import Permission
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings
from workbench.sources.column_maps import plain_name
from workbench.standards.drafts import import_draft
from workbench.web.api.asked import values
from workbench.web.api.door import token
from workbench.web.api.problems import ProblemError
from workbench.web.context import close_session, now, record, viewer, workbench

FILE: Final = "file"
MULTIPART: Final = "multipart/form-data"
_PIECE: Final = 1 << 20

Do = Callable[[Store, Settings, Path, Mapping[str, str]], Run]


@dataclass(frozen=True)
class Import:
    """A file that may be sent: what else is said of it, and who may. Files are told apart by content, not by name."""

    need: Permission
    do: Do
    about: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    days: frozenset[str] = field(default_factory=frozenset)


def _draft(store: Store, settings: Settings, path: Path, given: Mapping[str, str]) -> Run:
    dated = dt.date.fromisoformat(given["dated"]) if "dated" in given else None
    return import_draft(store, settings, path, work_item=given["work_item"], label=given["label"], dated=dated, now=now)


def _patents(store: Store, settings: Settings, path: Path, given: Mapping[str, str]) -> Run:
    return import_patents(store, settings, path, portfolio=given.get("portfolio"), matter=given.get("matter"), now=now)


def _declarations(store: Store, settings: Settings, path: Path, given: Mapping[str, str]) -> Run:
    del given
    return import_declarations(store, settings, path, now=now)


def _ballots(store: Store, settings: Settings, path: Path, given: Mapping[str, str]) -> Run:
    del given
    return import_ballots(store, settings, path, now=now)


IMPORTS: Final = {
    "ballots": Import(
        Permission.IMPORT_STANDARDS,
        _ballots,
        mark("Import ballots and votes from an export, a notification mail or a calendar."),
    ),
    "drafts": Import(
        Permission.IMPORT_STANDARDS,
        _draft,
        mark("Import a file as one version of the text of a work item."),
        required=("work_item", "label"),
        optional=("dated",),
        days=frozenset({"dated"}),
    ),
    "patents": Import(
        Permission.IMPORT_PATENTS,
        _patents,
        mark("Import publications from a file, into a portfolio where one is named."),
        optional=("portfolio", "matter"),
    ),
    "declarations": Import(
        Permission.IMPORT_PATENTS,
        _declarations,
        mark("Import a list of patent declarations from a register of ISO, IEC or ITU."),
    ),
}


def import_file(name: str) -> Response:
    """Import the file of the request; 200 with the run, 422 with the run where nothing was believed."""
    kind = IMPORTS[name]
    if request.mimetype != MULTIPART:
        raise ProblemError(415, "send the file as multipart/form-data, in the part 'file'")
    given = {key: text for key, text in values(request.form, (*kind.required, *kind.optional)).items() if text.strip()}
    for each in kind.required:
        if each not in given:
            raise ProblemError(400, f"{each} is missing; this import needs {', '.join(kind.required)}")
    for each in kind.days & given.keys():
        _check_day(each, given[each])
    files = request.files
    if set(files) != {FILE} or len(files.getlist(FILE)) != 1:
        raise ProblemError(400, f"send exactly one file, in the part '{FILE}'")
    sent = files[FILE]
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder) / plain_name(sent.filename or FILE)
        sent.save(path, _PIECE)
        if path.stat().st_size == 0:
            raise ProblemError(400, f"{path.name}: the file is empty")
        try:
            run = kind.do(workbench().store.on_behalf_of(viewer()), workbench().settings, path, given)
        except UnknownMatterError as error:
            raise ProblemError(400, f"matter: {error}") from error
    close_session()
    details = {"import": name, "run": run.id, "status": run.state.value}
    record(TrailAction.IMPORTED, "run", run.id, {**details, "token": token().name}, matter_id=run.matter_id)
    shown = run_record(run)
    shown["error"] = None if run.error is None else run.error.replace(f"{folder}/", "")
    body = json.dumps(shown, ensure_ascii=False)
    response = Response(body, 200 if went_well(run) else 422, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _check_day(name: str, text: str) -> None:
    try:
        if len(text) != len("2026-12-04"):
            raise ValueError("not a day")
        dt.date.fromisoformat(text)
    except ValueError as error:
        raise ProblemError(400, f"{name}: write the day like 2026-12-04") from error
