"""The interface over stores with something of every kind in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.planted import Planted, plant
from tests.web.seed import NOW, seed
from workbench.db import Store
from workbench.people import api_tokens
from workbench.people.permissions import Permission, Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import create_app


@dataclass
class Interface:
    """A client and the secret it shows."""

    client: FlaskClient
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{address}", headers=self.headers | headers)

    def post(self, address: str, data: dict[str, Any] | None = None) -> Any:
        return self.client.post(
            f"/api/v1{address}", data=data or {}, headers=self.headers, content_type="multipart/form-data"
        )


def make_token(store: Store, viewer: Viewer, *scopes: Permission) -> str:
    """The secret of a new token."""
    with store.write(viewer) as session:
        return api_tokens.issue(session, viewer, "a program", scopes or api_tokens.offered(viewer), 30, NOW)[1]


@pytest.fixture
def seeded(sqlite_store: Store) -> Store:
    """What is said over HTTP does not differ between databases; what is read there is tested on both elsewhere."""
    seed(sqlite_store)
    return sqlite_store


@pytest.fixture
def app(seeded: Store) -> Flask:
    return create_app(seeded.settings, seeded, open_local=True, clock=lambda: NOW)


@pytest.fixture
def interface(app: Flask, seeded: Store) -> Interface:
    """The person of local mode with all scopes."""
    return Interface(app.test_client(), make_token(seeded, Viewer.local()))


@dataclass
class PlantedWorld:
    """A store with secrets behind walls, and an application over it."""

    planted: Planted
    store: Store
    app: Flask

    def of(self, role: Role, *walls: int) -> Interface:
        viewer = self.planted.viewer(role, walls)
        return Interface(self.app.test_client(), make_token(self.store, viewer))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlantedWorld]:
    planted = plant(tmp_path_factory.mktemp("planted") / "home")
    settings = Settings(home=planted.home, api_per_minute=1_000_000, upload_daily_files=1_000_000)
    store = Store(settings, Viewer.system())
    yield PlantedWorld(planted, store, create_app(settings, store, clock=lambda: NOW))
    store.close()
