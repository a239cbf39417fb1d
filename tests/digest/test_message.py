"""The message itself: headers that cannot be broken into, both parts, the same bytes each time."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.digest.conftest import HOSTILE, MONDAY
from workbench.digest.message import AddressError, address, build_message, make_address
from workbench.digest.models import Edition, Mail


def row(**values: Any) -> Mail:
    given_values: dict[str, Any] = {
        "recipient_id": 1,
        "edition": Edition.DELEGATE,
        "week": "2026-W47",
        "window_end": MONDAY,
        "message_id": "<2026-W47.delegate.0123@workbench.example.com>",
        "sender": "Workbench <workbench@example.com>",
        "to": "A Delegate <delegate@example.com>",
        "subject": "Standards digest",
        "text": "Text\n",
        "html": "<p>Text</p>\n",
        "created_at": MONDAY,
    }
    return Mail(**(given_values | values))


def received(message: EmailMessage) -> EmailMessage:
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_title_with_line_breaks_adds_no_header() -> None:
    mail = row(subject=f"ACTION {HOSTILE}", to='"A\r\nBcc: x@example.com" <delegate@example.com>')
    message = received(build_message(mail))
    assert message.keys() == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "List-Id",
        "MIME-Version",
        "Content-Type",
    ]
    assert message["Bcc"] is None
    assert "Bcc: everyone@example.com" in message["Subject"]


ENCODED = "=?utf-8?q?x=0D=0ABcc:_everyone=40example.com=0D=0A=0D=0Abody?="


def test_line_breaks_hidden_in_encoded_words_add_no_header() -> None:
    message = build_message(
        row(subject=ENCODED, to=str(make_address(ENCODED, "reader@example.com")), sender=f"{ENCODED} <a@example.com>")
    )
    assert len(received(message).keys()) == 9
    assert b"\r\nBcc" not in message.as_bytes()
    assert b"\nBcc" not in message.as_bytes()


@given(st.text(max_size=300))
def test_whatever_the_subject_the_headers_stay_the_same(subject: str) -> None:
    message = received(build_message(row(subject=subject)))
    assert len(message.keys()) == 9
    assert not message.defects
    assert message.get_body(("plain",)) is not None


@given(
    st.text(alphabet=st.characters(exclude_categories=["C", "Z", "M"]), max_size=60),
    st.text("投票期限一二三", max_size=200),
)
def test_a_subject_arrives_as_it_was_in_encoded_words_of_75_characters(latin: str, japanese: str) -> None:
    subject = f"a{latin} {japanese}z"
    raw = build_message(row(subject=subject)).as_bytes()
    header = raw.split(b"\r\n\r\n", 1)[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?[bq]\?.*?\?=", header, re.IGNORECASE))
    assert all(len(line) <= 76 for line in header.split(b"\r\n") if b"=?" in line)
    assert received(build_message(row(subject=subject)))["Subject"] == subject


@pytest.mark.parametrize(
    "text", ["Plain\n", "投票期限は2026年12月4日(金)です。\n" * 50, "x" * 5000 + "\n", ".\n..\nFrom here\n"]
)
def test_both_parts_arrive_whole_text_first(text: str) -> None:
    raw = build_message(row(text=text, html=f"<p>{text}</p>")).as_bytes()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().replace("\r\n", "\n") == text
    assert html.get_content().replace("\r\n", "\n").strip() == f"<p>{text}</p>"


def test_the_same_row_gives_the_same_bytes() -> None:
    assert build_message(row()).as_bytes() == build_message(row()).as_bytes()


def test_headers_say_that_no_person_wrote_it_and_which_list_it_is() -> None:
    message = received(build_message(row()))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<delegate.digest.example.com>"
    assert message["Date"] == "Sun, 15 Nov 2026 23:00:00 +0000"
    assert "List-Unsubscribe" not in message


@pytest.mark.parametrize("name", ["山田 太郎", 'O"Neil, A.', "A\r\nB", "", "a (comment) <x>"])
def test_an_address_survives_being_written_and_read(name: str) -> None:
    made = make_address(name, "reader@example.com")
    again = address(str(made))
    assert again.addr_spec == "reader@example.com"
    assert again.display_name == " ".join(name.split())


@pytest.mark.parametrize(
    "text", ["", "nobody", "@example.com", "a@", "a..b@example.com", "a b@example.com", "é@example.com", "a@b@c"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressError, match="no e-mail address"):
        make_address("", text)


@given(st.text(max_size=40))
def test_reading_an_address_gives_one_or_refuses(text: str) -> None:
    try:
        made = address(text)
    except AddressError:
        return
    assert "@" in made.addr_spec
    assert len(str(made).splitlines()) == 1


@pytest.mark.parametrize("host", ["wb.example.com", f"{'a-long-name-' * 5}of-a-workbench.at-a-company.example.com"])
def test_addresses_in_headers_reach_programs_as_they_are(host: str) -> None:
    address_, by_mail = (
        f"https://{host}/mail/unsubscribe/{'x' * 43}",
        f"mailto:b@{host}?subject=unsubscribe%20{'y' * 43}",
    )
    mail = row(unsubscribe=address_, unsubscribe_by_mail=by_mail, message_id=f"<2026-W47.{'z' * 60}@{host}>")
    written = build_message(mail).as_bytes()
    assert f"\r\nList-Unsubscribe: <{address_}>,\r\n <{by_mail}>\r\n".encode() in written
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in written
    assert f"\r\nMessage-ID: {mail.message_id}\r\n".encode() in written
    assert all(len(line) <= 998 for line in written.splitlines())
