"""The door of every request: names the workbench goes by, cookies, where one is led to, who may manage accounts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.people.conftest import NOW, PASSWORD, add, show_code
from tests.web.test_links import links
from workbench.db import Store
from workbench.people.permissions import Role
from workbench.people.signing_in import local_link
from workbench.settings import Settings
from workbench.web import create_app

HTTPS = "https://workbench.example"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two people have accounts; the tests of this module share them."""
    store = Store(Settings(home=tmp_path_factory.mktemp("people")))
    store.migrate()
    add(store, "admin@example.org", Role.ADMINISTRATOR)
    add(store, "dana@example.org", Role.DELEGATE)
    yield store
    store.close()


class Clock:
    at = NOW

    def __call__(self) -> dt.datetime:
        return self.at


def browser(store: Store, base_url: str = "http://127.0.0.1:8042", clock: Clock | None = None) -> FlaskClient:
    return (_app(store, base_url) if clock is None else _made(store, base_url, clock)).test_client()


def _made(store: Store, base_url: str, clock: Clock) -> Flask:
    return create_app(store.settings.model_copy(update={"base_url": base_url}), store, clock=clock)


@cache
def _app(store: Store, base_url: str) -> Flask:
    return _made(store, base_url, Clock())


def token(client: FlaskClient, address: str = "/sign-in", **options: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address, **options).text)
    assert found is not None
    return found[1]


def sign_in(client: FlaskClient, name: str = "dana", target: str = "", **options: str) -> str:
    """Where one is led to."""
    form = {
        "email": f"{name}@example.org",
        "password": PASSWORD,
        "next": target,
        "csrf_token": token(client, **options),
    }
    headers = {"Referer": f"{options['base_url']}/sign-in"} if options else {}
    return client.post("/sign-in", data=form, headers=headers, **options).headers["Location"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8042", "[", "::1"])
def test_a_name_the_workbench_does_not_go_by_gets_no_page(store: Store, host: str) -> None:
    for address in ("/", "/sign-in", "/static/workbench.css", "/reset"):
        response = browser(store).get(address, headers={"Host": host})
        assert response.status_code in (400, 421)
        assert 'name="email"' not in response.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9", "[::1]:8042", "Workbench.example"])
def test_loopback_and_the_address_of_the_settings_are_known(store: Store, host: str) -> None:
    assert browser(store, HTTPS).get("/sign-in", headers={"Host": host}).status_code == 200


def test_without_signing_in_every_page_but_the_open_ones_leads_to_the_door(store: Store) -> None:
    client = browser(store)
    for address in ("/", "/standards/", "/export/changes.csv", "/accounts/", "/nothing-here", "/account/"):
        response = client.get(address)
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/sign-in?next=/")
    assert client.get("/static/workbench.css", buffered=True).status_code == 200
    fragment = client.get(
        "/standards/?q=x", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/standards/?q=y"}
    )
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, "/sign-in?next=/standards/?q%3Dy")
    page = client.get("/sign-in").text
    assert 'action="/sign-in"' in page
    assert "/reset" in links(page)
    assert "/standards/" not in page


def test_the_cookie_is_out_of_reach_and_bound_to_its_host(store: Store) -> None:
    plain, safe = browser(store), browser(store, HTTPS)
    assert sign_in(plain) == "/"
    assert sign_in(safe, base_url=HTTPS) == "/"
    cookie = plain.get_cookie("workbench")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path, cookie.domain) == (True, "Lax", "/", "localhost")
    bound = safe.get_cookie("__Host-workbench", domain="workbench.example")
    assert bound is not None
    assert bound.secure
    assert bound.http_only
    safe.get("/account/", base_url=HTTPS)
    assert safe.get_cookie("__Host-session", domain="workbench.example") is not None
    assert plain.get("/account/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("target", "led_to"),
    [
        ("/standards/?q=x", "/standards/?q=x"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/sign-in", "/"),
        ("/sign-out", "/"),
        ("javascript:alert(1)", "/"),
        ("//[", "/"),
    ],
)
def test_one_is_led_to_pages_of_ours_only(store: Store, target: str, led_to: str) -> None:
    assert sign_in(browser(store), target=target) == led_to


def test_a_session_has_another_token_after_signing_in_and_after_a_new_password(store: Store) -> None:
    client = browser(store)
    client.set_cookie("workbench", "planted")
    sign_in(client)
    first = client.get_cookie("workbench")
    assert first is not None
    assert first.value != "planted"
    forms = token(client, "/account/")
    wrong = client.post("/account/password", data={"present": "no", "password": PASSWORD, "csrf_token": forms})
    assert wrong.status_code == 422
    right = {"present": PASSWORD, "password": PASSWORD, "csrf_token": forms}
    assert client.post("/account/password", data=right).status_code == 303
    second = client.get_cookie("workbench")
    assert second is not None
    assert second.value != first.value
    assert client.get("/account/").status_code == 200
    other = browser(store)
    other.set_cookie("workbench", first.value)
    assert other.get("/account/").status_code == 303


def test_a_session_that_is_used_goes_on_and_of_an_idle_one_that_ends_nothing_typed_is_lost(store: Store) -> None:
    clock, origin = Clock(), {"Origin": "http://localhost"}
    client = browser(store, clock=clock)
    sign_in(client)
    for _ in range(3):
        clock.at += dt.timedelta(minutes=25)
        client.get("/account/").close()
    assert client.get("/account/").status_code == 200
    typed = {"follow": "yes", "work_item": "a work item <of ours>", "csrf_token": token(client, "/calendars/")}
    clock.at += dt.timedelta(minutes=31)
    assert client.get("/account/").status_code == 303
    late = client.post("/digest/follows", data=typed, headers=origin)
    assert late.status_code == 401
    assert "a work item &lt;of ours&gt;" in late.text
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "http://["}):
        foreign = client.post("/digest/follows", data=typed, headers=headers)
        assert foreign.status_code == 401
        assert "a work item" not in foreign.text, "no page elsewhere puts words onto a page of ours"
    secret = client.post("/account/password", data={"password": "quite a long secret, this"}, headers=origin)
    assert "long secret" not in secret.text
    sign_in(client)
    stale = client.post("/digest/follows", data=typed, headers=origin)
    assert stale.status_code == 400
    again = re.search(r'<section class="section" id="unsent">.*?</section>', stale.text, re.DOTALL)
    assert again is not None
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', again[0]))
    assert fields["work_item"] == "a work item &lt;of ours&gt;"
    answer = client.post("/digest/follows", data=typed | {"csrf_token": fields["csrf_token"]}, headers=origin)
    assert "No single work item goes by" in answer.text


def test_forms_without_their_token_change_nothing(store: Store) -> None:
    client = browser(store)
    sign_in(client)
    for address in ("/sign-out", "/account/sessions/end-others", "/account/password", "/account/second-step"):
        assert client.post(address).status_code == 400
    assert client.get("/account/").status_code == 200


def test_only_administrators_manage_accounts_and_nobody_ends_another_s_session_as_his_own(store: Store) -> None:
    dana, admin = browser(store), browser(store)
    sign_in(dana)
    sign_in(admin, "admin")
    show_code(store, "admin@example.org")
    assert dana.get("/accounts/").status_code in (403, 404)
    assert dana.get("/accounts/1").status_code in (403, 404)
    markup = admin.get("/account/").text
    own = re.findall(r"/account/sessions/(\d+)/end", markup)
    forms = token(dana, "/account/")
    form = {"csrf_token": forms, "email": "x@example.org", "roles": "reader"}
    assert dana.post("/accounts/", data=form).status_code in (403, 404)
    for each in range(1, 30):
        if str(each) not in own:
            continue
        assert dana.post(f"/account/sessions/{each}/end", data={"csrf_token": forms}).status_code == 404
    assert admin.get("/accounts/").status_code == 200
    listed = admin.get("/accounts/2").text
    assert "dana@example.org" in listed
    assert admin.get("/accounts/999").status_code == 404


def test_an_unknown_role_or_address_is_refused_with_a_word(store: Store) -> None:
    admin = browser(store)
    sign_in(admin, "admin")
    show_code(store, "admin@example.org")
    forms = token(admin, "/accounts/")
    bad = {"email": "no address", "roles": "reader", "csrf_token": forms}
    response = admin.post("/accounts/", data=bad)
    assert response.status_code == 422
    assert "no e-mail address" in response.text
    assert admin.post("/accounts/", data=bad | {"roles": "boss"}).status_code == 400
    last = {"name": "Admin", "roles": "reader", "active": "yes", "csrf_token": forms}
    refused = admin.post("/accounts/1", data=last)
    assert refused.status_code == 422
    assert "Somebody has to be an administrator" in refused.text


def test_in_local_mode_the_link_opens_and_nothing_else_does(sqlite_store: Store) -> None:
    client = browser(sqlite_store)
    for address in ("/", "/sign-in", "/sign-in/local?token=x", "/standards/"):
        response = client.get(address)
        assert response.status_code == 401
        assert "workbench people link" in response.text
    with sqlite_store.write() as session:
        link = local_link(session, sqlite_store.settings, NOW)
    assert client.get(link.partition(":8042")[2]).status_code == 303
    page = client.get("/account/")
    assert page.status_code == 200
    assert "Local mode" in page.text
    again = browser(sqlite_store)
    assert again.get(link.partition(":8042")[2]).status_code == 401


def test_whoever_opens_a_workbench_without_accounts_needs_no_link_where_it_is_open(sqlite_settings: Settings) -> None:
    store = Store(sqlite_settings)
    client = create_app(sqlite_settings, store, open_local=True, clock=Clock()).test_client()
    assert "Local mode" in client.get("/").text
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    store.close()
