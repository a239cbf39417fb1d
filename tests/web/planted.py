"""A store with secrets behind three walls, and the same store without them. All of it is invented.

What stands behind wall `n` holds the word `SECRETn`; what only who reads patents may see holds `PATENTWORD`. In the
store without secrets their rows are taken out and all other rows keep their keys, so that whoever is not behind a wall
must be answered exactly alike by both.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel

from tests.cases.planted import plant_case
from tests.people.walled import add_account, add_clause, add_publication
from tests.web.planted_plans import edited_rule, plant_plan
from tests.web.seed import NOW, seed
from workbench.assessments.charts import ChartRow, stored
from workbench.assessments.models import Assessment, AssessmentEvent, AssessmentPin, ChartVersion, Finding, Reader
from workbench.assessments.statuses import Status
from workbench.db import Store
from workbench.digest.models import Edition, Mail, MailState, Recipient
from workbench.history.models import Change, ChangeKind, Entity, QuarantinedRecord, Run, RunKind, RunState, Snapshot
from workbench.history.snapshots import SnapshotFolder
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.mapping.models import MappedPublication, Match, SearchedPublication
from workbench.patents.models import (
    ApplicationStatus,
    CitedDocument,
    ExtendedFamilyMember,
    FiledClaims,
    LegalEvent,
    Portfolio,
    PortfolioMember,
    Publication,
)
from workbench.patents.status import LegalStatus
from workbench.people.permissions import Role
from workbench.people.trail import record
from workbench.people.viewer import Track, Viewer
from workbench.people.walls_models import (
    Matter,
    MatterApplication,
    MatterMember,
    TrackSide,
    TrailAction,
)
from workbench.search import SearchEntry, put
from workbench.settings import Settings
from workbench.standards.models import Draft

WALLS = (1, 2, 3)
HASH = "0" * 64
PATENT_WORD = "PATENTWORD"


def secret(wall: int) -> str:
    """The word that everything behind a wall holds."""
    return f"SECRET{wall}"


@dataclass
class Planted:
    """Keys to ask for, by the argument of an address; accounts by role; the rows of each wall as table and key."""

    home: Path
    keys: dict[str, list[Any]] = field(default_factory=dict)
    accounts: dict[Role, int] = field(default_factory=dict)
    rows: dict[int, list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)
    matters: dict[int, int] = field(default_factory=dict)

    def viewer(self, role: Role, behind: tuple[int, ...]) -> Viewer:
        """A person of a role behind some walls."""
        return Viewer(
            self.accounts[role],
            f"the {role.value}",
            frozenset({role}),
            frozenset(self.matters[wall] for wall in behind),
            frozenset({Track.US_WEST}),
            "192.0.2.1",
            f"{role.value}@example.org",
        )


class _Planter:
    """Adds rows and remembers those of each wall."""

    def __init__(self, session: Session, planted: Planted) -> None:
        self.session, self.planted = session, planted

    def add(self, wall: int, row: SQLModel, *names: str) -> int:
        """Add a row behind a wall (0: none); its key is one to ask for under each name."""
        self.session.add(row)
        self.session.flush()
        mapper = row.__mapper__  # type: ignore[attr-defined]
        key = {column.name: getattr(row, column.key) for column in mapper.primary_key}
        if wall:
            self.planted.rows.setdefault(wall, []).append((str(row.__tablename__), key))
        for name in names:
            self.planted.keys.setdefault(name, []).append(next(iter(key.values())))
        return int(key["id"]) if isinstance(key.get("id"), int) else 0


def plant(home: Path) -> Planted:
    """A SQLite store in this home with everything planted."""
    settings = Settings(home=home)
    store = Store(settings, Viewer.system())
    store.migrate()
    seed(store)
    planted = Planted(home)
    with store.write() as session:
        _plant_all(session, planted, settings)
    store.close()
    return planted


def without(planted: Planted, home: Path) -> Path:
    """A copy of the store in which nothing was ever planted behind any wall, but for the matters themselves."""
    shutil.copytree(planted.home, home)
    with closing(sqlite3.connect(home / "workbench.db")) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        refusing = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE%'"
        triggers = connection.execute(refusing).fetchall()
        for trigger, _ in triggers:
            connection.execute(f'DROP TRIGGER "{trigger}"')
        for table, key in itertools.chain.from_iterable(planted.rows.values()):
            where = " AND ".join(f'"{name}" = ?' for name in key)
            connection.execute(f'DELETE FROM "{table}" WHERE {where}', list(key.values()))
        for _, statement in triggers:
            connection.execute(statement)
        connection.commit()
    return home


def _plant_all(session: Session, planted: Planted, settings: Settings) -> None:
    planter = _Planter(session, planted)
    for role in Role:
        planted.accounts[role] = add_account(session, role.value, role)
    planted.keys["account_id"] = list(planted.accounts.values())
    draft, clause = add_clause(session, iso_id=90501)
    publications = {wall: add_publication(session, f"XX.{9000 + wall}.A1") for wall in (0, *WALLS)}
    for key in publications.values():
        row = session.get_one(Publication, key)
        row.title, row.application = f"{PATENT_WORD} {row.title}", f"XX.77000{key}"
        session.add(row)
        put(session, [SearchEntry(kind="publication", key=row.number, title=row.number, body=row.title or "")])
    patent_run = planter.add(0, _run("epo_ops", PATENT_WORD, permission="read_patents"), "run_id")
    file_run = planter.add(0, _run(f"file:{PATENT_WORD}.xml", PATENT_WORD, permission="read_patents"), "run_id")
    for run in (patent_run, file_run):
        planter.add(0, _change(run, "XX.9000.A1", PATENT_WORD))
    body = planter.add(0, _snapshot(settings, PATENT_WORD, permission="read_patents"), "snapshot_id")
    planter.add(0, _quarantined(file_run, body, PATENT_WORD), "record_id")
    planter.add(0, Portfolio(name=f"{PATENT_WORD} portfolio"))
    _plant_office(planter, 0, "XX.770001", PATENT_WORD, body, publications[0])
    map_run = planter.add(0, _run("map:ISO/IEC DIS 90501/DIS 1", PATENT_WORD, RunKind.MAP, "read_matches"), "run_id")
    planter.add(0, _match(map_run, draft, publications[0], clause, 1))
    planter.add(0, MappedPublication(draft_id=draft, publication_id=publications[0], claims=1, matches=1))
    planter.add(0, _searched(draft, publications[0]))
    planter.add(0, edited_rule(PATENT_WORD))
    recipients = {}
    for role in (Role.DELEGATE, Role.IP_ANALYST):
        edition = Edition.IP if role is Role.IP_ANALYST else Edition.DELEGATE
        recipient = Recipient(name=role.value, email=f"{role.value}@example.org", edition=edition)
        recipients[role] = planter.add(0, recipient, "recipient_id")
    planter.add(0, _mail(recipients[Role.IP_ANALYST], PATENT_WORD), "mail_id")
    for wall in WALLS:
        _plant_wall(planter, settings, wall, draft, clause, publications[wall], map_run)
    planted.keys |= {
        "draft_id": [draft, 1],
        "new_id": [draft],
        "old_id": [draft],
        "claim_id": list(publications.values()),
        "order": [0],
        "clause_order": [0],
        "iso_id": [90501, 90001, 9_000_042],
        "number": [f"XX.{9000 + wall}.A1" for wall in (0, *WALLS)],
        "report_id": [1],
        "version": [1],
        "declaration_id": [1],
        "rows": ["events"],
        "key": [f"OWN-{PATENT_WORD}"],
    }
    planted.keys["publication_id"] = list(publications.values())


def _searched(draft: int, publication: int) -> SearchedPublication:
    """The clause of place 0 comes first for the publication."""
    return SearchedPublication(draft_id=draft, publication_id=publication, claims=1, foremost=bytes(4))


def _plant_wall(
    planter: _Planter, settings: Settings, wall: int, draft: int, clause: int, publication: int, map_run: int
) -> None:
    session, planted, word = planter.session, planter.planted, secret(wall)
    matter = Matter(
        name=f"Matter {wall}",
        track=Track.US_WEST if wall == 1 else None,
        created_at=NOW,
        held_since=NOW,
        hold_reason=f"{word} reason",
    )
    matter_id = planter.add(0, matter, "matter_id")
    planted.matters[wall] = matter_id
    portfolio = planter.add(wall, Portfolio(name=f"{word} portfolio", matter_id=matter_id))
    planter.add(wall, PortfolioMember(portfolio_id=portfolio, publication_id=publication))
    number = session.get_one(Publication, publication).number
    planter.add(wall, _match(map_run, draft, publication, clause, 1))
    planter.add(wall, MappedPublication(draft_id=draft, publication_id=publication, claims=1, matches=1))
    planter.add(wall, _searched(draft, publication))
    decision = Decision(
        publication=number,
        claim=1,
        language="en",
        claim_hash=HASH,
        draft_id=draft,
        clause_order=0,
        clause_hash=HASH,
        verdict=Verdict.PLAUSIBLE,
        note=f"{word} note",
        by=word,
        at=NOW,
    )
    planter.add(wall, decision)
    _plant_assessment(planter, wall, draft, number, matter_id)
    plant_plan(functools.partial(planter.add, wall), word, matter_id)
    run = planter.add(wall, _run(f"file:{word}.xml", word, matter_id=matter_id), "run_id")
    planter.add(wall, _change(run, number, word))
    body = planter.add(wall, _snapshot(settings, word, matter_id=matter_id), "snapshot_id")
    planter.add(wall, _quarantined(run, body, word), "record_id")
    work_item, sha = session.get_one(Draft, draft).work_item_id, session.get_one(Snapshot, body).sha256
    plant_case(functools.partial(planter.add, wall), word, matter_id, work_item, draft, sha)
    planter.add(wall, MatterApplication(matter_id=matter_id, application_key=f"XX.{word}", added_at=NOW))
    office = planter.add(wall, _snapshot(settings, f"{word} office"), "snapshot_id")
    _plant_office(planter, wall, f"XX.{word}", word, office, publication)
    entry = record(
        session, Viewer.system(), TrailAction.DECIDED, "decision", f"{word} key", {"word": word}, matter_id=matter_id
    )
    planted.rows[wall].append(("trail_entry", {"id": entry.id}))
    if wall == 1:
        session.add(TrackSide(account_id=planted.accounts[Role.IP_COUNSEL], track=Track.US_WEST))
    session.add(MatterMember(matter_id=matter_id, account_id=planted.accounts[Role.IP_COUNSEL], added_at=NOW))


def _plant_assessment(planter: _Planter, wall: int, draft: int, number: str, matter_id: int) -> None:
    word = secret(wall)
    text = "A method comprising recording an evaluation."
    assessment = Assessment(
        publication=number,
        claim=1,
        language="en",
        work_item_id=planter.session.get_one(Draft, draft).work_item_id,
        matter_id=matter_id,
        status=Status.CANDIDATE,
        made_at=NOW,
    )
    key = planter.add(wall, assessment, "assessment_id")
    pin = AssessmentPin(
        assessment_id=key,
        draft_id=draft,
        clause_order=0,
        clause_hash=HASH,
        claim_text=text,
        claim_hash=HASH,
        legal_status=LegalStatus.UNKNOWN,
        holders=[word],
        by=word,
        at=NOW,
    )
    pin_id = planter.add(wall, pin)
    row = ChartRow(element=text, start=0, end=len(text), note=f"{word} chart", met=True)
    author = planter.planted.accounts[Role.SIGNATORY]
    version = ChartVersion(
        assessment_id=key, pin_id=pin_id, number=1, rows=stored([row]), by_account=author, by=word, at=NOW
    )
    version_id = planter.add(wall, version)
    assessment.status, assessment.round = Status.CHARTING, 1
    finding = Finding(
        assessment_id=key,
        version_id=version_id,
        round=1,
        reader=Reader.REVIEWER,
        outcome=Status.NOT_ESSENTIAL,
        reasons=f"{word} finding",
        by_account=planter.planted.accounts[Role.ADMINISTRATOR],
        by=word,
        at=NOW,
    )
    planter.add(wall, finding)
    step = AssessmentEvent(
        assessment_id=key, what="made", status=Status.CANDIDATE, stale=False, on_hold_secrecy=False, by=word, at=NOW
    )
    planter.add(wall, step)


def _plant_office(planter: _Planter, wall: int, key: str, word: str, snapshot: int, publication: int) -> None:
    session = planter.session
    number = session.get_one(Publication, publication).number
    seen: dict[str, Any] = {
        "application": key,
        "application_key": key,
        "source": word,
        "snapshot_id": snapshot,
        "first_seen": NOW,
        "last_seen": NOW,
    }
    unique = f"{wall}".rjust(64, "f")
    planter.add(wall, LegalEvent(fingerprint=unique, number=number, office="EP", code=word, description=word, **seen))
    planter.add(wall, ApplicationStatus(status=word, title=word, **seen))
    cited = CitedDocument(fingerprint=unique, kind="A", order=1, document=word, is_patent=True, **seen)
    planter.add(wall, cited)
    planter.add(wall, FiledClaims(document_code="C", document_number=word, part="1", **seen))
    if not wall:
        member = ExtendedFamilyMember(
            asked=number, number=number, application=word, source=word, first_seen=NOW, last_seen=NOW
        )
        planter.add(wall, member)


def _run(
    source: str, word: str, kind: RunKind = RunKind.IMPORT, permission: str | None = None, matter_id: int | None = None
) -> Run:
    return Run.model_validate(
        {
            "kind": RunKind.POLL if source == "epo_ops" else kind,
            "source": source,
            "parser_version": word,
            "state": RunState.FAILED,
            "started_at": NOW,
            "finished_at": NOW,
            "clock": NOW,
            "records": 7,
            "warnings": [f"{word} warning"],
            "error": f"{word} error",
            "permission": permission,
            "matter_id": matter_id,
        }
    )


def _change(run: int, key: str, word: str) -> Change:
    return Change(
        at=NOW - dt.timedelta(hours=1),
        entity=Entity.PUBLICATION,
        key=key,
        kind=ChangeKind.NEW,
        field=f"{word} field",
        new=word,
        source=f"file:{word}.xml",
        run_id=run,
    )


def _snapshot(settings: Settings, word: str, permission: str | None = None, matter_id: int | None = None) -> Snapshot:
    sha256, size = SnapshotFolder(settings.home).add([f"{word} body".encode()])
    return Snapshot.model_validate(
        {
            "url": f"https://example.org/{word}",
            "sha256": sha256,
            "fetched_at": NOW,
            "last_fetched_at": NOW,
            "size": size,
            "believed": True,
            "permission": permission,
            "matter_id": matter_id,
        }
    )


def _quarantined(run: int, snapshot: int, word: str) -> QuarantinedRecord:
    return QuarantinedRecord(
        fingerprint=word.rjust(64, "0"),
        source=f"file:{word}.xml",
        place=word,
        reason=word,
        excerpt=word,
        parser_version="1",
        first_seen=NOW,
        last_seen=NOW,
        run_id=run,
        snapshot_id=snapshot,
    )


def _match(run: int, draft: int, claim: int, clause: int, rank: int) -> Match:
    return Match(run_id=run, draft_id=draft, claim_id=claim, clause_id=clause, rank=rank, score=0.87654321)


def _mail(recipient: int, word: str) -> Mail:
    return Mail(
        recipient_id=recipient,
        edition=Edition.IP,
        week="2026-W47",
        window_end=NOW,
        message_id="<1@example.org>",
        sender="workbench@example.org",
        to="ip_analyst@example.org",
        subject=f"{word} subject",
        text=word,
        html=f"<p>{word}</p>",
        state=MailState.SENT,
        created_at=NOW,
        sent_at=NOW,
    )
