"""A small store for the pages. All of it is invented, apart from the stage codes and the names of ballots."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from scrapers.records import Precision
from workbench.db import Store, key_of
from workbench.history.models import Change, ChangeKind, Entity, Run, RunKind, RunState, Snapshot
from workbench.history.snapshots import SnapshotFolder
from workbench.patents.models import Publication
from workbench.search import SearchEntry, put
from workbench.standards.models import (
    Committee,
    CommitteeMember,
    Draft,
    MemberKind,
    Relation,
    RelationKind,
    StageEvent,
    WorkItem,
)

NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 25)
COMMITTEE = "ISO/IEC JTC 1/SC 9042"
HOSTILE = "\"><script>alert('title')</script><img src=x onerror=alert(1)> & {{ 7 * 7 }}"
LONG = ("Information technology – Interoperability of evaluation records for artificial intelligence systems – " * 3)[
    :300
]
BODY = b"<html><script>alert('snapshot')</script></html>"

# iso_id, reference, title, type, supplement, stages as (stage, days ago, precision)
_DAY, _SEEN = Precision.DAY, Precision.OBSERVED
_ITEMS = (
    (90001, "ISO/IEC DIS 90001", "Records of evaluations", "IS", None,
     (("10.99", 700, _DAY), ("20.00", 700, _DAY), ("30.00", 400, _DAY), ("30.20", 390, _DAY), ("30.99", 300, _DAY),
      ("40.00", 100, _DAY), ("40.20", 75, _DAY))),
    (90002, "ISO/IEC CD 90002", LONG, "IS", None, (("20.00", 300, _SEEN), ("30.20", 20, _SEEN))),
    (90003, "ISO/IEC 90003-2:2021", HOSTILE, "IS", None, (("60.60", 1900, _DAY), ("90.20", 130, _DAY))),
    (90004, "ISO/IEC 90003-10", "Test records", "IS", None, (("60.60", 10, _DAY),)),
    (90005, "ISO/IEC DTS 90005", "Judging judges", "TS", None, (("50.20", 200, _SEEN),)),
    (90006, "ISO/IEC 90004:2022/CD Amd 1", "Interfaces, Amendment 1", "IS", "Amd", (("30.60", 5, _SEEN),)),
    (90007, "ISO/IEC TR 90007:2019", "Use cases", "TR", None, (("95.99", 50, _DAY),)),
    (90008, "ISO/IEC NP 90008", "Agents", "IS", None, (("10.20", 15, _DAY),)),
    (90009, "ISO/IEC AWI 90009", "Abandoned work", "IS", None, (("20.98", 60, _SEEN),)),
    (90010, "ISO/IEC 90004:2022", "Interfaces", "IS", None, (("60.60", 1500, _DAY),)),
)  # fmt: skip


_told: dict[str, list[tuple[str, Any]]] = {}
"""The statements of `seed` by database system."""


def seed(store: Store) -> None:
    """A committee, ten work items, a draft, four runs, a snapshot and the changes between, in an empty store.

    The first store is told through the models, every other one in the same words again, which is quicker.
    """
    sha256, size = SnapshotFolder(store.settings.home).add([BODY])
    system = store.engine.dialect.name
    if system in _told:
        with store.engine.begin() as connection:
            for statement, parameters in _told[system]:
                connection.exec_driver_sql(statement, parameters)
        return
    told: list[tuple[str, Any]] = []

    def note(connection: object, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        if statement.startswith("INSERT"):
            told.append((statement, parameters))

    sa.event.listen(store.engine, "after_cursor_execute", note)
    _through_models(store, sha256, size)
    sa.event.remove(store.engine, "after_cursor_execute", note)
    _told[system] = told


def _through_models(store: Store, sha256: str, size: int) -> None:
    with store.write() as session:
        snapshot = Snapshot(
            url="https://example.org/catalogue.jsonl",
            sha256=sha256,
            fetched_at=NOW - dt.timedelta(days=20),
            last_fetched_at=NOW - dt.timedelta(days=1),
            http_status=200,
            content_type="text/html",
            size=size,
            believed=True,
        )
        unsafe = Snapshot(url="javascript:alert(1)", sha256="0" * 64, fetched_at=NOW, last_fetched_at=NOW, size=1)
        session.add_all((snapshot, unsafe))
        runs = _runs(session)
        _committee(session)
        for each in _ITEMS:
            _work_item(session, *each, snapshot_id=key_of(snapshot))
        session.add(
            Publication(
                number="XX.1.A",
                raw_number="XX1A",
                country="XX",
                doc_number="1",
                kind="A",
                title="Apparatus <for> records",
                source_format="sample",
                first_seen=NOW,
                last_seen=NOW,
            )
        )
        session.add(Relation(from_iso_id=90004, kind=RelationKind.REPLACES, to_iso_id=90003))
        session.add(Relation(from_iso_id=90004, kind=RelationKind.REPLACED_BY, to_iso_id=99999))
        _draft(session, key_of(snapshot))
        _changes(session, runs, key_of(snapshot))


def seed_many(store: Store, count: int) -> None:
    """Many work items, each with one stage event, one change and one search entry; one statement a table."""
    numbers = range(1, count + 1)
    with store.write() as session:
        run = _run(session, "iso_open_data", RunState.OK, 1)
        items = [_row(80_000 + n, f"ISO/IEC {10_000 + n}", f"Item {n}", "IS", None, "30.20", id=n) for n in numbers]
        session.execute(sa.insert(WorkItem), [item.model_dump() for item in items])
        seen = {"stage": "30.20", "precision": Precision.OBSERVED}
        events = [{**seen, "work_item_id": n, "date": TODAY - dt.timedelta(days=n % 60)} for n in numbers]
        session.execute(sa.insert(StageEvent), events)
        known = {"at": NOW, "entity": Entity.WORK_ITEM, "kind": ChangeKind.NEW, "source": "iso_open_data", "old": None}
        session.execute(
            sa.insert(Change), [{**known, "key": str(80_000 + n), "new": f"Item {n}", "run_id": run} for n in numbers]
        )
        found = [{"kind": "work_item", "key": str(n), "title": f"Item {n}", "body": "records"} for n in numbers]
        session.execute(sa.insert(SearchEntry), found)


def seed_publications(session: Session, count: int) -> None:
    """Changes that tell of new publications."""
    known = {"at": NOW, "entity": Entity.PUBLICATION, "kind": ChangeKind.NEW, "source": "file:p.xml", "old": None}
    rows = [{**known, "key": f"XX.{n}.A", "new": f"Publication {n}", "run_id": 1} for n in range(2, count + 2)]
    session.execute(sa.insert(Change), rows)


def _row(
    iso_id: int, reference: str, title: str, kind: str, supplement: str | None, stage: str, **values: object
) -> WorkItem:
    return WorkItem.model_validate(
        {
            "iso_id": iso_id,
            "reference": reference,
            "committee": COMMITTEE,
            "title_en": title,
            "deliverable_type": kind,
            "supplement_type": supplement,
            "stage": stage,
            "first_seen": NOW - dt.timedelta(days=400),
            "last_seen": NOW - dt.timedelta(days=1),
            **values,
        }
    )


def _work_item(
    session: Session,
    iso_id: int,
    reference: str,
    title: str,
    kind: str,
    supplement: str | None,
    stages: tuple[tuple[str, int, Precision], ...],
    *,
    snapshot_id: int,
) -> None:
    item = _row(
        iso_id,
        reference,
        title,
        kind,
        supplement,
        stages[-1][0],
        url="javascript:alert(1)" if iso_id == 90003 else f"https://example.org/standard/{iso_id}.html",
        edition=1,
        ics=["35.020"],
        scope=f"{HOSTILE}\nSecond paragraph." if iso_id == 90003 else None,
        amends="ISO/IEC 90004:2022" if supplement else None,
        publication_date="2021-07" if iso_id == 90003 else None,
        missing_since=NOW - dt.timedelta(days=9) if iso_id == 90009 else None,
    )
    session.add(item)
    session.flush()
    for stage, days, precision in stages:
        session.add(
            StageEvent(
                work_item_id=key_of(item),
                stage=stage,
                date=TODAY - dt.timedelta(days=days),
                precision=precision,
                snapshot_id=snapshot_id,
            )
        )
    put(
        session, [SearchEntry(kind="work_item", key=str(iso_id), title=reference, body=f"{title}\n評価の記録 {iso_id}")]
    )


def _committee(session: Session) -> None:
    row = Committee(
        iso_id=9_000_042,
        reference=COMMITTEE,
        status="Active",
        title_en="Invented evaluation",
        secretariat="SAMPLE",
        creation_date=dt.date(2017, 11, 21),
        scope=HOSTILE,
        first_seen=NOW,
        last_seen=NOW,
    )
    session.add(row)
    session.flush()
    for number, (acronym, kind) in enumerate((("AAA", MemberKind.P), ("<b>", MemberKind.P), ("CCC", MemberKind.O))):
        session.add(CommitteeMember(committee_id=key_of(row), iso_id=number + 1, acronym=acronym, kind=kind))
    put(session, [SearchEntry(kind="committee", key="9000042", title=COMMITTEE, body="Invented evaluation")])


def _run(
    session: Session, source: str, state: RunState, days: int, kind: RunKind = RunKind.POLL, **values: object
) -> int:
    at = NOW - dt.timedelta(days=days)
    run = Run.model_validate(
        {
            "kind": kind,
            "source": source,
            "parser_version": "1",
            "state": state,
            "started_at": at,
            "finished_at": at + dt.timedelta(seconds=4),
            "clock": at,
            **values,
        }
    )
    session.add(run)
    session.flush()
    return key_of(run)


def _runs(session: Session) -> list[int]:
    return [
        _run(session, "iso_open_data", RunState.OK, 20, records=9, inserted=9),
        _run(
            session, "iso_open_data", RunState.OK, 1, records=10, inserted=1, updated=3, unchanged=6, warnings=[HOSTILE]
        ),
        _run(session, "iso_pages", RunState.OK, 40, records=1, unchanged=1),
        _run(session, "iso_pages", RunState.FAILED, 2, error=f"https://example.org/1 answered 403 {HOSTILE}"),
        _run(session, "file:records.xml", RunState.OK, 3, RunKind.IMPORT, records=12, inserted=12),
    ]


def _draft(session: Session, snapshot_id: int) -> None:
    item = session.exec(select(WorkItem).where(WorkItem.iso_id == 90001)).one()
    session.add(
        Draft(
            work_item_id=key_of(item),
            label="DIS 1",
            dated=TODAY - dt.timedelta(days=80),
            format="sts",
            title="Records of evaluations",
            parser_version="1",
            snapshot_id=snapshot_id,
            imported_at=NOW - dt.timedelta(days=3),
        )
    )


def _changes(session: Session, runs: list[int], snapshot_id: int) -> None:
    def add(days: int, entity: Entity, key: str, kind: ChangeKind, **values: object) -> None:
        session.add(
            Change.model_validate(
                {
                    "at": NOW - dt.timedelta(days=days),
                    "entity": entity,
                    "key": key,
                    "kind": kind,
                    "source": "iso_open_data",
                    "run_id": runs[1],
                    "snapshot_id": snapshot_id,
                    **values,
                }
            )
        )

    changed = ChangeKind.CHANGED
    add(1, Entity.WORK_ITEM, "90002", changed, field="reference", old="ISO/IEC WD 90002", new="ISO/IEC CD 90002")
    add(1, Entity.WORK_ITEM, "90002", changed, field="stage", old="20.20", new="30.20")
    add(1, Entity.WORK_ITEM, "90003", changed, field="title_en", old="Evaluation", new=HOSTILE)
    add(1, Entity.WORK_ITEM, "90001", changed, field="languages", old=[], new=["en", "fr"])
    add(1, Entity.WORK_ITEM, "90008", ChangeKind.NEW, new="ISO/IEC NP 90008")
    add(3, Entity.DRAFT, "90001/DIS 1", ChangeKind.NEW, new="Records of evaluations", source="file:records.xml")
    add(2, Entity.PUBLICATION, "XX.1.A", ChangeKind.NEW, new="Apparatus <for> records", snapshot_id=None)
    add(1, Entity.WORK_ITEM, "90009", ChangeKind.REMOVED, old="ISO/IEC AWI 90009", snapshot_id=None)
    add(20, Entity.COMMITTEE, "9000042", ChangeKind.NEW, new=COMMITTEE)
    add(20, Entity.WORK_ITEM, "90003", changed, field="ics", old={"a": 1}, new=None)
