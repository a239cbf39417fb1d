"""Eighteen months of real stages, week by week: every change is told to each subscriber once, a missed week too."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections import defaultdict
from pathlib import Path

import pytest
from sqlmodel import select

from scrapers import records
from tests.digest.conftest import add_recipient
from workbench.ballots.rulebook import load_rulebook
from workbench.db import Store
from workbench.digest.composer import Press
from workbench.digest.models import Edition, Mail, QuietWeeks, Recipient
from workbench.digest.outbox import compose_due, send_pending
from workbench.digest.transport import FolderTransport
from workbench.history.log import ChangeLog, Counts, finish_run, start_run
from workbench.history.models import Change, ChangeKind, RunKind, RunState
from workbench.settings import Settings
from workbench.sources.writers import write

TOKYO = dt.timezone(dt.timedelta(hours=9))
FIRST, LAST = dt.datetime(2024, 1, 22, 8, tzinfo=TOKYO), dt.datetime(2025, 6, 30, 8, tzinfo=TOKYO)
MISSED = (20, 21, 22)
"""Weeks in which nothing was composed."""


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.mark.shared
def test_every_stage_change_is_in_exactly_one_digest_of_each_subscriber(
    store: Store, shared: Path, tmp_path: Path
) -> None:
    items = json.loads((shared / "data" / "sc42_work_items.json").read_text(encoding="utf-8"))["items"]
    observed: dict[dt.date, list[records.WorkItem]] = defaultdict(list)
    for item in items:
        for event in item.get("stage_history_observed", []):
            record = records.WorkItem(
                iso_id=item["iso_id"], reference=event["reference"], stage=event["stage"], committee=item["committee"]
            )
            observed[dt.date.fromisoformat(event["first_observed"])].append(record)
    people = [add_recipient(store, "A"), add_recipient(store, "B", edition=Edition.IP)]
    with store.write() as session:
        session.get_one(Recipient, people[1]).quiet = QuietWeeks.NEVER
    settings = Settings(home=tmp_path, mail_from="w@example.com", digest_limit=1000)
    rules, transport = load_rulebook(settings), FolderTransport(tmp_path / "mails")
    days, monday, week = sorted(observed), FIRST, 0
    while monday <= LAST:
        while days and dt.datetime.combine(days[0], dt.time(12), TOKYO) < monday:
            _poll(store, days[0], observed[days.pop(0)])
        if week not in MISSED:
            at = monday
            compose_due(
                store,
                functools.partial(_same, at),
                at=at,
                recipients=people,
                press=Press(settings, rules, {}),
            )
            send_pending(store, transport, functools.partial(_same, at))
        monday, week = monday + dt.timedelta(days=7), week + 1
    assert not days
    with store.read() as session:
        changes = session.exec(select(Change).where(Change.field == "stage")).all()
        new = session.exec(select(Change).where(Change.kind == ChangeKind.NEW)).all()
        mails = session.exec(select(Mail).order_by(Mail.id)).all()  # type: ignore[arg-type]
    assert len(changes) > 50
    for person in people:
        of_person = [mail for mail in mails if mail.recipient_id == person]
        # What was there before the first digest's seven days is history, not news.
        begins = of_person[0].changes_after
        for change in (*changes, *new):
            if (change.id or 0) <= begins:
                continue
            told = [mail for mail in of_person if mail.changes_after < (change.id or 0) <= mail.changes_to]
            assert len(told) == 1, (person, change)
            assert f"/standards/items/{change.key}\n" in told[0].text, (person, change)
            if change.field == "stage":
                new_item = any(
                    each.key == change.key and told[0].changes_after < (each.id or 0) <= told[0].changes_to
                    for each in new
                )
                assert new_item or str(change.new) in told[0].text, (person, change)


def _same(at: dt.datetime) -> dt.datetime:
    return at


def _poll(store: Store, day: dt.date, found: list[records.WorkItem]) -> None:
    at = dt.datetime.combine(day, dt.time(5), TOKYO).astimezone(dt.UTC)
    run_id = start_run(store, RunKind.POLL, "iso_pages", "1", at)
    with store.write() as session:
        log = ChangeLog(session, run_id, "iso_pages", at)
        for record in found:
            write(session, log, record, None)
        finish_run(session, run_id, RunState.OK, Counts(records=len(found)))
