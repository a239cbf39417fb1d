"""Every link on every page leads somewhere, and a longer table takes no more queries."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.web.conftest import clock
from tests.web.seed import seed_many
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import create_app

POSTED = re.compile(r'<form[^>]*method="post"[^>]*>')
ADDRESS = re.compile(r'(?:href|src|(?<!form)action)="([^"]+)"')


def links(markup: str) -> set[str]:
    """Addresses of this site on a page that can be had by looking, fragments left out."""
    markup = POSTED.sub("", markup)
    found = (html.unescape(each).partition("#")[0] for each in ADDRESS.findall(markup))
    return {each for each in found if each.startswith("/") and not each.startswith("//")}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_link_on_every_page_answers(page: FlaskClient, language: str) -> None:
    seen: set[str] = set()
    waiting = ["/"]
    while waiting and len(seen) < 600:
        address = waiting.pop()
        seen.add(address)
        if address in {"/language", "/theme"}:
            continue
        response = page.get(address, headers={"Accept-Language": language}, buffered=True)
        assert response.status_code == 200, address
        if response.mimetype == "text/html":
            # A walk backwards through the weeks has no end; two steps show that it works.
            fresh = {each for each in links(response.text) - seen if "until=20" not in each or len(seen) < 40}
            waiting.extend(sorted(fresh - set(waiting)))
    assert len(seen) > 80
    assert any(each.startswith("/export/") for each in seen)
    assert any(each.endswith("/body") for each in seen)


def test_every_fragment_is_on_its_page(page: FlaskClient) -> None:
    for address in ("/", "/standards/items/90001"):
        for target in re.findall(r'href="([^"]*)#([^"]+)"', page.get(address).text):
            markup = page.get(html.unescape(target[0]) or address).text
            assert f'id="{target[1]}"' in markup


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(store.engine, "before_cursor_execute", note)


def queries(client: FlaskClient, store: Store, address: str) -> int:
    with counted(store) as statements:
        assert client.get(address).status_code == 200
    return len(statements)


def test_queries_do_not_grow_with_rows(tmp_path: Path) -> None:
    taken: dict[str, list[int]] = {}
    for count in (1, 1_000):
        settings = Settings(home=tmp_path / str(count))
        store = Store(settings, Viewer.system())
        store.migrate()
        seed_many(store, count)
        client = create_app(settings, store, open_local=True, clock=clock).test_client()
        for address in ("/", "/standards/", "/standards/?sort=-since&page=3", "/changes/", "/search/?q=Item"):
            taken.setdefault(address, []).append(queries(client, store, address))
        store.close()
    for address, (few, many) in taken.items():
        assert many <= few + 1, address
        assert many <= 24, address
