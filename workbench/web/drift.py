"""What drifted in a run: the last good snapshot and the failing one side by side."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from typing import Final

from flask import Blueprint, abort, render_template

from workbench.history.models import DriftReport, Run, Snapshot
from workbench.history.snapshots import SnapshotFolder
from workbench.sources.side_by_side import SideBySide, pieces_of_lines, side_by_side
from workbench.web.context import session, workbench
from workbench.web.source_names import known_sources

MOST_BYTES: Final = 128 * 1024 * 1024
_LINE: Final = 64 * 1024
_SNIFFED: Final = 4096

blueprint = Blueprint("drift", __name__, url_prefix="/sources/drift")


@blueprint.get("/<int(max=2147483647):report_id>")
def report(report_id: int) -> str:
    row = session().get(DriftReport, report_id)
    if row is None:
        abort(404)
    run = session().get_one(Run, row.run_id)
    good, bad = (
        session().get(Snapshot, key) if key is not None else None for key in (row.good_snapshot_id, row.bad_snapshot_id)
    )
    return render_template(
        "web/sources/drift.html",
        report=row,
        run=run,
        source=known_sources().get(run.source),
        good=good,
        bad=bad,
        compared=_compared(good, bad, row.selector),
    )


def _compared(good: Snapshot | None, bad: Snapshot | None, selector: str) -> SideBySide | None:
    """Both sides where they differ; None where one of them can't be shown as text."""
    if good is None or bad is None:
        return None
    try:
        if not (_is_text(good) and _is_text(bad)):
            return None
        return side_by_side(_lines(good), _lines(bad), selector)
    except (OSError, EOFError):
        return None  # the folder lost a file or it is damaged; the page says that there is nothing to compare


def _open(snapshot: Snapshot) -> gzip.GzipFile:
    return gzip.GzipFile(SnapshotFolder(workbench().settings.home).path(snapshot.sha256))


def _is_text(snapshot: Snapshot) -> bool:
    with _open(snapshot) as body:
        return b"\x00" not in body.read(_SNIFFED)


def _lines(snapshot: Snapshot) -> Iterator[str]:
    """The lines of a body, at most MOST_BYTES of it; a line without end comes in pieces."""
    with _open(snapshot) as body:
        text = io.TextIOWrapper(body, encoding="utf-8", errors="replace", newline="\n")
        yield from pieces_of_lines(iter(lambda: text.readline(_LINE) if body.tell() < MOST_BYTES else "", ""))
