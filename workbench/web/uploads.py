"""Every upload, before any page or address of the interface reads it: within the person's quota, and scanned."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flask import Flask, Response, current_app, render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from workbench.i18n import mark
from workbench.malware import Scanner, ScannerError, scanner_of
from workbench.people import quotas
from workbench.people.quotas import MEGABYTE, Spent
from workbench.people.trail import record
from workbench.people.walls_models import TrailAction
from workbench.web import context
from workbench.web.api import door
from workbench.web.api.problems import problem
from workbench.web.context import now, workbench
from workbench.web.people.wording import whole_seconds
from workbench.web.text import gettext

ENTITY: Final = "upload"
_SCANNER: Final = "workbench_scanner"
_Page = Response | tuple[str, int] | tuple[str, int, dict[str, str]]

_SPENT: Final = (
    mark("Too much was uploaded today"),
    mark(
        "One person may upload %(files)s files and %(megabytes)s MB a day. Go on tomorrow, or ask the person who runs "
        "the workbench to raise upload_daily_files or upload_daily_megabytes."
    ),
)
_FOUND: Final = (
    mark("The file was refused"),
    mark("The malware scanner found %(name)s in it. Nothing was kept. Tell the person who runs the workbench."),
)
_UNSCANNED: Final = (
    mark("The file could not be scanned for malware"),
    mark("Nothing was kept. Try again later; if it happens again, tell the person who runs the workbench."),
)


def install(app: Flask) -> None:
    """Look at the files of each request after it is known who asks, that he may, and that the form is ours."""
    app.extensions[_SCANNER] = scanner_of(context.workbench_of(app).settings)
    app.before_request(_check)


def _check() -> _Page | None:
    if request.method != "POST" or request.mimetype != "multipart/form-data":
        return None
    files = [each for _, each in request.files.items(multi=True)]
    sizes = {id(each): _size(each) for each in files}
    files = [each for each in files if each.filename or sizes[id(each)]]
    if not files:
        return None
    return _within_quota(len(files), sum(sizes.values())) or _scanned(files)


def _within_quota(files: int, size: int) -> _Page | None:
    account_id = context.viewer().account_id
    if account_id is None:
        return None  # local mode: whoever uses the machine fills it
    with workbench().store.write(context.viewer()) as session:
        spent = quotas.take(session, workbench().settings, account_id, files, size, now())
        if spent is None:
            return None
        told = {"why": "quota", "files": spent.files + files, "bytes": spent.size + size}
        record(session, context.viewer(), TrailAction.REFUSED, ENTITY, account_id, told, at=now())
    return _too_much(spent)


def _too_much(spent: Spent) -> _Page:
    values = {"files": spent.most_files, "megabytes": spent.most_size // MEGABYTE}
    return _refuse(429, _SPENT, values, {"Retry-After": str(whole_seconds(spent.wait))})


def _scanned(files: list[FileStorage]) -> _Page | None:
    scanner: Scanner | None = current_app.extensions[_SCANNER]
    if scanner is None:
        return None
    for file in files:
        file.stream.seek(0)
        try:
            found = scanner.scan(file.stream)
        except ScannerError as error:
            current_app.logger.error("an upload was refused: %s", error)
            return _refuse(503, _UNSCANNED, {})
        file.stream.seek(0)
        if found is not None:
            told = {"why": "malware", "found": found}
            context.record(TrailAction.REFUSED, ENTITY, context.viewer().account_id or "local", told)
            return _refuse(422, _FOUND, {"name": found})
    return None


def _refuse(
    status: int, words: tuple[str, str], values: Mapping[str, object], headers: dict[str, str] | None = None
) -> _Page:
    title, remedy = words
    if door.is_meant():
        return problem(status, f"{title}: {remedy % values}", headers)
    page = render_template("web/errors/error.html", code=status, title=title, remedy=gettext(remedy, **values))
    return page, status, headers or {}


def _size(file: FileStorage) -> int:
    """Bytes; whatever a request says of its parts is not believed."""
    size = file.stream.seek(0, os.SEEK_END)
    file.stream.seek(0)
    return size


@contextmanager
def kept_uploads(*fields: str) -> Iterator[tuple[Path | None, ...]]:
    """The uploaded file of each field, for as long as they are read; None where there is none."""
    with tempfile.TemporaryDirectory(prefix="workbench-upload-") as folder:
        # Apart from each other, so that two files of one name stay two.
        yield tuple(_kept(request.files.get(field), Path(folder) / field) for field in fields)


def _kept(upload: FileStorage | None, folder: Path) -> Path | None:
    name = secure_filename(upload.filename or "") if upload else ""
    if upload is None or not name:
        return None
    folder.mkdir()
    path = folder / name[-120:]
    upload.save(path)
    return path
