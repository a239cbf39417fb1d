"""Administration is for sessions in which a second step was shown; and forms are only for who may send them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.people.conftest import NOW, PASSWORD, add, show_code
from tests.web.test_people_pages import Clock, browser, sign_in, token
from tests.web.test_security_walk import address_of
from workbench.db import Store, key_of
from workbench.people import accounts, matters, totp
from workbench.people.permissions import ADMINISTRATIVE, PERMISSIONS, Permission, Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import context, create_app, permissions

ADMINISTERS = {each for each, need in permissions.ENDPOINTS.items() if need in ADMINISTRATIVE}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(Settings(home=tmp_path_factory.mktemp("second-step")), Viewer.system())
    store.migrate()
    add(store, "admin@example.org", Role.ADMINISTRATOR)
    add(store, "carla@example.org", Role.IP_COUNSEL)
    add(store, "dana@example.org", Role.DELEGATE)
    with store.write() as session:
        matters.make_matter(session, Viewer.system(), "Matter Quince", None, NOW)
    yield store
    store.close()


def administration(app: Flask) -> list[tuple[str, str]]:
    """Method and address of every page that administers."""
    return [
        (method, address_of(app, rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint in ADMINISTERS
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def answers(client: FlaskClient) -> dict[tuple[str, str], str]:
    """What each page of administration answers to somebody who sends what its form would hold, nothing else."""
    forms = token(client, "/account/")
    return {
        (method, address): client.open(
            address, method=method, data={"csrf_token": forms} if method == "POST" else None
        ).text
        for method, address in administration(client.application)
    }


def test_every_page_of_administration_waits_for_the_second_step(store: Store) -> None:
    admin, dana = browser(store), browser(store)
    sign_in(admin, "admin")
    sign_in(dana, "dana")
    said = answers(admin)
    assert len(said) > 15
    assert {"Administration needs a second step" in page for page in said.values()} == {True}
    assert 'href="/account/second-step"' in said["GET", "/accounts/"]
    refused = answers(dana)
    assert {"This page is not open to you" in page for page in refused.values()} == {True}, "nobody else is led there"
    show_code(store, "admin@example.org")
    assert not any("needs a second step" in page for page in answers(admin).values())


def test_without_it_nothing_of_administration_is_seen_or_taken_out(store: Store) -> None:
    admin, carla = browser(store), browser(store)
    sign_in(admin, "admin")
    sign_in(carla, "carla")
    page = admin.get("/administration/matters").text
    assert "Quince" not in page
    assert "without a second step" in page
    for client in (admin, carla):
        assert client.get("/export/trail.csv").status_code == 403
        form = {"csrf_token": token(client, "/account/"), "name": "x", "scope": "read_trail", "days": "30"}
        assert client.post("/interface/tokens", data=form | {"present": PASSWORD}).status_code == 422
    assert carla.get("/standards/").status_code == 200, "what does not administer needs none"
    show_code(store, "admin@example.org")
    page = admin.get("/administration/matters").text
    assert "Quince" in page
    assert "without a second step" not in page


def test_setting_it_up_opens_administration_at_once_and_turning_it_off_closes_it(store: Store) -> None:
    clock = Clock()
    client = browser(store, clock=clock)
    sign_in(client, "admin")
    assert client.get("/accounts/").status_code == 403
    key = re.search(r'<code class="key">([^<]+)</code>', client.get("/account/second-step").text)
    assert key is not None
    authenticator = pyotp.TOTP(key[1].replace(" ", ""))
    form = {"csrf_token": token(client, "/account/"), "code": authenticator.at(clock.at)}
    assert client.post("/account/second-step", data=form).status_code == 200
    assert client.get("/accounts/").status_code == 200
    again = browser(store, clock=clock)
    assert sign_in(again, "admin") == "/sign-in/code"
    assert again.get("/accounts/").status_code == 303, "the password alone is no session"
    clock.at += dt.timedelta(seconds=30)
    again.post("/sign-in/code", data={"csrf_token": token(again), "code": authenticator.at(clock.at)})
    assert again.get("/accounts/").status_code == 200
    off = {"csrf_token": token(again, "/account/"), "present": PASSWORD}
    assert again.post("/account/second-step/off", data=off).status_code == 303
    for each in (client, again):
        assert each.get("/accounts/").status_code == 403


def test_local_mode_needs_none(sqlite_settings: Settings, sqlite_store: Store) -> None:
    client = create_app(sqlite_settings, sqlite_store, open_local=True, clock=Clock()).test_client()
    for address in ("/accounts/", "/administration/matters", "/administration/trail"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("role", Role)
def test_every_form_is_only_for_who_may_send_it(store: Store, role: Role) -> None:
    """Whoever lacks the permission gets 403, whatever the form holds, and nothing is written."""
    app = create_app(store.settings, store, open_local=True, clock=Clock())
    app.config["WTF_CSRF_ENABLED"] = False
    before = app.before_request_funcs[None]
    viewer = Viewer(1, "somebody", frozenset({role}))
    before.insert(before.index(permissions._check), lambda: context.set_viewer(viewer))
    written: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.split()[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)

    client, refused = app.test_client(), 0
    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        for rule in app.url_map.iter_rules():
            need = permissions.ENDPOINTS[rule.endpoint]
            if "POST" not in (rule.methods or ()) or rule.endpoint.startswith("api."):
                continue
            if not isinstance(need, Permission) or need in PERMISSIONS[role]:
                continue
            refused += 1
            assert client.post(address_of(app, rule), data={"name": "x"}).status_code == 403, rule.rule
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)
    assert refused > 10
    assert written == []


def test_nothing_is_changed_without_a_whole_session(store: Store) -> None:
    """ASVS 4.0.3, 3.7.1: neither without signing in nor between password and code, whatever is sent."""
    stranger, halfway = browser(store), browser(store)
    with store.write() as session:
        key = totp.new_key()
        code = pyotp.TOTP(key).at(NOW)
        account = accounts.by_email(session, "carla@example.org")
        assert account is not None
        totp.turn_on(session, store.settings, Viewer.system(), key_of(account), key, code, NOW)
    assert sign_in(halfway, "carla") == "/sign-in/code"
    written: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.split()[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)

    asked = 0
    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        for client in (stranger, halfway):
            forms = token(client)
            for rule in client.application.url_map.iter_rules():
                if "POST" not in (rule.methods or ()) or permissions.ENDPOINTS[rule.endpoint] == permissions.ANYBODY:
                    continue
                form = {"csrf_token": forms, "present": PASSWORD, "name": "x"}
                answer = client.post(address_of(client.application, rule), data=form)
                assert answer.status_code == 401, rule.rule
                asked += 1
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)
    assert asked > 60
    assert written == []
