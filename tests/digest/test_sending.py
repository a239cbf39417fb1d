"""The outbox and a real mail server on loopback: each mail arrives once, whatever happens on the way."""

from __future__ import annotations

import contextlib
import datetime as dt
import email
import email.policy
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from sqlmodel import select

from tests.digest.conftest import HOSTILE, MANIFESTS, MONDAY, add_change, add_item, add_recipient, add_run
from workbench.ballots.rulebook import load_rulebook
from workbench.db import Store
from workbench.digest.composer import Press
from workbench.digest.models import Edition, Language, Mail, MailState
from workbench.digest.outbox import ComposeCounts, SendCounts, compose_due, send_pending
from workbench.digest.transport import (
    FolderTransport,
    GuardedTransport,
    PermanentError,
    SmtpTransport,
    TransientError,
    Transport,
    transport_for,
)
from workbench.history.models import ChangeKind
from workbench.people.viewer import Viewer
from workbench.settings import Settings

RULES = load_rulebook(Settings())
OK = "250 accepted"


class Envelope(NamedTuple):
    """What was said around a message, and its bytes."""

    sender: str
    recipient: str
    content: bytes


class Server:
    """What a mail server was given; `replies` are its answers to the next messages, then it accepts."""

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.attempts: list[str] = []
        self.replies: list[str | Callable[[Any], str]] = []
        self.recipient_replies: list[str] = []
        self.delay = 0.0
        self.drops_when_parting = False
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        reply = self.recipient_replies.pop(0) if self.recipient_replies else OK
        if reply == OK:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.attempts.append(str(message["Message-ID"]))
        # A slow server gives a second sender the time to come along.
        time.sleep(self.delay)
        reply = self.replies.pop(0) if self.replies else OK
        if callable(reply):
            return reply(server)
        if reply == OK:
            self.accepted.append(message)
            self.envelopes.append(Envelope(envelope.mail_from, envelope.rcpt_tos[0], envelope.content))
        return reply

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.drops_when_parting:
            server.transport.abort()
        return "221 bye"


def drop(server: Any) -> str:
    """The connection breaks before the server says that it has the message."""
    server.transport.abort()
    return "451 nobody hears this"


@pytest.fixture
def server() -> Iterator[Server]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        controller.port = handler.port = probe.getsockname()[1]
    controller.start()
    yield handler
    controller.stop()


def smtp(server: Server) -> SmtpTransport:
    return SmtpTransport(Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", smtp_timeout=5))


def put_into_outbox(store: Store, *recipients: int, at: dt.datetime = MONDAY) -> ComposeCounts:
    return compose_due(
        store,
        lambda: at,
        at=at,
        recipients=recipients or [add_recipient(store)],
        press=Press(Settings(mail_from="Workbench <workbench@example.com>"), RULES, MANIFESTS),
    )


def mails(store: Store) -> list[Mail]:
    with store.read() as session:
        return list(session.exec(select(Mail).order_by(Mail.id)))  # type: ignore[arg-type]


def send(store: Store, transport: Transport, after: dt.timedelta = dt.timedelta(0)) -> SendCounts:
    return send_pending(store, transport, lambda: MONDAY + after)


def test_a_mail_is_sent_once_with_both_parts(week: Store, server: Server) -> None:
    recipient = add_recipient(week, "山田 太郎", Language.BOTH, Edition.IP, "yamada@example.com")
    put_into_outbox(week, recipient)
    assert send(week, smtp(server)) == SendCounts(sent=1)
    assert send(week, smtp(server)) == SendCounts()
    (message,) = server.accepted
    (mail,) = mails(week)
    assert (message["Subject"], message["Message-ID"]) == (mail.subject, mail.message_id)
    assert message["To"].addresses[0].display_name == "山田 太郎"
    assert mail.message_id.endswith("@example.com>")
    plain, html = message.iter_parts()
    assert plain.get_content().replace("\r\n", "\n") == mail.text
    assert html.get_content().replace("\r\n", "\n") == mail.html
    assert (mail.state, mail.sent_at, mail.attempts) == (MailState.SENT, MONDAY, 1)


def test_a_hostile_title_reaches_the_server_as_text_only(store: Store, server: Server) -> None:
    with store.write() as session:
        add_item(session, 1, HOSTILE, "40.20", title=HOSTILE)
        add_change(session, "1", kind=ChangeKind.NEW)
    put_into_outbox(store)
    send(store, smtp(server))
    (message,) = server.accepted
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["a.delegate@example.com"]


def test_a_dropped_connection_leads_to_one_retry_and_one_delivery(store: Store, server: Server) -> None:
    put_into_outbox(store)
    server.replies = [drop]
    assert send(store, smtp(server)) == SendCounts(postponed=1)
    (mail,) = mails(store)
    assert (mail.state, mail.next_attempt_at) == (MailState.PENDING, MONDAY + dt.timedelta(minutes=10))
    assert mail.error
    assert send(store, smtp(server), dt.timedelta(minutes=9)) == SendCounts()
    assert send(store, smtp(server), dt.timedelta(minutes=10)) == SendCounts(sent=1)
    assert send(store, smtp(server), dt.timedelta(days=1)) == SendCounts()
    assert len(server.accepted) == 1
    assert server.attempts == [mail.message_id] * 2
    assert mails(store)[0].error is None


def test_a_connection_dropped_after_acceptance_is_no_reason_to_send_again(store: Store, server: Server) -> None:
    put_into_outbox(store)
    server.drops_when_parting = True
    assert send(store, smtp(server)) == SendCounts(sent=1)
    assert len(server.accepted) == 1


@pytest.mark.parametrize("where", ["replies", "recipient_replies"])
def test_a_5xx_reply_is_final_and_kept(store: Store, server: Server, where: str) -> None:
    put_into_outbox(store)
    setattr(server, where, ["550 no such user"])
    assert send(store, smtp(server)) == SendCounts(failed=1)
    assert send(store, smtp(server), dt.timedelta(days=1)) == SendCounts()
    (mail,) = mails(store)
    assert (mail.state, mail.error) == (MailState.FAILED, "550 no such user")


@pytest.mark.parametrize("where", ["replies", "recipient_replies"])
def test_a_4xx_reply_is_tried_again_later_and_later(store: Store, server: Server, where: str) -> None:
    put_into_outbox(store)
    setattr(server, where, ["451 busy"] * 4)
    waits = []
    at = dt.timedelta(0)
    for _ in range(4):
        assert send(store, smtp(server), at) == SendCounts(postponed=1)
        due = mails(store)[0].next_attempt_at
        assert due is not None
        waits.append(due - MONDAY - at)
        at = due - MONDAY
    assert [wait.total_seconds() / 60 for wait in waits] == [10, 20, 40, 80]
    assert send(store, smtp(server), at) == SendCounts(sent=1)


def test_a_mail_that_nobody_takes_for_five_days_is_given_up(store: Store) -> None:
    put_into_outbox(store)
    nobody = SmtpTransport(Settings(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none", smtp_timeout=1))
    assert send(store, nobody) == SendCounts(postponed=1)
    assert send(store, nobody, dt.timedelta(days=5)) == SendCounts(failed=1)
    (mail,) = mails(store)
    assert mail.error is not None
    assert mail.error.startswith("given up after 2 attempts: mail server 127.0.0.1:1: ")


def test_a_server_without_the_tls_that_is_asked_for_gets_nothing(store: Store, server: Server) -> None:
    put_into_outbox(store)
    strict = SmtpTransport(Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_timeout=5))
    assert send(store, strict) == SendCounts(postponed=1)
    assert server.attempts == []
    assert "STARTTLS" in (mails(store)[0].error or "")


def test_two_senders_at_once_deliver_once(settings: Settings, store: Store, server: Server) -> None:
    for number in range(3):
        put_into_outbox(store, add_recipient(store, f"R{number}"))
    server.delay = 0.2
    start = threading.Barrier(2)
    counts: list[SendCounts] = []

    def sender() -> None:
        own = Store(settings, Viewer.system())
        start.wait()
        counts.append(send(own, smtp(server)))
        own.close()

    threads = [threading.Thread(target=sender) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each.sent for each in counts) == 3
    assert len(server.accepted) == 3
    assert {str(message["Message-ID"]) for message in server.accepted} == {mail.message_id for mail in mails(store)}


class Killed(BaseException):
    """A sender that dies in the middle leaves no further trace."""


class DeadlyTransport:
    """Dies instead of sending."""

    claim_for = dt.timedelta(minutes=5)

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        raise Killed

    def close(self) -> None:
        pass


def test_the_claim_of_a_killed_sender_runs_out(store: Store, server: Server) -> None:
    put_into_outbox(store)
    with pytest.raises(Killed):
        send(store, DeadlyTransport())
    (mail,) = mails(store)
    assert mail.state is MailState.CLAIMED
    assert send(store, smtp(server), dt.timedelta(minutes=4)) == SendCounts()
    assert send(store, smtp(server), dt.timedelta(minutes=5)) == SendCounts(sent=1)
    assert [str(message["Message-ID"]) for message in server.accepted] == [mail.message_id]


class SlowTransport:
    """Takes longer than its claim; meanwhile another sender does the work."""

    claim_for = dt.timedelta(minutes=5)

    def __init__(self, store: Store, outcome: Exception) -> None:
        self.store, self.outcome = store, outcome

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        send(self.store, FolderTransport(self.store.settings.home / "mails"), dt.timedelta(minutes=6))
        raise self.outcome

    def close(self) -> None:
        pass


@pytest.mark.parametrize("outcome", [TransientError("too late"), PermanentError("too late")])
def test_a_sender_that_lost_its_claim_does_not_undo_what_another_one_did(store: Store, outcome: Exception) -> None:
    put_into_outbox(store)
    send(store, SlowTransport(store, outcome))
    (mail,) = mails(store)
    assert (mail.state, mail.error) == (MailState.SENT, None)


def test_without_a_server_mails_are_files_and_writing_twice_gives_one(store: Store, tmp_path: Path) -> None:
    put_into_outbox(store)
    guarded = transport_for(Settings(home=tmp_path))
    assert isinstance(guarded, GuardedTransport)
    transport = guarded.inner
    assert isinstance(transport, FolderTransport)
    with pytest.raises(Killed):
        send(store, DeadlyTransport())
    assert send(store, transport, dt.timedelta(minutes=5)) == SendCounts(sent=1)
    (path,) = (tmp_path / "mails").iterdir()
    (mail,) = mails(store)
    assert path == transport.path(mail.message_id)
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["Message-ID"] == mail.message_id


def test_a_folder_that_cannot_be_written_is_tried_again(store: Store, tmp_path: Path) -> None:
    put_into_outbox(store)
    (tmp_path / "mails").write_text("a file where the folder should be")
    assert send(store, FolderTransport(tmp_path / "mails")) == SendCounts(postponed=1)
    assert "cannot write" in (mails(store)[0].error or "")


def test_the_settings_choose_the_transport() -> None:
    assert isinstance(transport_for(Settings(smtp_host="mail.example.com")).inner, SmtpTransport)  # type: ignore[attr-defined]


def test_there_is_one_mail_a_recipient_and_week(week: Store) -> None:
    recipient = add_recipient(week)
    assert put_into_outbox(week, recipient) == ComposeCounts(composed=1)
    assert put_into_outbox(week, recipient, at=MONDAY + dt.timedelta(days=6)) == ComposeCounts(existing=1)
    assert put_into_outbox(week, recipient, at=MONDAY + dt.timedelta(days=7)) == ComposeCounts(composed=1)
    first, second = mails(week)
    assert (first.week, second.week) == ("2026-W47", "2026-W48")
    assert (second.window_start, second.changes_after) == (first.window_end, first.changes_to)
    assert "New work items" not in second.text


def test_a_digest_that_failed_is_told_again_by_the_next(week: Store, server: Server) -> None:
    recipient = add_recipient(week)
    put_into_outbox(week, recipient)
    server.replies = ["554 no"]
    send(week, smtp(server))
    put_into_outbox(week, recipient, at=MONDAY + dt.timedelta(days=7))
    assert "ISO/IEC AWI 90006" in mails(week)[1].text


def test_with_nothing_to_tell_there_is_one_mail_in_four_weeks(store: Store) -> None:
    recipient = add_recipient(store)
    made = []
    for number in range(5):
        at = MONDAY + dt.timedelta(weeks=number)
        with store.write() as session:
            for source in MANIFESTS:
                add_run(session, source, at - dt.timedelta(hours=3))
        made.append(put_into_outbox(store, recipient, at=at))
    assert [each.composed for each in made] == [1, 0, 0, 0, 1]
    assert [each.quiet for each in made] == [0, 1, 1, 1, 0]


def test_one_bad_address_keeps_nobody_else_waiting(store: Store, server: Server) -> None:
    bad, good = add_recipient(store, "Bad", email="no address"), add_recipient(store, "Good")
    put_into_outbox(store, bad, good)
    assert send(store, smtp(server)) == SendCounts(sent=1, failed=1)
    assert "no e-mail address" in (mails(store)[0].error or "")
