"""The application over a small store, on both databases."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.catalogues import compile_catalogues
from tests.postgres import Databases, address
from tests.web.library import NOW as LIBRARY_NOW
from tests.web.library import Library, fill_with_samples
from tests.web.seed import NOW, seed
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import create_app


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    compile_catalogues()


def clock() -> dt.datetime:
    return NOW


@pytest.fixture
def seeded(store: Store) -> Store:
    seed(store)
    return store


@pytest.fixture
def app(settings: Settings, seeded: Store) -> Flask:
    return create_app(settings, seeded, open_local=True, clock=clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def empty(settings: Settings, store: Store) -> FlaskClient:
    """The pages of a store in which nothing is known yet."""
    return create_app(settings, store, open_local=True, clock=clock).test_client()


@pytest.fixture(scope="session")
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Settings]:
    """By dialect, a store of the sample data, to be copied: reading and mapping them takes seconds."""

    @cache
    def fill(dialect: str) -> Settings:
        url = None
        if dialect == "postgresql":
            databases: Databases = request.getfixturevalue("migrated_databases")
            url = address(databases.server, databases.copy_of(databases.template))
        settings = Settings(home=tmp_path_factory.mktemp("filled") / "home", database_url=url)
        store = Store(settings, Viewer.system())
        store.migrate()
        fill_with_samples(store, settings)
        store.close()
        return settings

    return fill


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def library(
    request: pytest.FixtureRequest, filled: Callable[[str], Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """The drafts, publications and matches of the sample data on each database; tests of a module only read it."""
    whole = filled(request.param)
    home = tmp_path_factory.mktemp("library") / "home"
    shutil.copytree(whole.home, home)
    url = None
    if whole.database_url is not None:
        databases: Databases = request.getfixturevalue("migrated_databases")
        url = address(databases.server, databases.copy_of(str(sa.make_url(whole.database_url).database)))
    settings = Settings(home=home, database_url=url)
    store = Store(settings, Viewer.system())
    yield Library(store, create_app(settings, store, open_local=True, clock=lambda: LIBRARY_NOW).test_client())
    store.close()


@pytest.fixture
def sqlite_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"))


@pytest.fixture
def sqlite_store(sqlite_settings: Settings) -> Iterator[Store]:
    """For what cannot differ between databases."""
    store = Store(sqlite_settings, Viewer.system())
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def page(sqlite_settings: Settings, sqlite_store: Store) -> FlaskClient:
    """Seeded pages on SQLite alone."""
    seed(sqlite_store)
    return create_app(sqlite_settings, sqlite_store, open_local=True, clock=clock).test_client()


def token(client: FlaskClient) -> str:
    """The token that forms of this client carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found[1]
