"""The journey of an IP team, first half: a draft and a portfolio, ten candidates, a chart, two readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, select
from waitress import create_server

from tests.browser.serving import running
from workbench import sample
from workbench.assessments.models import Assessment, AssessmentPin
from workbench.assessments.queries import stand_of
from workbench.assessments.statuses import Status
from workbench.ballots.rulebook import load_rulebook
from workbench.cases.queries import DueKind, due
from workbench.db import Store, key_of
from workbench.digest import verbs as digest
from workbench.digest.models import Edition, Mail, Recipient
from workbench.mapping.runs import drafts_of, map_draft
from workbench.patents.imports import import_patents
from workbench.people.models import Account
from workbench.people.permissions import Role
from workbench.people.trail import verify
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.settings import Settings
from workbench.standards.drafts import import_draft
from workbench.standards.models import Clause
from workbench.web import context, create_app

NOW = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
TEAM = {
    "ann": Role.IP_ANALYST,
    "ben": Role.IP_ANALYST,
    "cho": Role.IP_COUNSEL,
    "sig": Role.SIGNATORY,
    "del": Role.DELEGATE,
}


@dataclass
class Office:
    """A store served to a team; `who` asks. The second half of the journey goes on from it."""

    store: Store
    address: str
    people: dict[str, Viewer]
    who: str = "ann"

    def assessment(self) -> Assessment:
        with self.store.read() as session:
            return session.exec(select(Assessment).where(Assessment.status != Status.CANDIDATE)).one()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    settings = Settings(home=tmp_path_factory.mktemp("office"))
    store = Store(settings, Viewer.system())
    store.migrate()
    folder = sample.folder()
    draft = sample.DRAFTS[0]
    run = import_draft(
        store, settings, folder / "drafts" / draft.file, work_item=str(draft.work_item), label=draft.label,
        dated=draft.dated,
    )  # fmt: skip
    assert run.error is None
    for file in sorted((folder / "patents").glob("*.xml")):
        assert import_patents(store, settings, file, portfolio="Ours").error is None
    with store.read() as session:
        drafts = drafts_of(session, None)
    map_draft(store, drafts[0], now=lambda: NOW)
    with store.write() as session:
        people = {name: _person(session, name, role) for name, role in TEAM.items()}
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    made = Office(store, "", people)
    # Who asks is said after the door and before the checks of addresses.
    app.before_request_funcs[None].insert(1, lambda: context.set_viewer(made.people[made.who]))
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    with running(server) as made.address:
        yield made
    store.close()


def _person(session: Session, name: str, role: Role) -> Viewer:
    account = Account(name=name, email=f"{name}@example.org", language="en", roles=[role.value], created_at=NOW)
    session.add(account)
    session.flush()
    return Viewer(key_of(account), name, frozenset({role}), email=account.email)


@pytest.fixture
def desk(browser: Browser, office: Office) -> Iterator[Page]:
    opened = browser.new_context(
        base_url=office.address, locale="en-GB", viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    page = opened.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    opened.close()
    assert errors == []


def _told(desk: Page, text: str) -> None:
    """What the line below the heading says, however busy the machine is."""
    expect(desk.locator(".lede").first).to_contain_text(text, timeout=30_000)


def _press(desk: Page, key: str) -> None:
    """A key, once the page listens."""
    desk.wait_for_load_state("load")
    desk.keyboard.press(key)


def test_from_ten_candidates_to_two_readers(office: Office, desk: Page, tmp_path: Path) -> None:
    desk.goto("/assessments/own")
    desk.get_by_label("Ours").check()
    desk.get_by_role("button", name="Keep").click()
    desk.goto("/assessments/triage?own=own&normative=yes")
    _told(desk, "Candidate 1 of")
    _press(desk, "j")
    _told(desk, "Candidate 2 of")
    _press(desk, "k")
    _told(desk, "Candidate 1 of")
    for count in range(1, 11):
        _press(desk, "1" if count == 1 else "3" if count == 2 else "2")
        _told(desk, f"{count} today")
    _press(desk, "u")
    _told(desk, "11 today")
    desk.goto("/assessments/")
    desk.locator("table.data tbody a.open").last.click()
    desk.get_by_role("button", name="Begin the chart").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Write the chart")
    rows = desk.locator(".chart-row")
    for at in range(rows.count()):
        rows.nth(at).locator('input[name^="quote-"]').first.check()
        rows.nth(at).get_by_label("Met").select_option("yes")
        rows.nth(at).get_by_label("Strength").select_option("mandatory")
        rows.nth(at).get_by_label("Interpretation").fill("SAMPLE: 同じ工程を別の言葉で述べている。")
    desk.get_by_role("button", name="Keep this version").click()
    expect(desk.locator(".checked")).to_contain_text("Every element is said to be met.")
    row = office.assessment()
    place = f"/assessments/{row.id}"
    desk.goto(place)
    desk.locator("#submit button").click()
    expect(desk.locator("#review")).to_contain_text("It waits for a reader")
    for name in ("ben", "cho"):
        office.who = name
        desk.goto("/assessments/")
        desk.locator(".list a").first.click()
        expect(desk.locator("#findings")).to_have_count(0)
        desk.get_by_label("Likely essential: every element is met by what is mandatory").check()
        desk.get_by_label("Reasons: elements and provisions that decide").fill("SAMPLE: elements 1 and 2 decide.")
        desk.get_by_role("button", name="Give my finding").click()
    _told(desk, "reviewed: likely essential")
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="PDF").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")
    assert office.assessment().status is Status.LIKELY_ESSENTIAL
    office.who = "del"
    for address in ("/assessments/", place, f"{place}/chart.pdf"):
        answer = desk.request.get(address)
        assert answer.status == 403
    with office.store.read() as session:
        told = {(entry.action, entry.entity) for entry in session.exec(select(TrailEntry))}
        assert {("decided", "decision"), ("changed", "chart"), ("decided", "chart"), ("exported", "chart")} <= told
        assert verify(session).intact


ENTRIES = {
    "Contact name and department": "SAMPLE Patents",
    "Address": "SAMPLE 1-2-3 Tokyo",
    "Telephone": "+81 3 0000 0000",
    "Fax (write none where there is none)": "none",
    "E-mail": "patents@example.com",
    "Name of the authorised person": "見本 花子",
    "Title of the authorised person": "General manager",
    "Place and date": "Tokyo, 2026-11-16",
}


def test_from_the_reviewed_chart_to_a_declaration_that_asks_again(office: Office, desk: Page, tmp_path: Path) -> None:
    """The second half: a case, two approvals, the form, a receipt, and a new draft that rewords what was declared."""
    row, draft = office.assessment(), sample.DRAFTS[0]
    office.who = "ann"
    desk.goto("/cases/")
    desk.locator("#new-item").select_option(str(draft.work_item))
    desk.get_by_label("Patent holder").fill(sample.OWN_PARTY)
    desk.get_by_role("button", name="Begin the declaration").click()
    place = desk.url.removeprefix(office.address)
    for label, text in ENTRIES.items():
        desk.locator("#form").get_by_label(label, exact=True).fill(text)
    desk.get_by_label("2: licences on reasonable").check()
    desk.get_by_label("3: unwilling").check()
    desk.get_by_label(row.publication).check()
    with office.store.read() as session:
        pin = session.exec(select(AssessmentPin).where(AssessmentPin.assessment_id == row.id)).all()[-1]
        clause = session.exec(
            select(Clause).where(Clause.draft_id == pin.draft_id, Clause.order == pin.clause_order)
        ).one()
    desk.get_by_label("CD 1").fill(clause.number or clause.title or "")
    desk.get_by_role("button", name="Keep as the next version").click()
    expect(desk.locator("#faults")).to_contain_text("Parts of the document concerned: is missing")
    desk.get_by_label("2: licences on reasonable").check()
    desk.get_by_role("button", name="Keep as the next version").click()
    expect(desk.locator("#faults")).to_have_count(0)
    desk.get_by_role("button", name="Propose for approval").click()
    expect(desk.locator("#approvals")).to_contain_text("others approve it")
    for name in ("cho", "sig"):
        office.who = name
        desk.goto(place)
        desk.get_by_role("button", name="Approve", exact=True).click()
    _told(desk, "Approved to be sent")
    office.who = "cho"
    desk.goto(place)
    desk.get_by_role("button", name="Write the form").click()
    with desk.expect_download() as taken:
        desk.locator("#documents").get_by_role("link", name=".pdf").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")
    desk.get_by_label("ISO", exact=True).check()
    desk.get_by_role("button", name="Record that it was sent").click()
    expect(desk.locator("main")).to_contain_text("every organisation of the document")
    desk.get_by_label("ISO", exact=True).check()
    desk.get_by_label("IEC", exact=True).check()
    desk.get_by_role("button", name="Record that it was sent").click()
    receipt = tmp_path / "receipt.eml"
    receipt.write_text("SAMPLE: received", encoding="utf-8")
    desk.get_by_label("File").set_input_files(receipt)
    desk.get_by_role("button", name="Keep the receipt").click()
    _told(desk, "In force")
    assert office.assessment().status is Status.DECLARED
    newer = tmp_path / "cd2.xml"
    text = (sample.folder() / "drafts" / draft.file).read_text(encoding="utf-8")
    newer.write_text(text.replace(" shall ", " shall, whatever the evaluation was made for, "), encoding="utf-8")
    run = import_draft(
        office.store,
        office.store.settings,
        newer,
        work_item=str(draft.work_item),
        label="CD 2",
        dated=draft.dated + dt.timedelta(days=90),
    )
    assert run.error is None
    with office.store.read() as session:
        stand = stand_of(session, row.id or 0)
        assert stand is not None
        assert stand.state.stale
        lines = due(session, load_rulebook(office.store.settings), NOW.date())
        assert [line.kind for line in lines] == [DueKind.RECHECK]
    desk.goto(place)
    expect(desk.locator("#again")).to_contain_text("rewords clauses that were declared")
    mails = _mails(office)
    about = f"{sample.OWN_PARTY} – "
    for line in (
        "look at the declaration again: what it rests on has changed",
        "the claim chart is stale: what it rests on has changed",
        f"{row.publication}, {row.claim} – ",
        about,
    ):
        assert line in mails["cho"]
    for hidden in (row.publication, about, "declar", "claim chart", "/cases", "/assessments", "essential"):
        assert hidden not in mails["del"]
    assert "CD 2" in mails["del"], "the draft itself is news to the delegate"
    office.who = "del"
    for address in ("/cases/", place, "/cases/registers", f"{place}/form.pdf"):
        assert desk.request.get(address).status == 403
    desk.goto(f"/standards/items/{draft.work_item}")
    expect(desk.locator("main")).not_to_contain_text("Our declarations")
    office.who = "cho"
    desk.goto(place)
    desk.get_by_label("What was found").fill("SAMPLE: the declaration covers the new wording.")
    desk.get_by_role("button", name="Settle it").click()
    expect(desk.locator("#again")).to_contain_text("Nothing asks for it now.")
    with office.store.read() as session:
        entries = session.exec(select(TrailEntry).order_by(col(TrailEntry.id))).all()
        assert _steps(entries, "assessment", row.id, "what") == ASSESSED
        assert _steps(entries, "declaration_case", place.rpartition("/")[2], "step") == DECLARED
        done = {(entry.name, entry.action, entry.entity) for entry in entries}
        assert done >= REST
        assert not {entry.entity for entry in entries if entry.name == "del"} & {"assessment", "chart", "match"}
        assert not {entry.entity for entry in entries if entry.name == "del"} & {"declaration_case", "case_task"}
        assert verify(session).intact


# Every step as the trail tells it: who, what.
ASSESSED = [
    ("ann", "created", None),
    ("ann", "changed", "start_chart"),
    ("ann", "changed", "submit"),
    ("cho", "changed", "conclude_likely"),
    ("cho", "changed", "declare"),
]
DECLARED = [
    ("ann", "created", "open"),
    ("ann", "changed", "revise"),
    ("ann", "changed", "revise"),
    ("ann", "requested", "propose"),
    ("cho", "decided", "approve_one"),
    ("sig", "decided", "approve_one"),
    ("sig", "approved", "approve"),
    ("cho", "changed", "generate"),
    ("cho", "sent", "send"),
    ("cho", "changed", "receive"),
]
REST = {
    ("ann", "decided", "decision"),
    ("ann", "saw", "chart"),
    ("ben", "saw", "chart"),
    ("ann", "changed", "chart"),
    ("ben", "decided", "chart"),
    ("cho", "decided", "chart"),
    ("cho", "exported", "chart"),
    ("ann", "saw", "declaration_case"),
    ("sig", "saw", "declaration_case"),
    ("cho", "exported", "declaration_case"),
    ("cho", "decided", "case_task"),
}


def _steps(entries: Iterable[TrailEntry], entity: str, key: object, name: str) -> list[tuple[str, str, str | None]]:
    """What was done to one thing, in order: by whom, how the trail calls it, which step."""
    seen = {"saw", "exported"}
    own = (entry for entry in entries if (entry.entity, entry.key) == (entity, str(key)) and entry.action not in seen)
    return [(entry.name, entry.action, entry.details.get(name)) for entry in own]


def _mails(office: Office) -> dict[str, str]:
    """The texts of the digests as they were composed for counsel and for the delegate, by name."""
    with office.store.write() as session:
        for name, edition in (("cho", Edition.IP), ("del", Edition.DELEGATE)):
            session.add(Recipient(name=name, email=f"{name}@example.org", edition=edition))
    settings = office.store.settings
    counts = digest.send(office.store, settings, None, dt.datetime.now(dt.UTC), lambda _: None)
    assert counts.composed == 2
    with office.store.read() as session:
        return {name: mail.text for name, mail in session.exec(select(Recipient.name, Mail).join(Mail))}
