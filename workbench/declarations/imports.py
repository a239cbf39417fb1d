"""Imports lists of patent registers: read and checked first, then written in one transaction a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sqlmodel import Session

from scrapers.records import Declaration
from scrapers.registers import PARSER_VERSION, Doubt, RegisterMap, load_map, read_declarations
from workbench.db import Store
from workbench.declarations.reconcile import reconcile_declaration
from workbench.history.file_imports import FileKind, import_file
from workbench.history.log import ChangeLog, Counts
from workbench.history.models import Run, Snapshot
from workbench.settings import Settings

DECLARATIONS: Final = FileKind(
    "declarations", PARSER_VERSION, load_map, read_declarations, lambda each: not isinstance(each, Doubt)
)
"""Lists of registers. A doubt about a row that could be read is a warning only."""


def import_declarations(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    columns: Path | RegisterMap | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """Import one list; returns the finished run. `progress` hears how many declarations were written so far.

    `columns` says what the columns of the list are, or is the file of a map that does; without it, the list is that of
    a known register. A row that cannot be read is a warning naming its place and reason, and goes into quarantine; what
    is doubtful in one that can be read is a warning. A file in which no declaration can be read is a failed run that
    changes nothing.
    """

    def write(
        session: Session, log: ChangeLog, snapshot: Snapshot, found: Sequence[Declaration], counts: Counts
    ) -> Sequence[str]:
        for record in found:
            counts.add(reconcile_declaration(session, log, record, snapshot.id)[1])
            progress(counts.records)
        return ()

    return import_file(store, settings, DECLARATIONS, path, write, columns=columns, clock=now())
