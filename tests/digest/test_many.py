"""Many recipients with different rights, and a server that fails one message in twenty: each mail arrives once.

BENCHMARK_RECIPIENTS=1000 pytest tests/digest/test_many.py -s measures another number of recipients.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from tests.digest.conftest import FRIDAY, MANIFESTS, MONDAY, add_change
from tests.digest.test_sending import RULES, Server, drop, server, smtp  # noqa: F401 - the fixture
from workbench.ballots.models import Follow
from workbench.db import Store, key_of
from workbench.digest.composer import Press
from workbench.digest.models import Edition, Language, Mail, MailState, Recipient
from workbench.digest.outbox import SendCounts, compose_due, send_pending
from workbench.history.models import ChangeKind, Entity, Run
from workbench.patents.models import Publication
from workbench.people.models import Account
from workbench.people.permissions import Role
from workbench.people.walls_models import Matter, MatterMember
from workbench.settings import Settings
from workbench.standards.models import WorkItem

RECIPIENTS = int(os.environ.get("BENCHMARK_RECIPIENTS", "300"))
READERS_OF_PATENTS = (Role.IP_ANALYST, Role.IP_COUNSEL, Role.SIGNATORY)


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def _same(at: dt.datetime) -> dt.datetime:
    return at


def role_of(number: int) -> Role:
    """What the account of a recipient is; every third recipient has none and may read standards."""
    return list(Role)[number // 2 % len(Role)] if number % 3 else Role.READER


def in_matter(number: int) -> bool:
    return bool(number % 3) and number % 4 == 1


def follows(number: int) -> bool:
    """Whether the recipient follows one work item only."""
    return number % 5 == 0


def add_people(session: Session) -> list[int]:
    """Recipients of both editions and all languages, with accounts of all roles, in a matter or not."""
    matter = Matter(name="M", created_at=MONDAY)
    session.add(matter)
    session.flush()
    publication = session.exec(select(Publication)).one().model_dump(exclude={"id"})
    session.add(Publication.model_validate(publication | {"number": "EP.9000002.A1", "doc_number": "9000002"}))
    walled = add_change(session, "EP.9000002.A1", kind=ChangeKind.NEW, entity=Entity.PUBLICATION, source="import")
    run = session.exec(select(Run).order_by(Run.id.desc())).first()  # type: ignore[union-attr]
    assert run is not None
    assert walled
    run.matter_id = matter.id
    item = session.exec(select(WorkItem).where(WorkItem.iso_id == 90002)).one()
    people = []
    for number in range(RECIPIENTS):
        email = f"p{number}@example.com"
        if number % 3:
            role = role_of(number).value
            account = Account(name=f"P{number}", email=email, language="en", roles=[role], created_at=MONDAY)
            session.add(account)
            session.flush()
            if in_matter(number):
                session.add(MatterMember(matter_id=key_of(matter), account_id=key_of(account), added_at=FRIDAY))
        edition = Edition.IP if number % 2 else Edition.DELEGATE
        row = Recipient(name=f"P{number}", email=email, language=list(Language)[number % 3], edition=edition)
        session.add(row)
        session.flush()
        if follows(number):
            session.add(Follow(recipient_id=key_of(row), work_item_id=key_of(item)))
        people.append(key_of(row))
    return people


def test_each_mail_is_delivered_exactly_once_and_says_what_its_reader_may_know(
    week: Store,
    server: Server,  # noqa: F811
) -> None:
    chance = random.Random(42)
    with week.write() as session:
        people = add_people(session)
    began, cpu = time.monotonic(), time.process_time()
    press = Press(Settings(mail_from="w@example.com"), RULES, MANIFESTS)
    assert compose_due(week, lambda: MONDAY, at=MONDAY, recipients=people, press=press).composed == RECIPIENTS
    composed = time.monotonic() - began
    failures: list[str | Callable[[Any], str]] = ["451 busy", "421 too much", drop]
    server.replies = [
        chance.choice(failures) if chance.random() < 0.05 else "250 accepted" for _ in range(2 * RECIPIENTS)
    ]
    failing = sum(reply != "250 accepted" for reply in server.replies[:RECIPIENTS])
    at, total = MONDAY, 0
    counts = send_pending(week, smtp(server), lambda: at)
    assert counts == SendCounts(sent=RECIPIENTS - failing, postponed=failing)
    for _ in range(12):
        total += counts.sent
        at += dt.timedelta(hours=6)
        counts = send_pending(week, smtp(server), functools.partial(_same, at))
    took, used = time.monotonic() - began, time.process_time() - cpu
    print(  # noqa: T201
        f"{RECIPIENTS} recipients: composed in {composed:.1f} s, all delivered after {took:.1f} s "
        f"({used:.1f} s of one core, mail server included)"
    )
    assert total == RECIPIENTS
    arrived = Counter(str(message["To"].addresses[0].addr_spec) for message in server.accepted)
    assert arrived == {f"p{number}@example.com": 1 for number in range(RECIPIENTS)}
    with week.read() as session:
        mails = session.exec(select(Mail)).all()
    assert {mail.state for mail in mails} == {MailState.SENT}
    text = {mail.recipient_id: mail.text for mail in mails}
    for number, person in enumerate(people):
        reads = number % 2 == 1 and role_of(number) in READERS_OF_PATENTS
        told = ("EP.9000001.A1" in text[person], "EP.9000002.A1" in text[person])
        assert told == (reads, reads and in_matter(number)), (number, role_of(number))
        # A stage move, which everybody is told of, is of another item.
        assert ("ISO/IEC DIS 90001\n" in text[person]) == (not follows(number)), number
    assert took < 120
