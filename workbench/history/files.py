"""A file given by a person: kept as a snapshot, so that what was read from it can be shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from scrapers.errors import UnreadableFileError
from scrapers.set_aside import MAX_EXCERPT, excerpt_of
from workbench.history.models import Snapshot
from workbench.history.snapshots import SnapshotFolder
from workbench.people.permissions import Permission
from workbench.settings import Settings


def keep_file(
    settings: Settings,
    path: Path,
    at: dt.datetime,
    *,
    permission: Permission | None = None,
    matter_id: int | None = None,
) -> Snapshot:
    """Copy the file into the snapshots; returns the row for it, not yet in a session.

    `permission` and `matter_id` say who may see it; see `Snapshot`.
    Raises UnreadableFileError where it can't be read.
    """
    try:
        with path.open("rb") as file:
            sha256, size = SnapshotFolder(settings.home).add(iter(lambda: file.read(1 << 20), b""))
    except OSError as error:
        raise UnreadableFileError(f"{path}: {error.strerror}; give the path of a readable file") from error
    return Snapshot(
        url=f"file:{path.name}",
        sha256=sha256,
        fetched_at=at,
        last_fetched_at=at,
        size=size,
        believed=True,
        permission=permission,
        matter_id=matter_id,
    )


def beginning_of(path: Path) -> str:
    """The first characters of a file that was kept, as text; empty where it can't be read any more."""
    try:
        with path.open("rb") as file:
            return excerpt_of(file.read(4 * MAX_EXCERPT))
    except OSError:
        return ""
