"""People to try things with: a store, a clock, and an account or two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pytest_iam import Server
from sqlmodel import col

from tests.people.provider import BASE, PATIENCE, OpenId, known_at
from workbench.db import Store, key_of
from workbench.people import accounts
from workbench.people.logins import Origin
from workbench.people.models import Login
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
HERE = Origin("192.0.2.1", "a browser")
ELSEWHERE = Origin("198.51.100.7", "another browser")
PASSWORD = "green ladders never sleep"


def add(store: Store, email: str, *roles: Role, password: str | None = PASSWORD) -> int:
    """An account that has accepted its invitation, or not where there is no password; returns its key."""
    with store.write() as session:
        account, secret = accounts.invite(session, Viewer.system(), email, roles or (Role.READER,), NOW)
        if password is not None:
            accounts.accept_invitation(session, secret, account.name, password, None, NOW)
        return key_of(account)


def show_code(store: Store, email: str) -> None:
    """The sessions of an account count as ones in which a second step was shown."""
    with store.write() as session:
        account = accounts.by_email(session, email)
        assert account is not None
        session.execute(sa.update(Login).where(col(Login.account_id) == account.id).values(second_step=True))


@pytest.fixture
def openid(iam_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenId]:
    """A real provider that knows the workbench."""
    monkeypatch.setattr("workbench.people.openid._TIMEOUT", PATIENCE)
    with known_at(iam_server, f"{BASE}/sign-in/openid/callback") as provider:
        yield provider


@pytest.fixture
def quick_settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def quick_store(quick_settings: Settings) -> Iterator[Store]:
    """For what cannot differ between databases."""
    store = Store(quick_settings)
    store.migrate()
    yield store
    store.close()
