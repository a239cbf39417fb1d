"""Letters of invitation and reset: both parts, both languages, one link."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from pathlib import Path

import pytest

from workbench.digest.letters import Letter, letter_for, link, send_letter
from workbench.digest.message import AddressError
from workbench.people.models import Account
from workbench.settings import Settings

NOW = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)


def account(language: str = "en", name: str = "Dana <b>Doe</b>", address: str = "dana@example.org") -> Account:
    return Account(id=1, name=name, email=address, language=language, created_at=NOW)


@pytest.mark.parametrize("language", ["en", "ja", "xx"])
@pytest.mark.parametrize("letter", list(Letter))
def test_a_letter_carries_its_link_in_both_parts(tmp_path: Path, letter: Letter, language: str) -> None:
    settings = Settings(home=tmp_path, base_url="https://workbench.example")
    send_letter(settings, letter, account(language), "secret-of-the-link", NOW)
    (file,) = (tmp_path / "mails").glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    address = link(settings, letter, "secret-of-the-link")
    assert address == f"https://workbench.example/{letter.value}/secret-of-the-link"
    assert address in text.get_content().splitlines()
    assert f'href="{address}"' in html.get_content()
    assert "Dana &lt;b&gt;Doe" in html.get_content()
    assert message["To"].addresses[0].addr_spec == "dana@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"]
    until = "2026-12-02 18:00 JST" if letter is Letter.INVITATION else "2026-11-25 19:00 JST"
    assert (until in text.get_content()) == (language != "ja")


def test_no_header_can_be_added_and_a_useless_address_is_an_error(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    send_letter(settings, Letter.RESET, account(name="Dana\r\nBcc: x@example.org"), "s", NOW)
    (file,) = (tmp_path / "mails").glob("*.eml")
    assert email.message_from_bytes(file.read_bytes())["Bcc"] is None
    with pytest.raises(AddressError):
        send_letter(settings, Letter.RESET, account(address="nowhere"), "s", NOW)


def test_whoever_has_a_password_gets_a_reset() -> None:
    known = account()
    assert letter_for(known) is Letter.INVITATION
    known.password_hash = "x"
    assert letter_for(known) is Letter.RESET
