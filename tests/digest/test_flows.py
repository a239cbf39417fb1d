"""Alerts until they are acknowledged, subscriptions that end, mails that come back, and mails that are never sent."""

from __future__ import annotations

import datetime as dt
import email
import re
import smtplib
from pathlib import Path
from urllib.parse import unquote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from sqlmodel import select

from scrapers.records import Precision
from tests.digest.conftest import MONDAY, add_item, add_recipient
from tests.digest.test_sending import RULES, Server, put_into_outbox, server, smtp  # noqa: F401 - the fixture
from workbench.db import Store
from workbench.digest.alerts import AlertCounts, compose_alerts
from workbench.digest.bounces import BounceCounts, collect_bounces, read_report
from workbench.digest.composer import Press
from workbench.digest.message import build_message
from workbench.digest.models import Edition, Language, Mail, MailKind, QuietWeeks, Recipient
from workbench.digest.outbox import compose_due, send_pending
from workbench.digest.subscriptions import silenced
from workbench.digest.transport import GuardedTransport, PermanentError, TransientError
from workbench.digest.verbs import send as send_digest
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import create_app

DAY = dt.timedelta(days=1)
SETTINGS = Settings(mail_from="w@example.com", base_url="https://wb.example.com")


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def mails(store: Store, kind: MailKind) -> list[Mail]:
    with store.read() as session:
        return list(session.exec(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))  # type: ignore[arg-type]


def alert(store: Store, at: dt.datetime) -> AlertCounts:
    return compose_alerts(store, SETTINGS, RULES, lambda: at)


def add_urgent(store: Store, iso_id: int = 90001) -> None:
    """A ballot whose company deadline is in two days."""
    opened = MONDAY.date() + dt.timedelta(days=30) - dt.timedelta(weeks=12)
    with store.write() as session:
        add_item(session, iso_id, f"ISO/IEC DIS {iso_id}", "40.20", [("40.20", opened.isoformat(), Precision.DAY)])


def test_an_alert_comes_at_once_and_each_day_until_it_is_acknowledged(store: Store) -> None:
    add_recipient(store, "A", Language.BOTH)
    add_urgent(store)
    assert alert(store, MONDAY) == AlertCounts(1, 1)
    assert alert(store, MONDAY + dt.timedelta(hours=5)) == AlertCounts()
    add_urgent(store, 90002)
    assert alert(store, MONDAY + dt.timedelta(hours=6)) == AlertCounts(1, 1), "a new one at once"
    assert alert(store, MONDAY + DAY) == AlertCounts(1, 2)
    first = mails(store, MailKind.ALERT)[0]
    assert first.subject.count("ISO/IEC DIS 90001") == 2, "once a language"
    found = re.search(r"/mail/alerts/[\w-]+", first.text)
    assert found is not None
    client = create_app(store.settings, store, clock=lambda: MONDAY).test_client()
    page = client.get(found[0], base_url="http://localhost")
    assert "ISO/IEC DIS 90001" in page.text
    assert alert(store, MONDAY + 2 * DAY).deadlines == 2, "looking acknowledges nothing"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(found[0]).text)
    assert token is not None
    assert client.post(found[0], data={"csrf_token": token[1]}).status_code == 200
    assert alert(store, MONDAY + 3 * DAY) == AlertCounts(1, 1)
    assert client.get("/mail/alerts/nothing").status_code == 404


def test_only_a_post_ends_a_subscription_and_it_needs_no_cookie(store: Store) -> None:
    recipient = add_recipient(store, "A", edition=Edition.IP)
    put_into_outbox(store, recipient)
    (mail,) = mails(store, MailKind.DIGEST)
    message = build_message(mail.model_copy(update={"unsubscribe": f"https://wb.example.com/{mail.unsubscribe}"}))
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<ip.digest.example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    path = "/" + str(mail.unsubscribe).split("/", 3)[3]
    assert str(mail.unsubscribe) in mail.text
    assert str(mail.unsubscribe) in mail.html
    app = create_app(store.settings, store, clock=lambda: MONDAY)

    def row() -> Recipient:
        with store.read() as session:
            return session.get_one(Recipient, recipient)

    assert app.test_client().get(path).status_code == 200
    assert row().digest_on
    click = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        answer = app.test_client(use_cookies=False).post(path, data=click)
        assert (answer.status_code, answer.headers.get("Location")) == (200, None)
    assert not row().digest_on
    assert row().alerts_on, "the digest off, legal alerts on"
    assert app.test_client().post("/mail/unsubscribe/nothing").status_code == 404
    assert send_digest(store, SETTINGS, None, MONDAY + 7 * DAY, lambda _: None).composed == 0


def test_alerts_of_legal_dates_are_never_silenced_in_silence(store: Store) -> None:
    recipient = add_recipient(store, "A", edition=Edition.IP)
    add_urgent(store)
    alert(store, MONDAY)
    (mail,) = mails(store, MailKind.ALERT)
    app = create_app(store.settings, store, open_local=True, clock=lambda: MONDAY)
    assert app.test_client().post("/" + str(mail.unsubscribe).split("/", 3)[3]).status_code == 200
    with store.read() as session:
        assert [row.id for row in silenced(session)] == [recipient]
    assert "Alerts of legal dates do not reach: A" in app.test_client().get("/digest/").text


def report(message_id: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    return f"""From: MAILER-DAEMON@example.com
To: bounces@example.com
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; a@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: x

--b--
""".encode()


def test_an_address_that_keeps_failing_for_good_is_suspended(store: Store, tmp_path: Path) -> None:
    recipient = add_recipient(store, "A")
    for week in range(3):
        put_into_outbox(store, recipient, at=MONDAY + week * 7 * DAY)
        with store.write() as session:
            session.get_one(Recipient, recipient).quiet = "always"  # type: ignore[assignment]
    ids = [mail.message_id for mail in mails(store, MailKind.DIGEST)]
    assert len(ids) == 3
    (tmp_path / "1.eml").write_bytes(report(ids[0]))
    (tmp_path / "2.eml").write_bytes(report(ids[1]))
    (tmp_path / "forged.eml").write_bytes(report("<1@example.com>"))
    (tmp_path / "delayed.eml").write_bytes(report(ids[2], action="delayed"))
    (tmp_path / "hostile.eml").write_bytes(b"\xff\x00" * 100)
    assert collect_bounces(store, tmp_path, MONDAY) == BounceCounts(new=2, unknown=3)
    assert collect_bounces(store, tmp_path, MONDAY) == BounceCounts(seen=2, unknown=3)
    box = tmp_path / "box"
    box.mkdir()
    (box / "mbox").write_bytes(b"From x Mon Nov 16 08:00:00 2026\n" + report(ids[2]))
    assert collect_bounces(store, box / "mbox", MONDAY) == BounceCounts(new=1, suspended=1)
    with store.read() as session:
        assert "550 no such user" in (session.get_one(Recipient, recipient).suspended_reason or "")
    add_urgent(store)
    assert alert(store, MONDAY) == AlertCounts()
    app = create_app(store.settings, store, open_local=True, clock=lambda: MONDAY)
    app.config["WTF_CSRF_ENABLED"] = False
    assert "suspended: mails came back" in app.test_client().get("/digest/").text
    assert app.test_client().post(f"/digest/recipients/{recipient}/resume").status_code == 303
    assert alert(store, MONDAY) == AlertCounts(1, 1)


def test_reports_and_farewells_come_back_over_smtp(
    store: Store,
    server: Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Mails leave over SMTP, and what comes back goes over SMTP into the mailbox that is read."""
    people = [add_recipient(store, "A"), add_recipient(store, "B")]
    box = tmp_path / "box"
    settings = SETTINGS.model_copy(update={"bounces": box, "mail_bounces_to": "bounces@example.com"})
    with store.write() as session:
        for person in people:
            session.get_one(Recipient, person).quiet = QuietWeeks.ALWAYS
    mailbox = Controller(Mailbox(box), hostname="127.0.0.1", port=server.port + 1)
    mailbox.start()
    try:
        for number in range(3):
            at = MONDAY + 7 * number * DAY
            compose_due(store, lambda: at, at=at, recipients=people, press=Press(settings, RULES, {}))  # noqa: B023
            transport = smtp(server)
            assert send_pending(store, transport, lambda: at, bounces_to="bounces@example.com").sent == 2  # noqa: B023
        assert {each.sender for each in server.envelopes} == {"bounces@example.com"}
        with smtplib.SMTP("127.0.0.1", mailbox.port) as sender:
            for each in server.envelopes:
                message = email.message_from_bytes(each.content)
                if each.recipient == "a@example.com":
                    sender.sendmail("", ["bounces@example.com"], report(str(message["Message-ID"])))
            leave = re.search(r"<mailto:([^?]+)\?subject=([^>]+)>", str(message["List-Unsubscribe"]))
            assert leave is not None
            farewell = f"From: b@example.com\r\nTo: {leave[1]}\r\nSubject: {unquote(leave[2])}\r\n\r\n"
            sender.sendmail("b@example.com", [leave[1]], farewell)
    finally:
        mailbox.stop()
    assert collect_bounces(store, box, MONDAY) == BounceCounts(new=3, suspended=1, unsubscribed=1)
    with store.read() as session:
        first, second = (session.get_one(Recipient, person) for person in people)
    assert first.suspended_at is not None
    assert not second.digest_on
    assert second.suspended_at is None


def test_a_mail_ends_a_subscription_once(store: Store, tmp_path: Path) -> None:
    recipient = add_recipient(store, "A")
    box = tmp_path / "box"
    box.mkdir()
    settings = SETTINGS.model_copy(update={"bounces": box, "mail_bounces_to": "bounces+wb@example.com"})
    compose_due(store, lambda: MONDAY, at=MONDAY, recipients=[recipient], press=Press(settings, RULES, {}))
    (mail,) = mails(store, MailKind.DIGEST)
    token = str(mail.unsubscribe).rpartition("/")[2]
    message = build_message(mail)
    assert message["List-Unsubscribe"] == (
        f"<https://wb.example.com/mail/unsubscribe/{token}>, "
        f"<mailto:bounces+wb@example.com?subject=unsubscribe%20{token}>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def put(name: str, subject: str, further: str = "") -> None:
        (box / name).write_bytes(f"From: a@example.com\nSubject: {subject}\n{further}\nHello\n".encode())

    put("1.eml", f"Re: unsubscribe {token}")
    put("2.eml", "unsubscribe")
    put("3.eml", f"unsubscribe {token}x")
    put("4.eml", f"unsubscribe {token}", "Auto-Submitted: auto-replied\n")
    assert collect_bounces(store, box, MONDAY) == BounceCounts(unknown=4)

    def wanted() -> bool:
        with store.read() as session:
            return session.get_one(Recipient, recipient).digest_on

    assert wanted()
    put("5.eml", f"Unsubscribe {token}")
    assert collect_bounces(store, box, MONDAY) == BounceCounts(unknown=4, unsubscribed=1)
    assert not wanted()
    with store.write() as session:
        session.get_one(Recipient, recipient).digest_on = True
    assert collect_bounces(store, box, MONDAY) == BounceCounts(unknown=4, seen=1)
    assert wanted(), "a mail that was read before ends nothing that was taken up anew"


def test_a_soft_failure_is_noted_and_is_none_for_good() -> None:
    found = read_report(report("<1@example.com>", "4.2.2"))
    assert found is not None
    assert not found.hard


def test_nothing_leaves_for_other_domains_or_while_mailing_is_off(store: Store, server: Server) -> None:  # noqa: F811
    put_into_outbox(store, add_recipient(store, "A"), add_recipient(store, "B", email="b@elsewhere.example"))
    guarded = GuardedTransport(smtp(server), Settings(mail_domains=("EXAMPLE.com",)))
    counts = send_pending(store, guarded, lambda: MONDAY, bounces_to="bounces@example.com")
    assert (counts.sent, counts.failed) == (1, 1)
    assert [message["To"].addresses[0].addr_spec for message in server.accepted] == ["a@example.com"]
    message = build_message(mails(store, MailKind.DIGEST)[0])
    with pytest.raises(TransientError, match="switched off"):
        GuardedTransport(smtp(server), Settings(mail_enabled=False)).send(message, "a@b.example", "a@example.com")
    with pytest.raises(PermanentError, match="none of the domains"):
        guarded.send(message, "a@b.example", "a@example.com.evil.example")


def test_preferences_are_ones_own(store: Store) -> None:
    mine, other = add_recipient(store, "A"), add_recipient(store, "B")
    app = create_app(store.settings, store, open_local=True, clock=lambda: MONDAY)
    app.config["WTF_CSRF_ENABLED"] = False
    app.before_request(lambda: _as_a())
    client, chosen = app.test_client(), {"language": "ja", "quiet": "never", "alerts_on": "yes", "weekday": "thursday"}
    assert client.post(f"/digest/preferences/{mine}", data=chosen).status_code == 303
    assert client.post(f"/digest/preferences/{other}", data=chosen).status_code == 404
    assert client.post(f"/digest/preferences/{mine}", data={"language": "xx"}).status_code == 400
    with store.read() as session:
        row = session.get_one(Recipient, mine)
    assert (row.language, row.quiet, row.digest_on, row.alerts_on) == ("ja", "never", False, True)
    assert "a@example.com" in client.get("/digest/preferences").text


def _as_a() -> None:
    from workbench.people.permissions import Role
    from workbench.web.context import set_viewer

    set_viewer(Viewer(7, "A", frozenset({Role.DELEGATE}), email="A@example.com"))
