"""Who is told what: rights without an account, matters, what only one person can do; follow lists, days and pauses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from tests.digest.conftest import MANIFESTS, MONDAY, add_recipient
from tests.digest.test_sending import RULES
from workbench.ballots.verbs import set_follow
from workbench.db import Store, key_of
from workbench.digest import duties
from workbench.digest.alerts import AlertCounts, compose_alerts, find_alert
from workbench.digest.compose import ComposedMail
from workbench.digest.composer import Composer, Press
from workbench.digest.duties import Duty, DutyKind
from workbench.digest.models import Alert, Edition, Mail, MailKind, Recipient
from workbench.digest.sections import About, SectionKind
from workbench.digest.verbs import send
from workbench.digest.weekdays import mailing_day
from workbench.people.models import Account
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import Matter, MatterMember
from workbench.settings import Settings
from workbench.standards.deadlines import is_working_day
from workbench.standards.drafts import find_work_item
from workbench.web import create_app

DAY = dt.timedelta(days=1)
SETTINGS = Settings(mail_from="w@example.com", base_url="https://wb.example.com")


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def add_account(store: Store, name: str, *roles: Role) -> int:
    with store.write() as session:
        email = f"{name.lower()}@example.com"
        row = Account(name=name, email=email, language="en", roles=[each.value for each in roles], created_at=MONDAY)
        session.add(row)
        session.flush()
        return key_of(row)


def composed_for(store: Store, recipient: int) -> ComposedMail:
    with store.read() as session:
        row = session.get_one(Recipient, recipient)
        return Composer(session, Press(SETTINGS, RULES, MANIFESTS), MONDAY, [recipient]).compose(row)


def text_for(store: Store, recipient: int) -> str:
    return composed_for(store, recipient).text


def subject_for(store: Store, recipient: int) -> str:
    return composed_for(store, recipient).subject


def test_without_an_account_one_reads_standards_only(week: Store) -> None:
    recipient = add_recipient(week, "A", edition=Edition.IP)
    assert "EP.9000001.A1" in text_for(week, recipient), "in local mode nobody has an account"
    add_account(week, "Somebody", Role.ADMINISTRATOR)
    assert "EP.9000001.A1" not in text_for(week, recipient)
    assert "ISO/IEC AWI 90006" in text_for(week, recipient)
    account = add_account(week, "A", Role.IP_ANALYST)
    assert "EP.9000001.A1" in text_for(week, recipient)
    with week.write() as session:
        session.get_one(Account, account).active = False
    assert send(week, week.settings, None, MONDAY, lambda _: None).composed == 0, "a closed account is told nothing"


@pytest.fixture
def secret_duties(monkeypatch: pytest.MonkeyPatch) -> list[Duty]:
    """A provider of an area that shows its duties to the members of matter 1 only."""
    held: list[Duty] = []

    def provider(session: Session, viewer: Viewer, rules: object, today: dt.date) -> Iterable[Duty]:
        return held if 1 in viewer.matters else ()

    monkeypatch.setattr(duties, "PROVIDERS", (provider,))
    return held


def add_member(store: Store, account: int) -> None:
    with store.write() as session:
        if session.get(Matter, 1) is None:
            session.add(Matter(id=1, name="M", created_at=MONDAY))
            session.flush()
        session.add(MatterMember(matter_id=1, account_id=account, added_at=MONDAY))


def test_a_duty_behind_a_wall_is_in_the_mails_of_members_only(store: Store, secret_duties: list[Duty]) -> None:
    people = {name: add_account(store, name, Role.IP_ANALYST) for name in ("In", "Out")}
    add_member(store, people["In"])
    recipients = {name: add_recipient(store, name, edition=Edition.IP) for name in people}
    delegate = add_recipient(store, "D")
    plan = About("A secret plan", None, "/plans/1")
    secret_duties += [
        Duty("plan/1/rule/R17/", DutyKind.BLOCKED, SectionKind.PLANS, plan, urgent=True, rule="R17"),
        Duty("fee/1", DutyKind.FEE, SectionKind.LEGAL, About("EP.1.A1", None, "/x"), day=MONDAY.date() + 2 * DAY),
        Duty("fee/2", DutyKind.FEE, SectionKind.LEGAL, About("EP.2.A1", None, "/x"), day=MONDAY.date() + 9 * DAY),
    ]
    text = text_for(store, recipients["In"])
    assert "rule R17 forbids the plan" in text
    assert subject_for(store, recipients["In"]).startswith("ACTION at once: 3 matters – Standards digest")
    assert subject_for(store, recipients["Out"]) == "Standards digest 2026-W47: no change"
    assert text.index("EP.1.A1") < text.index("EP.2.A1") < text.index("A secret plan"), "legal dates first"
    assert "A secret plan" not in text_for(store, recipients["Out"]) + text_for(store, delegate)
    assert compose_alerts(store, SETTINGS, RULES, lambda: MONDAY) == AlertCounts(1, 2)
    with store.read() as session:
        (mail,) = session.exec(select(Mail)).all()
        assert mail.recipient_id == recipients["In"]
        assert mail.kind is MailKind.ALERT
        assert mail.subject == "ACTION at once: 2 matters – Due within three days, or urgent"
        assert "Acknowledge: A secret plan – rule R17 forbids the plan" in mail.text
        tokens = [alert.token for alert in session.exec(select(Alert).order_by(Alert.key))]
    admin = Viewer(99, "Admin", frozenset({Role.ADMINISTRATOR}), email="admin@example.com")
    with store.read(admin) as session:
        assert session.exec(select(Alert)).all() == [], "the name of a plan is no business of who looks after mails"
    with store.write() as session:
        found = find_alert(session, tokens[1])
        assert found is not None
        found[0].acknowledged_at = MONDAY
    assert compose_alerts(store, SETTINGS, RULES, lambda: MONDAY + DAY) == AlertCounts(1, 1)
    secret_duties.clear()
    assert compose_alerts(store, SETTINGS, RULES, lambda: MONDAY + 2 * DAY) == AlertCounts(), "what is over is over"


def test_one_follows_for_ones_mails_on_the_page(week: Store) -> None:
    account, recipient = add_account(week, "A", Role.DELEGATE), add_recipient(week, "A")
    other = add_recipient(week, "B")
    app = create_app(week.settings, week, open_local=True, clock=lambda: MONDAY)
    app.config["WTF_CSRF_ENABLED"] = False
    viewer = Viewer(account, "A", frozenset({Role.DELEGATE}), email="a@example.com")
    app.before_request(lambda: _as(viewer))
    client = app.test_client()
    assert client.post("/digest/follows", data={"work_item": "90002", "follow": "yes"}).status_code == 303
    assert "ISO/IEC DIS 90001\n" not in text_for(week, recipient)
    assert "ISO/IEC DIS 90002\n" in text_for(week, recipient)
    assert "ISO/IEC DIS 90001\n" in text_for(week, other)
    assert "only those of the 1 work item you follow" in client.get("/").text, "what is left out is said"
    own = client.get("/ballots/?followed=yes").text.partition('id="results"')[2].partition("</table>")[0]
    rows = client.get("/export/ballots.csv?followed=yes", buffered=True).text
    assert [name in text for text in (own, rows) for name in ("DIS 90001", "DIS 90002")] == [False, True] * 2
    for wanted, button in (("no", "Follow the work item"), ("yes", "Stop following the work item")):
        form = {"follow": wanted, "next": "/standards/items/90002"}
        assert client.post("/ballots/90002/follow", data=form).headers["Location"] == form["next"]
        assert button in client.get(form["next"]).text
    with week.write() as session:
        set_follow(session, find_work_item(session, "90001"), followed=True, recipient_id=recipient)
    assert "ISO/IEC DIS 90001\n" in text_for(week, recipient)
    page = client.get("/digest/preferences").text
    assert "Stop following ISO/IEC DIS 90001" in page
    assert "Stop following ISO/IEC DIS 90002" in page
    for number in ("90001", "90002"):
        client.post("/digest/follows", data={"work_item": number, "follow": "no"})
    assert "ISO/IEC DIS 90001\n" in text_for(week, recipient), "who follows none is told of all"
    refused = client.post("/digest/follows", data={"work_item": "<b>", "follow": "yes"})
    assert refused.status_code == 400
    assert "&lt;b&gt;" in refused.text
    given = {"language": "en", "quiet": "always", "weekday": "friday", "digest_on": "yes", "paused_until": "x"}
    assert client.post(f"/digest/preferences/{recipient}", data=given).status_code == 400
    given["paused_until"] = "2026-11-30"
    assert client.post(f"/digest/preferences/{recipient}", data=given).status_code == 303
    with week.read() as session:
        row = session.get_one(Recipient, recipient)
    assert (row.weekday, row.paused_until) == (4, dt.date(2026, 11, 30))


def _as(viewer: Viewer) -> None:
    from workbench.web.context import set_viewer

    set_viewer(viewer)


def test_a_digest_comes_on_its_day_and_a_pause_is_made_up_for(week: Store, settings: Settings) -> None:
    thursday, paused = add_recipient(week, "T"), add_recipient(week, "P")
    with week.write() as session:
        session.get_one(Recipient, thursday).weekday = 3
        session.get_one(Recipient, paused).paused_until = MONDAY.date() + 8 * DAY

    def composed(days: int) -> int:
        at = MONDAY + days * DAY
        return send(week, settings, None, at, lambda _: None, lambda: at, on_their_day=True).composed

    # The next Monday, 2026-11-23, is a public holiday in Japan.
    assert [composed(days) for days in range(5)] == [0, 0, 0, 1, 0]
    assert composed(8) == 1, "the paused one, on the first working day"
    with week.read() as session:
        mails = {mail.recipient_id: mail for mail in session.exec(select(Mail))}
    assert "ISO/IEC AWI 90006" in mails[paused].text


@given(st.integers(0, 4), st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)))
def test_a_mailing_day_is_a_working_day_of_its_week_if_there_is_one(weekday: int, day: dt.date) -> None:
    found = mailing_day(weekday, day, SETTINGS)
    assert found.isocalendar()[:2] == day.isocalendar()[:2]
    monday = day - day.weekday() * DAY
    working = [each for number in range(7) if is_working_day(each := monday + number * DAY, "JP")]
    assert found in working or not working
    if found < monday + weekday * DAY:
        assert not [each for each in working if each > found]
