"""Links that work once."""

from __future__ import annotations

import base64
import datetime as dt
import random
import threading

import pytest
from sqlmodel import select

from tests.people.conftest import NOW, add
from workbench.db import Store
from workbench.people import api_tokens, logins, tokens
from workbench.people.models import Method, OneTimeToken, Purpose
from workbench.people.permissions import Permission, Role
from workbench.people.viewer import Viewer


def test_a_token_is_good_once_for_its_purpose_until_it_expires(store: Store) -> None:
    owner = add(store, "dana@example.org", Role.ADMINISTRATOR)
    with store.write() as session:
        secret = tokens.issue(session, Purpose.RESET, owner, NOW)
        assert tokens.find(session, Purpose.INVITATION, secret, NOW) is None
        assert tokens.find(session, Purpose.RESET, secret + "x", NOW) is None
        assert tokens.find(session, Purpose.RESET, secret, NOW + dt.timedelta(hours=1)) is None
        assert tokens.find(session, Purpose.RESET, secret, NOW + dt.timedelta(minutes=59)) is not None
        assert tokens.use(session, Purpose.RESET, secret, NOW) is not None
        assert tokens.use(session, Purpose.RESET, secret, NOW) is None
        assert tokens.find(session, Purpose.RESET, secret, NOW) is None


def test_a_newer_token_replaces_the_older_and_secrets_are_not_kept(store: Store) -> None:
    owner = add(store, "dana@example.org", Role.ADMINISTRATOR)
    with store.write() as session:
        first = tokens.issue(session, Purpose.RESET, owner, NOW)
        second = tokens.issue(session, Purpose.RESET, owner, NOW)
        local = tokens.issue(session, Purpose.LOCAL, None, NOW)
    with store.read() as session:
        assert tokens.find(session, Purpose.RESET, first, NOW) is None
        assert tokens.find(session, Purpose.RESET, second, NOW) is not None
        assert tokens.find(session, Purpose.LOCAL, local, NOW) is not None
        kept = " ".join(str(row.model_dump()) for row in session.exec(select(OneTimeToken)))
    assert second not in kept
    assert local not in kept


def test_of_many_who_use_a_token_at_once_one_succeeds(store: Store) -> None:
    owner = add(store, "dana@example.org", Role.ADMINISTRATOR)
    with store.write() as session:
        secret = tokens.issue(session, Purpose.RESET, owner, NOW)
    used: list[bool] = []

    def use() -> None:
        with store.write() as session:
            used.append(tokens.use(session, Purpose.RESET, secret, NOW) is not None)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(used) == [False, False, False, True]


def test_every_secret_is_bytes_of_the_system_s_generator(monkeypatch: pytest.MonkeyPatch, quick_store: Store) -> None:
    """ASVS 4.0.3, 3.2.4: nothing of ours stands between the generator and what browsers and programs hold."""
    asked: list[int] = []

    def generator(size: int) -> bytes:
        asked.append(size)
        return bytes(range(size))

    monkeypatch.setattr(random, "_urandom", generator)
    secret = tokens.new_secret()
    assert asked == [32]
    assert base64.urlsafe_b64decode(secret + "=") == bytes(range(32))
    with quick_store.write() as session:
        origin = logins.Origin("192.0.2.1", "a browser")
        assert logins.start(session, quick_store.settings, None, Method.LOCAL, origin, NOW) == secret
        _, of_program = api_tokens.issue(session, Viewer.local(), "x", [Permission.READ_STANDARDS], 1, NOW)
    assert of_program == f"{api_tokens.PREFIX}{secret}"
