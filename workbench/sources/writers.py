"""Which writer takes which record of a source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from sqlmodel import Session

from scrapers import records
from workbench.history.log import ChangeLog, Outcome
from workbench.patents import reconcile_office
from workbench.patents.reconcile import reconcile_publication
from workbench.standards.reconcile import reconcile_committee, reconcile_work_item
from workbench.watched.reconcile import reconcile_page, reconcile_release

Writer: TypeAlias = Callable[[Session, ChangeLog, Any, int | None], tuple[object, Outcome]]

WRITERS: Final[Mapping[type[records.Record], Writer]] = {
    records.WorkItem: reconcile_work_item,
    records.Committee: reconcile_committee,
    records.Publication: reconcile_publication,
    records.PatentFamily: reconcile_office.reconcile_family,
    records.LegalEvent: reconcile_office.reconcile_event,
    records.ApplicationStatus: reconcile_office.reconcile_status,
    records.CitedDocument: reconcile_office.reconcile_citation,
    records.FiledClaims: reconcile_office.reconcile_filed_claims,
    records.Release: reconcile_release,
    records.PageExcerpt: reconcile_page,
}


def write(session: Session, log: ChangeLog, record: records.Record, snapshot_id: int | None) -> Outcome:
    """Bring the row of a record up to what the record says. Raises TypeError where no table takes such records."""
    writer = WRITERS.get(type(record))
    if writer is None:
        raise TypeError(f"no table takes a {type(record).__name__} of {log.source}; add its writer to WRITERS")
    return writer(session, log, record, snapshot_id)[1]
