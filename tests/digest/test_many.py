"""Many recipients with different rights, and a server that refuses one message in twenty: each mail arrives once.

BENCHMARK_RECIPIENTS=1000 measures; without it a few dozen show the same.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import random
import time
from collections import Counter

import pytest
from sqlmodel import select

from tests.digest.conftest import MANIFESTS, MONDAY
from tests.digest.test_sending import RULES, Server, server, smtp  # noqa: F401 - the fixture
from workbench.db import Store
from workbench.digest.models import Edition, Language, Mail, MailState, Recipient
from workbench.digest.outbox import SendCounts, compose_due, send_pending
from workbench.people.models import Account
from workbench.people.permissions import Role
from workbench.settings import Settings

RECIPIENTS = int(os.environ.get("BENCHMARK_RECIPIENTS", "40"))


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def _same(at: dt.datetime) -> dt.datetime:
    return at


def test_each_mail_is_delivered_exactly_once(week: Store, server: Server) -> None:  # noqa: F811
    chance = random.Random(42)
    people = []
    with week.write() as session:
        for number in range(RECIPIENTS):
            role = list(Role)[number % len(Role)]
            email = f"p{number}@example.com"
            if number % 3:
                session.add(
                    Account(name=f"P{number}", email=email, language="en", roles=[role.value], created_at=MONDAY)
                )
            edition = Edition.IP if number % 2 else Edition.DELEGATE
            row = Recipient(name=f"P{number}", email=email, language=list(Language)[number % 3], edition=edition)
            session.add(row)
            session.flush()
            people.append(row.id or 0)
    began = time.monotonic()
    settings = Settings(mail_from="w@example.com")
    made = compose_due(
        week, lambda: MONDAY, at=MONDAY, recipients=people, settings=settings, rules=RULES, manifests=MANIFESTS
    )
    assert made.composed == RECIPIENTS
    composed = time.monotonic() - began
    server.replies = ["451 busy" if chance.random() < 0.05 else "250 accepted" for _ in range(2 * RECIPIENTS)]
    refused, at, total = server.replies[:RECIPIENTS].count("451 busy"), MONDAY, 0
    counts = send_pending(week, smtp(server), lambda: at)
    assert counts == SendCounts(sent=RECIPIENTS - refused, postponed=refused)
    for _ in range(12):
        total += counts.sent
        at += dt.timedelta(hours=6)
        counts = send_pending(week, smtp(server), functools.partial(_same, at))
    took = time.monotonic() - began
    print(f"{RECIPIENTS} recipients: composed in {composed:.1f} s, all delivered after {took:.1f} s")  # noqa: T201
    arrived = Counter(str(message["To"].addresses[0].addr_spec) for message in server.accepted)
    assert arrived == {f"p{number}@example.com": 1 for number in range(RECIPIENTS)}
    with week.read() as session:
        mails = session.exec(select(Mail)).all()
    assert {mail.state for mail in mails} == {MailState.SENT}
    by_person = {mail.recipient_id: mail for mail in mails}
    for number, person in enumerate(people):
        role = list(Role)[number % len(Role)]
        ip = bool(number % 2)
        may_read = role in (Role.IP_ANALYST, Role.IP_COUNSEL, Role.SIGNATORY) if number % 3 else ip
        assert ("EP.9000001.A1" in by_person[person].text) == (ip and may_read), (number, role)
    assert took < 120
