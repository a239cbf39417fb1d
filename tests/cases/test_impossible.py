"""A self-review and a less favourable replacement, tried through the page and the interface, on both databases.

The same through a session of the database alone is tried in `test_verbs` and in `tests/assessments/test_charting`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlmodel import Session, select

from tests.assessments.made import NOW as CHARTED
from tests.assessments.made import charted, import_version, plant_claim
from tests.cases.conftest import GRANTED, Office
from tests.cases.filled import OPTION_3
from workbench.assessments import charting
from workbench.assessments.models import Assessment, Finding
from workbench.assessments.statuses import Status
from workbench.cases import replacement, verbs
from workbench.cases.models import CaseApproval, DeclarationCase
from workbench.cases.statuses import CaseStatus
from workbench.db import Store, key_of
from workbench.people import api_tokens
from workbench.people.viewer import Viewer
from workbench.web import context, create_app, permissions
from workbench.web.api.imports import IMPORTS


@dataclass
class Doors:
    """The two ways in over HTTP: pages for somebody who signed in, the interface for a program with his token."""

    store: Store
    who: Viewer = field(default_factory=Viewer.system)

    def __post_init__(self) -> None:
        self.pages, self.programs = (
            create_app(self.store.settings, self.store, open_local=local, clock=lambda: CHARTED)
            for local in (True, False)
        )
        for app in (self.pages, self.programs):
            app.config["WTF_CSRF_ENABLED"] = False
        before = self.pages.before_request_funcs[None]
        before.insert(before.index(permissions._check), lambda: context.set_viewer(self.who))

    def refuse(self, who: Viewer, address: str, data: dict[str, Any], words: str) -> None:
        """Both refuse, the page with these words."""
        self.who = who
        answer = self.pages.test_client().post(address, data=data)
        assert (answer.status_code, words in answer.text) == (409, True)
        with self.store.write(who) as session:
            _, secret = api_tokens.issue(session, who, "a program", api_tokens.offered(who), 30, CHARTED)
        client, headers = self.programs.test_client(), {"Authorization": f"Bearer {secret}"}
        assert _writes(self.programs) == set(IMPORTS), "programs bring files in and decide nothing"
        for tried in (f"/api/v1{address}", f"/api/v1/imports{address}", "/api/v1/assessments"):
            assert client.post(tried, data=data, headers=headers).status_code in (404, 405)
        assert client.post(address, data=data, headers=headers).status_code == 401


def _writes(app: Flask) -> set[str]:
    return {
        rule.rule.rpartition("/")[2]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.methods and rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
    }


def test_nobody_reviews_his_own_chart(store: Store) -> None:
    import_version(store, "CD 1")
    ann = plant_claim(store)["ann"]
    key = charted(store, ann)
    with store.write(ann) as session:
        charting.submit(session, ann, session.get_one(Assessment, key), seen=2, at=CHARTED)
    said = {"outcome": "likely_essential", "reasons": "Each element is met by the requirement quoted.", "seen": "2"}
    Doors(store).refuse(ann, f"/assessments/{key}/finding", said, "cannot review it")
    with store.read() as session:
        assert session.exec(select(Finding)).all() == []
        assert session.get_one(Assessment, key).status is Status.IN_REVIEW


def test_nobody_declares_worse_terms_or_approves_his_own(store: Store, office: Office) -> None:
    analyst, counsel = office.people["analyst"], office.people["counsel"]
    with store.write() as session:
        old = office.to_force(session)
        worse = office.replace(session, old, corrects=False, patents=(GRANTED,), **OPTION_3)
        own = office.open(session)
        office.revise(session, own, who="counsel")
        office.propose(session, own)
        keys = key_of(worse), key_of(own)
    doors = Doors(store)
    doors.refuse(analyst, f"/cases/{keys[0]}/propose", {}, replacement.LESS_FAVOURABLE)
    doors.refuse(counsel, f"/cases/{keys[1]}/approve", {"answer": "yes", "seen": "2"}, verbs.OWN_WORK)
    with store.read() as session:
        assert [_status(session, key) for key in keys] == [CaseStatus.DRAFT, CaseStatus.PROPOSED]
        approvals = session.exec(select(CaseApproval).where(CaseApproval.case_id == keys[1])).all()
        assert approvals == []


def _status(session: Session, key: int) -> CaseStatus:
    return session.get_one(DeclarationCase, key).status
