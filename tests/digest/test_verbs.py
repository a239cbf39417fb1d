"""Recipients, preview and sending as pages and commands use them."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from pathlib import Path

import pytest
from sqlmodel import select

from tests.digest.conftest import MONDAY, add_recipient
from workbench.db import Store
from workbench.digest.models import Edition, Language, Mail, Recipient
from workbench.digest.verbs import DigestCounts, DigestError, load_recipients, preview, retry, send
from workbench.settings import Settings

PERSON = """
[[person]]
name = "A Delegate"
email = "delegate@example.com"
language = "both"
edition = "delegate"

[[person]]
name = "An IP Manager"
email = "ip@example.com"
edition = "ip"
"""


def test_people_are_added_and_brought_up_to_date(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "people.toml"
    for text in (PERSON, PERSON.replace('"both"', '"ja"').replace("delegate@", "new@")):
        path.write_text(text)
        with store.write() as session:
            assert load_recipients(session, path) == 2
    with store.read() as session:
        rows = session.exec(select(Recipient).order_by(Recipient.name)).all()
    assert [(row.name, row.email, row.language, row.edition) for row in rows] == [
        ("A Delegate", "new@example.com", Language.JA, Edition.DELEGATE),
        ("An IP Manager", "ip@example.com", Language.EN, Edition.IP),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[person", "cannot be read as TOML"),
        ("", "person: Field required"),
        (PERSON.replace("delegate@example.com", "nobody"), r"person.0.email: .*no e-mail address"),
        (PERSON.replace('"both"', '"fr"'), "person.0.language"),
        (PERSON.replace("ip@", "delegate@"), "has the address of A Delegate"),
    ],
)
def test_a_wrong_file_changes_nothing_and_names_the_person(
    store: Store, tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "people.toml"
    path.write_text(text)
    with pytest.raises(DigestError, match=complaint) as refusal, store.write() as session:
        load_recipients(session, path)
    assert "\n" not in str(refusal.value)
    with store.read() as session:
        assert session.exec(select(Recipient)).all() == []


def test_a_preview_writes_nothing_and_shows_what_sending_sends(week: Store, settings: Settings) -> None:
    add_recipient(week, "B", Language.JA)
    add_recipient(week, "A")
    shown = preview(week, settings, None, MONDAY)
    assert [mail.name for mail in shown] == ["A", "B"]
    assert [mail.name for mail in preview(week, settings, "B", MONDAY)] == ["B"]
    with week.read() as session:
        assert session.exec(select(Mail)).all() == []
    said: list[str] = []
    assert send(week, settings, None, MONDAY, said.append) == DigestCounts(2, 0, 0, 2, 0, 0)
    assert said == ["2 composed, 0 there already, 0 with nothing to tell", "2 sent, 0 to be tried again, 0 failed"]
    with week.read() as session:
        assert all(
            mail.text.startswith(each.text)
            for mail, each in zip(session.exec(select(Mail).order_by(Mail.to)), shown, strict=True)
        )
    assert send(week, settings, None, MONDAY, said.append) == DigestCounts(0, 2, 0, 0, 0, 0)
    files = sorted((settings.home / "mails").iterdir())
    subjects = {
        str(email.message_from_bytes(each.read_bytes(), policy=email.policy.default)["Subject"]) for each in files
    }
    assert subjects == {mail.subject for mail in shown}


def test_one_recipient_is_sent_alone(week: Store, settings: Settings) -> None:
    add_recipient(week, "A")
    add_recipient(week, "B")
    assert send(week, settings, "B", MONDAY, lambda _: None).sent == 1
    with week.read() as session:
        assert [mail.to for mail in session.exec(select(Mail))] == ["B <b@example.com>"]


def test_an_unknown_recipient_is_named_with_those_there_are(week: Store, settings: Settings) -> None:
    add_recipient(week, "A")
    with pytest.raises(DigestError, match="no active recipient is named 'C'; there are: A"):
        preview(week, settings, "C", MONDAY)


def test_a_from_address_that_is_none_is_refused_before_anything_is_written(week: Store, settings: Settings) -> None:
    add_recipient(week, "A")
    wrong = settings.model_copy(update={"mail_from": "nobody"})
    with pytest.raises(DigestError, match="WORKBENCH_MAIL_FROM"):
        send(week, wrong, None, MONDAY, lambda _: None)
    with week.read() as session:
        assert session.exec(select(Mail)).all() == []


def test_retrying_sends_what_waits_and_composes_nothing(week: Store, settings: Settings) -> None:
    add_recipient(week, "A")
    nowhere = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_timeout": 1.0})
    assert send(week, nowhere, None, MONDAY, lambda _: None, lambda: MONDAY).postponed == 1
    assert retry(week, settings, lambda: MONDAY) == DigestCounts(0, 0, 0, 0, 0, 0)
    assert retry(week, settings, lambda: MONDAY + dt.timedelta(minutes=10)).sent == 1
