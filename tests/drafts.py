"""Drafts as rows, for tests that need one and not its file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import Session

from workbench.db import key_of
from workbench.history.models import Snapshot
from workbench.standards.models import Draft


def plant_draft(
    session: Session, work_item_id: int, label: str, at: dt.datetime, *, number: int = 0, **fields: Any
) -> Draft:
    """A draft of a work item that was imported then, from a file of its own for each `number`; it has no clauses."""
    snapshot = Snapshot(
        url=f"file:draft{number}.xml", sha256=f"{number:064}", fetched_at=at, last_fetched_at=at, size=1, believed=True
    )
    session.add(snapshot)
    session.flush()
    draft = Draft(
        work_item_id=work_item_id,
        label=label,
        format="sts",
        parser_version="1",
        snapshot_id=key_of(snapshot),
        imported_at=at,
        **fields,
    )
    session.add(draft)
    session.flush()
    return draft
