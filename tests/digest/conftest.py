"""A small invented week of SC 42, and recipients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
from sqlmodel import Session

from scrapers.manifest import Manifest
from scrapers.records import Precision
from tests.catalogues import compile_catalogues
from tests.drafts import plant_draft
from workbench.db import Store, key_of
from workbench.digest.models import Edition, Language, Recipient
from workbench.history.models import Change, ChangeKind, Entity, Run, RunKind, RunState
from workbench.patents.models import Publication
from workbench.standards.models import StageEvent, WorkItem

MONDAY = dt.datetime(2026, 11, 16, 8, tzinfo=dt.timezone(dt.timedelta(hours=9)))
FRIDAY = MONDAY - dt.timedelta(days=3)
LONG_AGO = MONDAY - dt.timedelta(days=400)
HOSTILE = "A title\r\nBcc: everyone@example.com\r\n\r\n<script>alert(1)</script> \u202e\x07 & \u2028more"
MANIFESTS = {
    name: Manifest(
        name=name,
        title=title,
        publisher="An invented publisher",
        homepage="https://example.org",
        urls={},
        allowed_hosts=(),
        licence="invented",
        attribution=f"Contains information from {title} (invented licence)",
        frequency="daily",
        complete=True,
        stale_after_days=7,
    )
    for name, title in (("alpha", "Alpha Open Data"), ("beta", "Beta pages"), ("gamma", "Gamma register"))
}


@pytest.fixture(autouse=True, scope="session")
def catalogues() -> None:
    """The catalogues in the form in which mails read them."""
    compile_catalogues()


def add_run(session: Session, source: str = "alpha", at: dt.datetime = FRIDAY, state: RunState = RunState.OK) -> int:
    kind = RunKind.POLL if source in MANIFESTS else RunKind.IMPORT
    run = Run(kind=kind, source=source, parser_version="1", state=state, started_at=at, finished_at=at, clock=at)
    session.add(run)
    session.flush()
    return key_of(run)


def add_change(
    session: Session,
    key: str,
    field: str | None = None,
    old: object = None,
    new: object = None,
    *,
    kind: ChangeKind = ChangeKind.CHANGED,
    entity: Entity = Entity.WORK_ITEM,
    at: dt.datetime = FRIDAY,
    source: str = "alpha",
) -> int:
    run_id = add_run(session, source, at)
    change = Change(
        at=at, entity=entity, key=key, kind=kind, field=field, old=old, new=new, source=source, run_id=run_id
    )
    session.add(change)
    session.flush()
    return key_of(change)


def add_item(
    session: Session,
    iso_id: int,
    reference: str,
    stage: str,
    events: Iterable[tuple[str, str, Precision]] = (),
    *,
    title: str = "Artificial intelligence — An invented title",
    deliverable: str = "IS",
) -> WorkItem:
    item = WorkItem(
        iso_id=iso_id,
        reference=reference,
        committee="ISO/IEC JTC 1/SC 42",
        title_en=title,
        deliverable_type=deliverable,
        stage=stage,
        first_seen=LONG_AGO,
        last_seen=FRIDAY,
    )
    session.add(item)
    session.flush()
    for code, day, precision in events:
        session.add(
            StageEvent(work_item_id=key_of(item), stage=code, date=dt.date.fromisoformat(day), precision=precision)
        )
    session.flush()
    return item


def add_recipient(
    store: Store,
    name: str = "A Delegate",
    language: Language = Language.EN,
    edition: Edition = Edition.DELEGATE,
    email: str | None = None,
) -> int:
    email = email or f"{name.replace(' ', '.').lower()}@example.com"
    with store.write() as session:
        row = Recipient(name=name, email=email, language=language, edition=edition)
        session.add(row)
        session.flush()
        return key_of(row)


@pytest.fixture
def week(store: Store) -> Store:
    """A store in which a ballot is overdue, one is due and one opened, and a bit of everything changed on Friday."""
    day, observed = Precision.DAY, Precision.OBSERVED
    with store.write() as session:
        add_item(session, 90001, "ISO/IEC DIS 90001", "40.20", [("40.20", "2026-08-10", day)])
        add_item(session, 90002, "ISO/IEC DIS 90002", "40.20", [("40.20", "2026-09-04", observed)])
        add_item(session, 90003, "ISO/IEC FDIS 90003", "50.20", [("50.20", "2026-11-12", day)])
        add_item(session, 90004, "ISO/IEC CD TS 90004", "30.60", [("30.60", "2026-11-11", day)], deliverable="TS")
        add_item(session, 90005, "ISO/IEC 90005:2026", "60.60")
        add_item(session, 90006, "ISO/IEC AWI 90006", "20.00", [("20.00", "2026-11-13", observed)])
        add_item(
            session,
            90007,
            "ISO/IEC TR 90007:2025",
            "60.60",
            title="情報技術 — <b>A title & some tags</b> that is long enough to be broken into two lines",
            deliverable="TR",
        )
        add_change(session, "90003", "stage", "50.00", "50.20")
        add_change(session, "90003", "stage_history", ["50.00 2026-10-01"], ["50.00 2026-10-01", "50.20 2026-11-12"])
        add_change(session, "90004", "stage", "30.20", "30.60")
        add_change(session, "90004", "pages", 8, 9)
        add_change(session, "90005", "pages", 30, 31)
        add_change(session, "90005", "title_en", "An old title", "A new title")
        add_change(session, "90006", kind=ChangeKind.NEW, new="ISO/IEC AWI 90006")
        add_change(session, "90007", kind=ChangeKind.REMOVED, old="ISO/IEC TR 90007:2025")
        plant_draft(session, 1, "DIS 1", FRIDAY, title="Artificial intelligence — An invented draft")
        add_change(session, "90001/DIS 1", kind=ChangeKind.NEW, entity=Entity.DRAFT, source="import")
        session.add(
            Publication(
                number="EP.9000001.A1",
                raw_number="EP9000001A1",
                country="EP",
                doc_number="9000001",
                kind="A1",
                title="Invented apparatus",
                title_language="en",
                source_format="ops",
                first_seen=FRIDAY,
                last_seen=FRIDAY,
            )
        )
        add_change(session, "EP.9000001.A1", kind=ChangeKind.NEW, entity=Entity.PUBLICATION, source="import")
        add_run(session, "beta", FRIDAY, RunState.UNCHANGED)
        add_run(session, "gamma", LONG_AGO, RunState.OK)
        add_run(session, "gamma", FRIDAY, RunState.FAILED)
    return store
