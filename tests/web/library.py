"""Stores for the pages of drafts, publications, matches and mails: the sample data, and rows made to do harm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import select

from scrapers.records import ClauseKind
from tests.drafts import plant_draft
from workbench import sample
from workbench.db import Store, key_of
from workbench.digest.models import Edition, Language, Mail, MailState, Recipient
from workbench.history.models import Run, RunKind, RunState, Snapshot
from workbench.mapping.models import Match
from workbench.mapping.runs import drafts_of, map_draft
from workbench.patents.imports import import_patents
from workbench.patents.models import Claim, Publication
from workbench.settings import Settings
from workbench.standards.drafts import import_draft
from workbench.standards.models import Clause, Draft, Provision, WorkItem
from workbench.standards.provisions import Binds, ProvisionKind

NOW = dt.datetime(2026, 11, 16, 0, 30, tzinfo=dt.UTC)
TWO_LANGUAGES = "EP.9990001.B1"
HOSTILE = "<script>alert('x')</script>\"'& %s {{ 7*7 }}"


@dataclass(frozen=True)
class Library:
    """A filled store and its pages."""

    store: Store
    client: FlaskClient

    def page(self, address: str) -> str:
        """The text of a page, which must be there."""
        answer = self.client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status}"
        return answer.text


def fill_with_samples(store: Store, settings: Settings) -> None:
    """Drafts and publications of the sample data through the real importers, mapped, with two recipients."""
    for draft in sample.DRAFTS:
        file = sample.folder() / "drafts" / draft.file
        run = import_draft(
            store, settings, file, work_item=str(draft.work_item), label=draft.label, dated=draft.dated, now=lambda: NOW
        )
        assert run.state is RunState.OK, run.error
    for file in sorted((sample.folder() / "patents").glob("*.xml")):
        run = import_patents(store, settings, file, portfolio=portfolio_of(file), now=lambda: NOW)
        assert run.state is RunState.OK, run.error
    with store.read() as session:
        names = drafts_of(session, None)
    for name in names:
        assert map_draft(store, name, now=lambda: NOW).state is RunState.OK
    with store.write() as session:
        publication = session.exec(select(Publication).where(Publication.number == TWO_LANGUAGES)).one()
        session.add(Claim(publication_id=key_of(publication), language="ja", number=1, text="方法。", independent=True))
        reader = Recipient(name="Reader One", email="one@example.org", language=Language.BOTH)
        session.add_all([reader, Recipient(name="Gone", email="gone@example.org", active=False)])
        session.flush()
        session.add(mail(reader, MailState.SENT))


def portfolio_of(file: Path) -> str:
    """The publications of each file are a portfolio of their own."""
    return file.name.split(".")[0]


def fill_with_harm(store: Store) -> None:
    """One of everything, each text an attempt to break out of the page, each key the first."""
    with store.write() as session:
        item = WorkItem(iso_id=1, reference=HOSTILE, title_en=HOSTILE, first_seen=NOW, last_seen=NOW)
        snapshot = Snapshot(url="file:x.xml", sha256="0" * 64, fetched_at=NOW, last_fetched_at=NOW, size=1)
        run = Run(kind=RunKind.MAP, source="map", parser_version=HOSTILE, state=RunState.OK, started_at=NOW, clock=NOW)
        reader = Recipient(name=HOSTILE, email="two@example.org", edition=Edition.IP)
        publication = Publication(
            number="EP.1.A1",
            raw_number=HOSTILE,
            country="EP",
            doc_number="1",
            title=HOSTILE,
            title_language='en"><script>',
            abstract=HOSTILE,
            applicants=[HOSTILE],
            inventors=[HOSTILE],
            cpc=[HOSTILE],
            priorities=[{"number": HOSTILE, "date": None}],
            source_format=HOSTILE,
            first_seen=NOW,
            last_seen=NOW,
        )
        session.add_all([item, snapshot, run, reader, publication])
        session.flush()
        draft = Draft(
            work_item_id=key_of(item),
            label=HOSTILE,
            format="sts",
            title=HOSTILE,
            copyright=HOSTILE,
            language='en"><script>',
            parser_version="1",
            snapshot_id=key_of(snapshot),
            imported_at=NOW,
        )
        claim = Claim(publication_id=key_of(publication), language="en", number=1, text=HOSTILE, independent=True)
        session.add_all([draft, claim, mail(reader, MailState.FAILED, HOSTILE)])
        session.flush()
        clause = add_clause(draft, 0, HOSTILE, HOSTILE)
        session.add(clause)
        session.flush()
        session.add(provision(clause))
        session.add(
            Match(
                run_id=key_of(run),
                draft_id=key_of(draft),
                claim_id=key_of(claim),
                clause_id=key_of(clause),
                rank=1,
                score=1.0,
            )
        )


def fill_with_a_long_draft(store: Store, clauses: int) -> int:
    """A draft of many clauses with a requirement each, ten to a clause of level 1; returns its key."""
    with store.write() as session:
        item = WorkItem(iso_id=clauses, reference=f"ISO {clauses}", first_seen=NOW, last_seen=NOW)
        session.add(item)
        session.flush()
        draft = plant_draft(session, key_of(item), "long", NOW, number=clauses)
        top: Clause | None = None
        for order in range(clauses):
            chapter, section = divmod(order, 10)
            number = f"{chapter + 1}.{section}" if section else str(chapter + 1)
            clause = add_clause(draft, order, "The device shall stop.", "Title", number)
            if section and top is not None:
                clause.parent_id, clause.level = key_of(top), 2
            session.add(clause)
            session.flush()
            top = top if section else clause
            session.add(provision(clause))
        return key_of(draft)


def fill_with_a_long_pair(store: Store) -> tuple[int, int]:
    """A claim of 201 elements and, at place 0 of a draft, a clause of three pages; the keys of draft and claim."""
    draft_id = fill_with_a_long_draft(store, 1)
    with store.write() as session:
        draft = session.get_one(Draft, draft_id)
        sentences = [f"The device shall keep record {number} of each evaluation." for number in range(150)]
        clause = add_clause(draft, 1, " ".join(sentences), "Records", "2")
        first = session.exec(select(Clause).where(Clause.draft_id == draft_id)).one()
        first.order, clause.order = 1, 0
        session.add(first)
        session.flush()
        session.add(clause)
        session.flush()
        at = 0
        for index, sentence in enumerate(sentences):
            each = provision(clause)
            each.index, each.text, each.start, each.end = index, sentence, at, at + len(sentence)
            session.add(each)
            at += len(sentence) + 1
        publication = Publication(
            number="EP.9990888.A1",
            raw_number="EP9990888A1",
            country="EP",
            doc_number="9990888",
            source_format="sample",
            first_seen=NOW,
            last_seen=NOW,
        )
        session.add(publication)
        session.flush()
        steps = " ".join(f"keeping record {number} of an evaluation of a device;" for number in range(200))
        claim = Claim(
            publication_id=key_of(publication),
            language="en",
            number=1,
            text=f"A method comprising: {steps[:-1]}.",
            independent=True,
        )
        session.add(claim)
        session.flush()
        return draft_id, key_of(claim)


def add_clause(draft: Draft, order: int, text: str, title: str, number: str | None = None) -> Clause:
    return Clause(
        draft_id=key_of(draft),
        order=order,
        number=number or HOSTILE,
        title=title,
        level=1,
        kind=ClauseKind.CLAUSE,
        normative=True,
        text=text,
        blocks=[{"kind": "paragraph", "label": None, "start": 0, "end": len(text)}],
    )


def provision(clause: Clause) -> Provision:
    return Provision(
        clause_id=key_of(clause),
        index=0,
        kind=ProvisionKind.REQUIREMENT,
        text=clause.text,
        start=0,
        end=len(clause.text),
        binds=Binds.YES,
        flag="drafting_error",
        doubt=True,
        reason=HOSTILE,
    )


def mail(recipient: Recipient, state: MailState, text: str = "What is due") -> Mail:
    return Mail(
        recipient_id=key_of(recipient),
        edition=recipient.edition,
        week="2026-W47",
        window_end=NOW,
        message_id=f"<{key_of(recipient)}@example.org>",
        sender="workbench@example.org",
        to=f"{recipient.name} <{recipient.email}>",
        subject=f"Digest: {text}",
        text=text,
        html=f"<!doctype html><p style='color: red'>{text}</p>",
        state=state,
        attempts=1,
        created_at=NOW,
        sent_at=NOW if state is MailState.SENT else None,
        error=text if state is MailState.FAILED else None,
    )


@contextmanager
def counted_queries(store: Store) -> Iterator[list[str]]:
    """Collects the statements that the store is asked within the block."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)
