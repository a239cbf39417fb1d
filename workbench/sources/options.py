"""What a source is told of the store and the settings, so that it asks for what is wanted and not for what is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from scrapers.registry import Source
from workbench.db import Store
from workbench.history.models import Run, RunKind, Snapshot
from workbench.patents.models import Claim, Publication
from workbench.settings import Settings
from workbench.standards.models import WorkItem
from workbench.standards.status import status_of
from workbench.watched.queries import reading_marks


def options_for(store: Store, settings: Settings, source: Source, ids: Sequence[int]) -> dict[str, Any]:
    """The options of a run.

    `ids` are the work items asked for, by default all that are followed. `with_claims` and `without_claims` are
    publications by number, `last_read` says when each was last seen, `urls_read` are addresses read by believed runs.
    `marks` say until which day believed runs of this source have read what.
    """
    with store.read() as session:
        followed = session.exec(select(WorkItem.iso_id, WorkItem.stage).order_by(col(WorkItem.iso_id))).all()
        publications = session.exec(select(Publication.number, Publication.application, Publication.last_seen)).all()
        claimed = select(Claim.publication_id)
        with_claims = session.exec(select(Publication.number).where(col(Publication.id).in_(claimed))).all()
        believed = session.exec(select(Snapshot.url).where(col(Snapshot.believed))).all()
        ever_polled = session.exec(select(Run.id).where(Run.source == source.name, Run.kind == RunKind.POLL)).first()
        marks = reading_marks(session, source.name)
    # The withdrawn and the cancelled change no more; their pages are not asked for.
    open_items = (iso_id for iso_id, stage in followed if status_of(stage) not in {"withdrawn", "cancelled"})
    last_read = {number: seen for number, _, seen in publications}
    last_read |= {application: seen for _, application, seen in publications if application}
    return {
        "committees": settings.committees,
        "ids": tuple(ids) or tuple(open_items),
        "credentials": credentials_of(settings, source),
        "watches": settings.watches,
        "repositories": settings.repositories,
        "pages": settings.pages,
        "marks": marks,
        "with_claims": frozenset(with_claims),
        "without_claims": tuple(sorted({number for number, _, _ in publications} - set(with_claims))),
        "last_read": last_read if ever_polled else {},
        "urls_read": frozenset(believed),
    }


def credentials_of(settings: Settings, source: Source) -> dict[str, str]:
    """What the settings hold for this source, in the clear."""
    return {name: secret.get_secret_value() for name, secret in settings.credentials.get(source.name, {}).items()}
