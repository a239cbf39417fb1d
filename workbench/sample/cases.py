"""The sample's IP team prepares a declaration; it waits for the signatory. People, patents and holder are invented."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlmodel import select

from workbench.cases import verbs
from workbench.cases.contents import Content, newest_form
from workbench.cases.models import DeclarationCase
from workbench.cases.queries import templates
from workbench.cases.registers import suggested
from workbench.db import Store
from workbench.people import accounts
from workbench.people.viewer import Viewer
from workbench.standards.draft_queries import headings
from workbench.standards.drafts import find_work_item
from workbench.standards.queries import drafts as drafts_of

ENTRIES: Final = {
    "contact_name": "SAMPLE Patents and Standards",
    "contact_address": "SAMPLE 1-2-3\nTokyo",
    "contact_tel": "+81 3 0000 0000",
    "contact_fax": "none",
    "contact_email": "patents@example.com",
    "option": "2",
    "sig_person": "SAMPLE 見本 花子",
    "sig_person_title": "SAMPLE General manager",
    "sig_place_date": "Tokyo, 2026-11-16",
}
CLAUSE: Final = "6.2.1"


def plant_case(store: Store, holder: str, iso_id: int, at: dt.datetime) -> str:
    """A declaration with option 2 that one of two people has approved, once; returns what was done, in words."""
    with store.write() as session:
        if session.exec(select(DeclarationCase.id)).first() is not None:
            return "there already"
        item, template = find_work_item(session, str(iso_id)), list(templates(session).values())[-1]
        people = {}
        for name in ("analyst.a", "counsel"):
            account = accounts.by_email(session, f"sample.{name}@example.org")
            if account is None:
                return "left out: the sample IP team is not there"
            people[name] = accounts.viewer_of(account, None)
        author: Viewer = people["analyst.a"]
        case = verbs.open_case(session, author, item, holder, template, at, entries=dict(ENTRIES))
        newest = drafts_of(session, item)[0]
        places = [(newest.id or 0, each.order) for each in headings(session, newest.id or 0) if each.number == CLAUSE]
        entries = {**newest_form(session, case).entries, **ENTRIES}
        patents = tuple(suggested(session, case, at.date()).values())
        verbs.revise(session, author, case, template, Content(entries, frozenset(), patents, places), at, seen=1)
        verbs.propose(session, author, case, template, at)
        verbs.approve(session, people["counsel"], case, at, yes=True, note="", seen=case.revision)
        return f"{len(patents)} patents, {case.status.value}, waits for the signatory"
