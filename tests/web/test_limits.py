"""How often programs may ask, and people for what costs much."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.people.conftest import NOW, add
from tests.web.api.conftest import Interface, make_token
from tests.web.test_people_pages import sign_in
from workbench.db import Store
from workbench.people import accounts
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import create_app, limits, permissions
from workbench.web.limits import MINUTE, Buckets


class Seconds:
    at = 1000.0

    def __call__(self) -> float:
        return self.at


@given(st.integers(1, 500), st.lists(st.floats(0, 200), max_size=60))
def test_no_minute_gives_more_than_two_buckets_and_patience_is_rewarded(size: int, waits: list[float]) -> None:
    clock, given_at = Seconds(), list[float]()
    buckets = Buckets(size, clock)
    for pause in waits:
        clock.at += pause
        for _ in range(3):
            wait = buckets.take("somebody")
            if wait:
                clock.at += wait + 1e-6
                assert buckets.take("somebody") == 0.0, "after the time that was said there is one"
            given_at.append(clock.at)
    for start in given_at:
        assert sum(start <= each < start + MINUTE for each in given_at) <= 2 * size + 1


def test_a_full_bucket_is_given_at_once_and_fills_evenly() -> None:
    clock = Seconds()
    buckets = Buckets(6, clock)
    assert [buckets.take("a") for _ in range(6)] == [0.0] * 6
    assert buckets.take("a") == pytest.approx(10)
    assert buckets.take("b") == 0.0, "each has one of its own"
    clock.at += 10
    assert buckets.take("a") == 0.0
    assert buckets.take("a") > 0


def test_old_buckets_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_BUCKETS", 10)
    clock = Seconds()
    buckets = Buckets(6, clock)
    for number in range(100):
        clock.at += MINUTE
        buckets.take(str(number))
    assert len(buckets._full_at) <= 11


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(Settings(home=tmp_path_factory.mktemp("limits")), Viewer.system())
    store.migrate()
    add(store, "admin@example.org", Role.ADMINISTRATOR)
    add(store, "dana@example.org", Role.DELEGATE)
    yield store
    store.close()


def limited(store: Store, *, programs: int = 1000, pages: int = 1000) -> Flask:
    settings = store.settings.model_copy(update={"api_per_minute": programs, "pages_per_minute": pages})
    return create_app(settings, store, clock=lambda: NOW)


def test_a_token_that_asks_too_often_is_told_when_to_go_on(store: Store) -> None:
    app = limited(store, programs=2)
    with store.read() as session:
        account = accounts.by_email(session, "dana@example.org")
        assert account is not None
        dana = accounts.viewer_of(account, None)
    one, other = (Interface(app.test_client(), make_token(store, dana)) for _ in range(2))
    assert [one.get("/work-items").status_code for _ in range(3)] == [200, 200, 429]
    refused = one.get("/work-items")
    assert refused.mimetype == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 31
    assert other.get("/work-items").status_code == 200
    assert app.test_client().get("/api/v1/openapi.json").status_code == 200


def test_whoever_tries_tokens_is_limited_by_address(store: Store) -> None:
    app = limited(store, programs=2)
    client = app.test_client()
    headers = {"Authorization": "Bearer wb_nobodys"}
    said = [client.get("/api/v1/work-items", headers=headers).status_code for _ in range(4)]
    assert said == [401, 401, 429, 429]
    elsewhere = client.get("/api/v1/work-items", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert elsewhere.status_code == 401


def test_costly_pages_are_limited_by_person_and_others_are_not(store: Store) -> None:
    app = limited(store, pages=2)
    dana, phone, admin = app.test_client(), app.test_client(), app.test_client()
    for client, name in ((dana, "dana"), (phone, "dana"), (admin, "admin")):
        sign_in(client, name)
    assert dana.get("/search/?q=x").status_code == 200
    assert dana.get("/export/work-items.csv", buffered=True).status_code == 200
    refused = phone.get("/search/?q=x")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 31
    assert "Go on in" in refused.text
    assert dana.get("/standards/").status_code == 200
    assert admin.get("/search/?q=x").status_code == 200


def test_what_is_named_costly_is_there() -> None:
    assert set(permissions.ENDPOINTS) >= limits.COSTLY
