"""A browser, and the demo served to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from waitress import create_server

from tests.browser.serving import running
from workbench import sample
from workbench.db import Store
from workbench.demo import build, demo_settings
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import create_app

# Chromium otherwise asks for updates and fails slowly where the network is closed.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _chromium() -> str:
    named = os.environ.get("CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine; install Debian's package chromium, or name one with CHROMIUM=…")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which the demo is served."""
    settings = demo_settings(Settings(home=tmp_path_factory.mktemp("demo")))
    store = Store(settings, Viewer.system())
    store.migrate()
    for _ in build(store, settings):
        pass
    app = create_app(settings, store, sample=True, open_local=True, clock=lambda: sample.NOW)
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    with running(server) as address:
        yield address
    store.close()


@pytest.fixture
def page(browser: Browser, demo: str) -> Iterator[Page]:
    """An English reader's tab at a desk; any error of the page itself fails the test."""
    context = browser.new_context(
        base_url=demo, locale="en-GB", timezone_id="Asia/Tokyo", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert errors == []


SCREENSHOTS = Path(__file__).resolve().parent.parent / "screenshots"
