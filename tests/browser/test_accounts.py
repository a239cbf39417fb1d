"""Signing in, in a real browser against a real server: local mode, invitation, reset, second step, sessions, OpenID."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_iam import Server
from waitress import create_server

from tests.browser.serving import running
from tests.people.conftest import PASSWORD, add
from tests.people.provider import PATIENCE, known_at, settings_for
from workbench.db import Store
from workbench.people.permissions import Role
from workbench.people.signing_in import local_link
from workbench.settings import Settings
from workbench.web import create_app

OTHER = "seven quiet harbours"


@dataclass
class Served:
    """A workbench that is being served, and the mails it wrote."""

    url: str
    settings: Settings
    store: Store

    def link_in_mail(self, to: str) -> str:
        """The link of a mail to somebody, which is then thrown away; it is written just after the page was."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for path in (self.settings.home / "mails").glob("*.eml"):
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                body = message.get_body(("plain",))
                if to in message["To"] and body is not None:
                    path.unlink()
                    return str(re.findall(rf"{self.url}/\S+/\S+", body.get_content())[0])
            time.sleep(0.05)
        raise AssertionError(f"no mail to {to}")


@contextmanager
def serving(home: Path, settle: Callable[[Settings], Settings] = lambda settings: settings) -> Iterator[Served]:
    """An empty workbench on a port of its own."""
    app: Any = None
    server = create_server(lambda environ, start: app(environ, start), host="127.0.0.1", port=0, threads=4)
    url = f"http://127.0.0.1:{server.effective_port}"
    settings = settle(Settings(home=home, base_url=url))
    store = Store(settings)
    store.migrate()
    app = create_app(settings, store)

    with running(server):
        yield Served(url, settings, store)
    store.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


@pytest.fixture
def tab(browser: Browser, served: Served) -> Iterator[Callable[[], Page]]:
    """Opens tabs of browsers that know nothing of each other; an error of a page's script fails the test."""
    contexts, errors = [], []

    def open_tab() -> Page:
        context = browser.new_context(base_url=served.url, locale="en-GB", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_tab
    for each in contexts:
        each.close()
    assert errors == []


def sign_in(page: Page, address: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def to_accounts(page: Page) -> None:
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("navigation", name="Administration").get_by_role("link", name="Accounts").click()


def show_second_step(page: Page) -> pyotp.TOTP:
    """Set up a second step where administration asks for it."""
    to_accounts(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Administration needs a second step")
    page.get_by_role("link", name="Set up a second step").click()
    authenticator = pyotp.TOTP((page.locator("code.key").text_content() or "").replace(" ", ""))
    page.get_by_label("Code").fill(authenticator.now())
    page.get_by_role("button", name="Turn the second step on").click()
    expect(page.locator(".codes code")).to_have_count(10)
    return authenticator


def is_in(page: Page, name: str) -> None:
    expect(page.get_by_role("navigation", name="Account").get_by_role("link", name=name, exact=True)).to_be_visible()


def test_from_local_mode_to_the_first_account_and_an_invitation(served: Served, tab: Callable[[], Page]) -> None:
    stranger, owner = tab(), tab()
    expect_status(stranger, "/standards/", 401)
    expect(stranger.locator("main")).to_contain_text("workbench people link")
    expect(stranger.get_by_role("navigation", name="Places").get_by_role("link")).to_have_count(0)
    with served.store.write() as session:
        link = local_link(session, served.settings, dt.datetime.now(dt.UTC))
    owner.goto(link)
    expect(owner.get_by_role("heading", level=1)).to_have_text("This week")
    expect(owner.get_by_role("complementary", name="Local mode")).to_be_visible()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("This browser is not signed in")

    to_accounts(owner)
    owner.get_by_label("E-mail address").fill("admin@example.org")
    owner.get_by_role("button", name="Invite").click()
    expect(owner.locator("#link")).to_contain_text(f"{served.url}/invitation/")
    invitation = served.link_in_mail("admin@example.org")
    assert invitation == owner.locator("#link").text_content()
    owner.goto("/standards/")  # local mode is over
    expect(owner).to_have_url(re.compile(r"/sign-in\?next=/standards/"))

    admin = tab()
    admin.goto(invitation)
    admin.get_by_label("Name").fill("Ada Admin")
    admin.get_by_label("New password").fill("passwordpassword")
    admin.get_by_role("button", name="Set the password").click()
    expect(admin.get_by_role("alert")).to_contain_text("would be guessed")
    admin.get_by_label("New password").fill(PASSWORD)
    admin.get_by_role("button", name="Set the password").click()
    expect(admin.get_by_role("status")).to_contain_text("The password is set")
    sign_in(admin, "admin@example.org")
    is_in(admin, "Ada Admin")
    expect_status(stranger, invitation, 410)

    show_second_step(admin)
    to_accounts(admin)
    admin.get_by_label("E-mail address").fill("dana@example.org")
    admin.get_by_label("Name").fill("Dana Delegate")
    admin.get_by_role("checkbox", name="Delegate").check()
    admin.get_by_role("button", name="Invite").click()
    dana = tab()
    dana.goto(served.link_in_mail("dana@example.org"))
    dana.get_by_label("New password").fill(OTHER)
    dana.get_by_role("button", name="Set the password").click()
    sign_in(dana, "dana@example.org", OTHER)
    is_in(dana, "Dana Delegate")
    expect_status(dana, "/accounts/", 403)


def expect_status(page: Page, address: str, status: int) -> None:
    response = page.goto(address)
    assert response is not None
    assert response.status == status


def test_a_forgotten_password_and_sessions_that_are_ended(served: Served, tab: Callable[[], Page]) -> None:
    add(served.store, "admin@example.org", Role.ADMINISTRATOR)
    add(served.store, "dana@example.org", Role.DELEGATE)
    laptop, phone, admin = tab(), tab(), tab()
    sign_in(laptop, "dana@example.org")
    is_in(laptop, "dana")
    answers = []
    for address in ("nobody@example.org", "dana@example.org"):
        phone.goto("/sign-in")
        phone.get_by_role("link", name="Forgot the password?").click()
        phone.get_by_label("E-mail address").fill(address)
        phone.get_by_role("button", name="Send a link").click()
        expect(phone.get_by_role("button", name="Send a link")).to_have_count(0)
        answers.append(phone.locator("main").inner_text())
    assert answers[0] == answers[1]
    phone.goto(served.link_in_mail("dana@example.org"))
    phone.get_by_label("New password").fill(OTHER)
    phone.get_by_role("button", name="Set the password").click()
    sign_in(phone, "dana@example.org", OTHER)
    is_in(phone, "dana")
    laptop.goto("/standards/")
    expect(laptop).to_have_url(re.compile(r"/sign-in"))

    sign_in(laptop, "dana@example.org", OTHER)
    phone.goto("/account/")
    expect(phone.locator("#sessions tbody tr")).to_have_count(2)
    phone.get_by_role("button", name="End the session of").click()
    expect(phone.locator("#sessions tbody tr")).to_have_count(1)
    laptop.goto("/")
    expect(laptop).to_have_url(re.compile(r"/sign-in"))

    sign_in(admin, "admin@example.org")
    show_second_step(admin)
    to_accounts(admin)
    admin.get_by_role("link", name="dana", exact=True).click()
    admin.get_by_role("button", name="End all sessions").click()
    expect(admin.locator("main")).to_contain_text("signed in nowhere")
    phone.goto("/account/")
    expect(phone).to_have_url(re.compile(r"/sign-in"))
    admin.get_by_role("button", name="Sign out").click()
    expect(admin.get_by_role("status")).to_contain_text("You are signed out")
    admin.go_back()
    admin.reload()
    expect(admin).to_have_url(re.compile(r"/sign-in"))


def test_a_second_step_and_a_recovery_code(served: Served, tab: Callable[[], Page]) -> None:
    add(served.store, "admin@example.org", Role.ADMINISTRATOR)
    page = tab()
    sign_in(page, "admin@example.org")
    page.goto("/account/")
    page.get_by_role("link", name="Set up a second step").click()
    picture = page.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("each => each.naturalWidth") > 100
    authenticator = pyotp.TOTP((page.locator("code.key").text_content() or "").replace(" ", ""))
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Turn the second step on").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")
    used = authenticator.now()
    page.get_by_label("Code").fill(used)
    page.get_by_role("button", name="Turn the second step on").click()
    shown = page.locator(".codes code")
    expect(shown).to_have_count(10)
    codes = shown.all_text_contents()
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, "admin@example.org")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.goto("/standards/")  # not yet
    expect(page).to_have_url(re.compile(r"/sign-in"))
    page.goto("/sign-in/code")
    page.get_by_label("Code").fill(used)  # worth nothing twice
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("used before")
    page.get_by_label("Code").fill(authenticator.at(dt.datetime.now(dt.UTC), counter_offset=1))
    page.get_by_role("button", name="Sign in").click()
    is_in(page, "admin")
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, "admin@example.org")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    is_in(page, "admin")
    page.goto("/account/")
    expect(page.locator("#second-step")).to_contain_text("9 recovery codes are left")


def test_guessing_is_slowed_down_and_asks_for_patience(served: Served, tab: Callable[[], Page]) -> None:
    add(served.store, "admin@example.org", Role.ADMINISTRATOR)
    page = tab()
    said = set()
    for name in ("nobody@example.org", "admin@example.org"):
        sign_in(page, name, "wrong wrong wrong")
        said.add(page.get_by_role("alert").inner_text())
    assert len(said) == 1
    seconds = 0
    while seconds < 8:  # by then the wait is longer than an attempt takes, even on a slow machine
        page.wait_for_timeout(seconds * 1000)
        sign_in(page, "admin@example.org", "wrong wrong wrong")
        found = re.search(r"Try again in (\d+) second", page.get_by_role("alert").inner_text())
        seconds = int(found[1]) if found else 0
    sign_in(page, "admin@example.org")
    expect(page.get_by_role("alert")).to_contain_text("Too many attempts have failed")
    page.wait_for_timeout(seconds * 1000)
    sign_in(page, "admin@example.org")
    is_in(page, "admin")


def test_sign_in_with_an_openid_provider(
    browser: Browser, iam_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.people.openid._TIMEOUT", PATIENCE)
    with serving(tmp_path, lambda settings: settled(settings, iam_server)) as served:
        add(served.store, "admin@example.org", Role.ADMINISTRATOR)
        add(served.store, "dana@example.org", Role.DELEGATE, password=None)
        with known_at(iam_server, f"{served.url}/sign-in/openid/callback") as provider:
            provider.sign_in("dana", "dana@example.org", password=OTHER)
            context = browser.new_context(base_url=served.url, locale="en-GB")
            context.set_default_timeout(PATIENCE * 1000)
            page = context.new_page()
            page.goto("/standards/?q=records")
            page.get_by_role("link", name="Sign in with localhost").click()
            page.get_by_label("Login").fill("dana")
            page.get_by_role("button", name="Continue").click()
            page.get_by_role("textbox", name="Password").fill(OTHER)
            page.locator("button[type=submit]").last.click()
            is_in(page, "dana")
            expect(page).to_have_url(f"{served.url}/standards/?q=records")
            page.get_by_role("link", name="dana").click()
            expect(page.locator("main")).to_contain_text("OpenID provider")
            expect(page.get_by_label("Present password")).to_have_count(0)
            context.close()


def settled(settings: Settings, server: Server) -> Settings:
    """Settings that name the provider, before the workbench is registered there."""
    return settings_for(server.url.rstrip("/"), settings, settings.base_url)
