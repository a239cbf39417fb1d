"""Sign-in with a real OpenID provider, over HTTP."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_iam
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests.people.conftest import NOW, add
from tests.people.provider import BASE, PATIENCE, settings_for
from workbench.db import Store
from workbench.people import accounts
from workbench.people.models import Account, Login, Method
from workbench.people.openid import OpenIdError, Provider
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.settings import Settings
from workbench.web import create_app


@pytest.fixture
def settings(quick_settings: Settings) -> Settings:
    return quick_settings


@pytest.fixture
def store(quick_store: Store) -> Store:
    return quick_store


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def through_the_provider(client: FlaskClient, begin: str = "/sign-in/openid") -> str:
    """Follow the browser to the provider and back to our door; returns the path of the callback with its query."""
    away = client.get(begin, base_url=BASE).headers["Location"]
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(_Stay).open(away, timeout=PATIENCE)
    with answer.value as response:
        back = urlsplit(str(response.headers["Location"]))
    assert f"{back.scheme}://{back.netloc}" == BASE
    return f"{back.path}?{back.query}"


Make = Callable[..., tuple[Flask, FlaskClient]]


@pytest.fixture
def make(openid: Any, store: Store, settings: Settings) -> Make:
    """The workbench on a store, with the provider in its settings and an administrator in its accounts."""
    add(store, "admin@example.org", Role.ADMINISTRATOR)

    def build(**update: Any) -> tuple[Flask, FlaskClient]:
        app = create_app(settings_for(openid.issuer, settings).model_copy(update=update), store, clock=lambda: NOW)
        return app, app.test_client()

    return build


def test_somebody_invited_signs_in_by_their_verified_address_then_by_issuer_and_subject(
    openid: Any, make: Make, store: Store
) -> None:
    invited = add(store, "dana@example.org", Role.DELEGATE, password=None)
    openid.sign_in("dana", "Dana@example.org")
    _, client = make()
    answer = client.get(through_the_provider(client, "/sign-in/openid?next=/standards/"), base_url=BASE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/standards/")
    assert client.get("/account/", base_url=BASE).status_code == 200
    with store.read(Viewer.system()) as session:
        account = session.get_one(Account, invited)
        assert (account.openid_issuer, account.openid_subject) == (openid.issuer, "dana")
        assert session.exec(select(Login.method)).all() == [Method.OPENID]
        assert session.exec(select(TrailEntry.action).order_by(TrailEntry.id.desc())).first() == "signed_in"  # type: ignore[attr-defined]
    openid.sign_in("dana", "moved@example.org")
    _, again = make()
    assert again.get(through_the_provider(again), base_url=BASE).headers["Location"] == "/"


@pytest.mark.parametrize("address", ["nobody@example.org", "unverified@example.org"])
def test_nobody_without_an_invitation_or_a_verified_address_gets_in(
    openid: Any, make: Make, store: Store, address: str
) -> None:
    add(store, "unverified@example.org", Role.READER, password=None)
    openid.sign_in(address.partition("@")[0], address)
    _, client = make()
    answer = client.get(through_the_provider(client), base_url=BASE)
    assert "notice=no-account" in answer.headers["Location"]
    assert client.get("/account/", base_url=BASE).status_code == 303
    with store.read() as session:
        assert session.exec(select(Login)).all() == []


def test_whoever_the_provider_vouches_for_is_let_in_where_the_settings_say_so(
    openid: Any, make: Make, store: Store
) -> None:
    openid.sign_in("newcomer", "newcomer@example.org")
    _, client = make(openid_register=True)
    assert client.get(through_the_provider(client), base_url=BASE).headers["Location"] == "/"
    with store.read() as session:
        account = accounts.by_email(session, "newcomer@example.org")
    assert account is not None
    assert account.roles == ["reader"]


def test_roles_follow_the_claim_at_each_sign_in_and_without_one_nobody_gets_in(
    openid: Any, make: Make, store: Store
) -> None:
    add(store, "iris@example.org", Role.READER, password=None)
    openid.sign_in("iris", "iris@example.org", groups=("ip-team", "football"))
    mapped = {
        "openid_scope": "openid email groups",
        "openid_role_claim": "groups",
        "openid_roles": {"ip-team": "ip_analyst", "bosses": "administrator"},
    }
    _, client = make(**mapped)
    assert client.get(through_the_provider(client), base_url=BASE).headers["Location"] == "/"
    with store.read() as session:
        account = accounts.by_email(session, "iris@example.org")
    assert account is not None
    assert account.roles == ["ip_analyst"]
    openid.sign_in("otto", "iris@example.org", groups=("football",))
    _, stranger = make(**mapped)
    assert "no-account" in stranger.get(through_the_provider(stranger), base_url=BASE).headers["Location"]


@pytest.mark.parametrize(("methods", "shown"), [(["password"], False), (["password", "otp"], True)])
def test_the_provider_s_own_second_step_opens_administration(
    openid: Any, make: Make, store: Store, monkeypatch: pytest.MonkeyPatch, methods: list[str], shown: bool
) -> None:
    """The provider says by what somebody signed in there (`amr`, RFC 8176)."""
    opened = partial(vars(pytest_iam)["UserSession"], authentication_methods=methods)
    monkeypatch.setattr(pytest_iam, "UserSession", opened)
    add(store, "ada@example.org", Role.ADMINISTRATOR, password=None)
    openid.sign_in("ada", "ada@example.org")
    _, client = make()
    client.get(through_the_provider(client), base_url=BASE)
    page = client.get("/accounts/", base_url=BASE)
    assert page.status_code == (200 if shown else 403)
    if not shown:
        assert "Let whoever runs it ask for one" in page.text
    with store.read() as session:
        assert session.exec(select(Login.second_step)).one() is shown


@pytest.mark.parametrize(
    ("claims", "shown"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"acr": "mfa"}, True),
        ({"acr": "gold"}, False),
        ({"amr": "mfa"}, False),
        ({"amr": [None, {"mfa": 1}, ["mfa"]], "acr": ["mfa"]}, False),
    ],
)
def test_only_what_the_settings_name_counts_as_a_second_step(
    tmp_path: Path, claims: dict[str, Any], shown: bool
) -> None:
    provider = Provider(settings_for("https://id.example", Settings(home=tmp_path)))
    assert provider._identity({"sub": "1", **claims}).second_step is shown


def test_an_answer_for_another_browser_or_with_another_state_is_refused(openid: Any, make: Make, store: Store) -> None:
    add(store, "eve@example.org", Role.READER, password=None)
    openid.sign_in("eve", "eve@example.org")
    app, client = make()
    answer = through_the_provider(client)
    for browser, address in (
        (app.test_client(), answer),
        (client, answer.replace("state=", "state=x")),
        (client, answer),  # the right one, but what was asked is forgotten after a wrong answer
    ):
        refused = browser.get(address, base_url=BASE)
        assert "notice=openid" in refused.headers["Location"]
    other = through_the_provider(client).replace("iss=", "iss=http%3A%2F%2Fevil.example%2F")
    assert "notice=openid" in client.get(other, base_url=BASE).headers["Location"]


def test_a_code_is_worth_nothing_with_another_verifier_or_nonce(openid: Any, settings: Settings) -> None:
    openid.sign_in("dana", "dana@example.org")
    provider = Provider(settings_for(openid.issuer, settings))

    def code(address: str) -> str:
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.build_opener(_Stay).open(address, timeout=PATIENCE)
        with answer.value as response:
            return parse_qs(urlsplit(str(response.headers["Location"])).query)["code"][0]

    callback = f"{BASE}/sign-in/openid/callback"
    begun = provider.begin(callback)
    with pytest.raises(OpenIdError, match="nonce"):
        provider.finish(code=code(begun.address), redirect_uri=callback, nonce="another", verifier=begun.verifier)
    begun = provider.begin(callback)
    with pytest.raises(OpenIdError, match="challenge"):
        provider.finish(code=code(begun.address), redirect_uri=callback, nonce=begun.nonce, verifier="x" * 48)


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ({"openid_issuer": "http://provider.example"}, "https"),
        ({"openid_client_id": None}, "OPENID_CLIENT_ID"),
        ({"openid_roles": {"x": "boss"}}, "ip_analyst"),
    ],
)
def test_settings_that_cannot_work_are_named(tmp_path: Path, update: dict[str, Any], said: str) -> None:
    settings = Settings(home=tmp_path, openid_issuer="https://id.example", openid_client_id="workbench")
    with pytest.raises(OpenIdError, match=said):
        Provider(settings.model_copy(update=update))


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_an_error_of_one_line(openid: Any, tmp_path: Path) -> None:
    away = Settings(home=tmp_path, openid_issuer="http://127.0.0.1:9", openid_client_id="workbench")
    with pytest.raises(OpenIdError, match="no answer"):
        Provider(away).begin(BASE)
    other = away.model_copy(update={"openid_issuer": f"{openid.issuer}/"})
    with pytest.raises(OpenIdError, match="calls itself"):
        Provider(other).begin(BASE)
