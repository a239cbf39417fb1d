"""Payloads in every field that is scraped or typed: in no page of any part does anything of them run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Error
from waitress import create_server

from tests.web.planted import Planted, plant
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.tables import METADATA
from workbench.web import create_app

PAYLOAD = (
    "\"'><script>window.ran=1</script><img src=x onerror=window.ran=1><svg onload=window.ran=1>"
    '<a href="javascript:window.ran=1">x</a>'
)
ADDRESS = "javascript:window.ran=1"
PLANTED = {
    "work_item": ("title_en", "title_fr", "scope", "url", "committee", "deliverable_type"),
    "committee": ("title_en", "title_fr", "scope", "secretariat"),
    "draft": ("title", "copyright", "confidentiality", "reference"),
    "clause": ("title", "text"),
    "publication": ("title", "abstract"),
    "claim": ("text",),
    "decision": ("note", "by"),
    "portfolio": ("name",),
    "matter": ("name", "hold_reason"),
    "account": ("name",),
    "recipient": ("name",),
    "mail": ("subject",),
    "quarantined_record": ("reason", "excerpt", "place"),
    "run": ("error",),
    "snapshot": ("url",),
    "legal_event": ("description", "text"),
    "cited_document": ("text",),
}


def _poison(store: Store) -> set[str]:
    """Put payloads into the columns that there are; which tables were met."""
    met = set()
    with store.engine.begin() as connection:
        for trigger in (
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        ):
            if trigger.startswith(("decision", "trail")):
                connection.exec_driver_sql(f'DROP TRIGGER "{trigger}"')
        for name, columns in PLANTED.items():
            table = METADATA.tables.get(name)
            if table is None:
                continue
            for column in columns:
                if column not in table.c:
                    continue
                value = ADDRESS if column == "url" else PAYLOAD
                unique = sa.literal(value).op("||")(sa.cast(next(iter(table.primary_key)), sa.String))
                connection.execute(sa.update(table).values({column: unique}).execution_options(workbench_gated=None))
                met.add(name)
    return met


def _addresses(app: Flask, planted: Planted) -> list[str]:
    """One page of each address that can be had."""
    found = []
    for rule in app.url_map.iter_rules():
        if (
            "GET" not in (rule.methods or ())
            or rule.endpoint in ("static",)
            or rule.endpoint.startswith(("api.", "export"))
        ):
            continue
        if any(name not in planted.keys for name in rule.arguments):
            continue
        values = {name: planted.keys[name][0] for name in rule.arguments}
        with app.test_request_context():
            found.append(app.url_for(rule.endpoint, **values))
    return [*found, f"/search/?q={PAYLOAD}", f"/standards/?q={PAYLOAD}"]


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    home: Path = tmp_path_factory.mktemp("poisoned") / "home"
    planted = plant(home)
    settings = Settings(home=home)
    store = Store(settings, Viewer.system())
    assert len(_poison(store)) > 10
    app = create_app(settings, store, open_local=True)
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}", _addresses(app, planted)
    server.close()
    thread.join(10)
    store.close()


def test_nothing_that_was_planted_runs(browser: Browser, poisoned: tuple[str, list[str]]) -> None:
    base, addresses = poisoned
    context = browser.new_context(base_url=base)
    page = context.new_page()
    shown, ran, links, failed = 0, [], [], []
    for address in addresses:
        if address.endswith((".svg", "/body")):
            continue
        try:
            answer = page.goto(address, wait_until="load")
        except Error as error:
            if "Download is starting" not in str(error):
                raise
            continue  # saved and not shown
        if answer is None:
            continue
        if answer.status >= 500:
            failed.append(address)
        shown += "window.ran" in page.content()
        if page.evaluate("window.ran"):
            ran.append(address)
        if page.locator("a[href^='javascript:' i], main [onerror], main [onload]").count():
            links.append(address)
    context.close()
    assert (failed, ran, links) == ([], [], [])
    assert shown > 15
