"""A mail that arrived over SMTP, looked at in windows of all widths; its reader leaves by its link."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect
from waitress import create_server

from tests.browser.conftest import SCREENSHOTS
from tests.browser.serving import running
from tests.digest.conftest import MANIFESTS, MONDAY, add_recipient, week  # noqa: F401 - the fixture
from tests.digest.test_sending import RULES, Server, server, smtp  # noqa: F401 - the fixture
from workbench.db import Store
from workbench.digest.composer import Press
from workbench.digest.models import Edition, Language, Recipient
from workbench.digest.outbox import compose_due, send_pending
from workbench.settings import Settings
from workbench.web import create_app


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def site(week: Store) -> Iterator[str]:  # noqa: F811
    app = create_app(week.settings, week, clock=lambda: MONDAY)
    web = create_server(app, host="127.0.0.1", port=0, threads=2)
    with running(web) as address:
        yield address


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def test_a_mail_fits_every_window_and_its_link_ends_the_subscription(
    browser: Browser,
    site: str,
    week: Store,  # noqa: F811
    server: Server,  # noqa: F811
) -> None:
    people = {
        language: add_recipient(week, f"R {language}", language, Edition.IP if language == "ja" else Edition.DELEGATE)
        for language in Language
    }
    press = Press(Settings(mail_from="w@example.com", base_url=site), RULES, MANIFESTS)
    compose_due(week, lambda: MONDAY, at=MONDAY, recipients=list(people.values()), press=press)
    assert send_pending(week, smtp(server), lambda: MONDAY).sent == len(Language)
    mails = {str(each["To"].addresses[0].display_name): html_of(each) for each in server.accepted}
    for width, dark in ((320, False), (380, True), (600, False)):
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        for name, mail in mails.items():
            page.set_content(mail)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            colour = page.evaluate("getComputedStyle(document.body).color")
            assert (colour == "rgb(255, 255, 255)") == dark, "the colours are those of the reader's program"
            if os.environ.get("SCREENSHOTS"):
                SCREENSHOTS.mkdir(exist_ok=True)
                path = SCREENSHOTS / f"mail-{name.replace(' ', '-')}-{width}-{scheme}.png"
                page.screenshot(path=str(path), full_page=True)
        context.close()

    def wanted() -> bool:
        with week.read() as session:
            return session.get_one(Recipient, people[Language.EN]).digest_on

    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.set_content(mails["R en"])
    link = page.get_by_role("link", name="Receive no more of these mails").get_attribute("href")
    assert link is not None
    assert urlsplit(link).path.startswith("/mail/unsubscribe/")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Receive no more of these mails")
    assert wanted(), "whoever only looks stays subscribed"
    page.get_by_role("button", name="Send no more").click()
    expect(page.get_by_role("status")).to_contain_text("No more of these mails are sent to you.")
    assert not wanted()
    context.close()
