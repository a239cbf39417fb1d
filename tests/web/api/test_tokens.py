"""Tokens: shown once, kept hashed, limited, ended; and nothing but a header opens the interface."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.people.walled import add_account
from tests.web.api.conftest import Interface, make_token
from tests.web.conftest import token as form_token
from tests.web.seed import NOW
from workbench.db import Store
from workbench.people import accounts, api_tokens
from workbench.people.api_tokens import ApiTokenError, TokenRefusal
from workbench.people.models import ApiToken
from workbench.people.permissions import Permission, Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.web import create_app

SECRET = re.compile(r"wb_[A-Za-z0-9_-]{43}")


def _form(client: FlaskClient, **given: object) -> dict[str, object]:
    return {"csrf_token": form_token(client), "name": "reporting", "scope": ["read_standards"], "days": "30"} | given


def test_a_token_is_made_shown_once_used_and_revoked(client: FlaskClient, seeded: Store) -> None:
    made = client.post("/interface/tokens", data=_form(client))
    shown = SECRET.search(made.text)
    assert shown is not None
    assert made.headers["Cache-Control"] == "no-store"
    page = client.get("/interface/tokens").text
    assert "reporting" in page
    assert not SECRET.search(page)
    with seeded.read() as session:
        kept = session.exec(select(ApiToken)).one()
        assert shown[0] not in repr(kept)
    program = Interface(client, shown[0])
    answer = program.get("/work-items")
    assert answer.status_code == 200
    answer.close()
    assert program.get("/publications").status_code == 403
    with seeded.read() as session:
        assert session.exec(select(ApiToken.last_used_at)).one() == NOW
    revoked = client.post(f"/interface/tokens/{kept.id}/revoke", data={"csrf_token": form_token(client)})
    assert revoked.status_code == 303
    assert program.get("/work-items").status_code == 401
    with seeded.read() as session:
        told = [(each.action, each.entity) for each in session.exec(select(TrailEntry).order_by(TrailEntry.id))]  # type: ignore[arg-type]
    assert ("created", "api_token") in told
    assert ("revoked", "api_token") in told


@pytest.mark.parametrize(
    "given",
    [{"name": " "}, {"name": "x" * 81}, {"scope": []}, {"scope": ["manage_accounts"]}, {"scope": ["nonsense"]},
     {"days": "0"}, {"days": "366"}, {"days": "-1"}, {"days": "x"}, {"days": "٣"}],
)  # fmt: skip
def test_a_token_that_would_be_too_much_is_not_made(page: FlaskClient, given: dict[str, object]) -> None:
    answer = page.post("/interface/tokens", data=_form(page, **given))
    assert answer.status_code == 422
    assert not SECRET.search(answer.text)


def test_a_token_form_without_its_own_token_is_refused(page: FlaskClient) -> None:
    assert page.post("/interface/tokens", data={"name": "x"}).status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer x{}", "Bearer {} {}"])
def test_only_a_bearer_token_opens_the_interface(interface: Interface, header: str) -> None:
    sent = header.format(interface.secret, interface.secret)
    answer = interface.client.get("/api/v1/work-items", headers={"Authorization": sent})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert interface.client.get(f"/api/v1/work-items?access_token={interface.secret}").status_code == 401


def test_a_browser_s_session_does_not_open_the_interface(client: FlaskClient) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/api/v1/work-items").status_code == 401
    assert client.post("/api/v1/imports/drafts").status_code == 401
    assert client.get("/api/v1/nothing").status_code == 401


def test_a_token_ends_with_its_time_its_person_s_roles_and_its_account(store: Store) -> None:
    with store.write() as session:
        add_account(session, "admin", Role.ADMINISTRATOR)
        key = add_account(session, "dana", Role.IP_COUNSEL)
    viewer = Viewer(key, "dana", frozenset({Role.IP_COUNSEL}))
    secret = make_token(store, viewer, Permission.EXPORT_CONFIDENTIAL)

    def found(at: dt.datetime = NOW) -> Viewer | None:
        answer = api_tokens.find(store, secret, None, at)
        return None if answer is None else answer[1]

    first = found()
    assert first is not None
    assert first.may(Permission.READ_MATCHES)
    assert first.may(Permission.READ_CASES), "or what was declared would be missing from what is taken out"
    assert not first.may(Permission.READ_TRAIL)
    assert found(NOW + dt.timedelta(days=30)) is None
    with store.write() as session:
        accounts.change(session, Viewer.system(), key, NOW, roles=[Role.READER])
    second = found()
    assert second is not None
    assert not second.may(Permission.EXPORT_CONFIDENTIAL)
    assert not second.may(Permission.READ_STANDARDS)
    with store.write() as session:
        accounts.change(session, Viewer.system(), key, NOW, active=False)
    assert found() is None


def test_a_list_that_would_lack_what_is_hidden_is_refused_by_what_it_needs(interface: Interface, seeded: Store) -> None:
    with seeded.write() as session:
        token = session.exec(select(ApiToken)).one()
        token.scopes = ["export_confidential", "read_matches", "read_patents"]
        session.add(token)
    answer = interface.get("/dormant-patents")
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert "“read_cases”" in answer.json["detail"]


def test_tokens_of_local_mode_end_with_the_first_account(interface: Interface, seeded: Store) -> None:
    assert interface.get("/work-items").status_code == 200
    with seeded.write() as session:
        add_account(session, "admin", Role.ADMINISTRATOR)
    assert interface.get("/work-items").status_code == 401


def test_nobody_revokes_the_token_of_another(store: Store) -> None:
    with store.write() as session:
        dana, eve = (add_account(session, name, Role.READER) for name in ("dana", "eve"))
    make_token(store, Viewer(dana, "dana", frozenset({Role.READER})))
    with store.write() as session:
        assert not api_tokens.revoke(session, Viewer(eve, "eve"), 1, NOW)
        assert api_tokens.revoke(session, Viewer(dana, "dana"), 1, NOW)


def test_a_person_has_so_many_tokens(sqlite_store: Store) -> None:
    for _ in range(api_tokens.MOST_TOKENS):
        make_token(sqlite_store, Viewer.local())
    with pytest.raises(ApiTokenError) as refused:
        make_token(sqlite_store, Viewer.local())
    assert refused.value.refusal is TokenRefusal.TOO_MANY


def test_the_page_of_the_interface_names_every_address(page: FlaskClient) -> None:
    markup = page.get("/interface/").text
    described: Any = page.get("/api/v1/openapi.json").json
    assert described["openapi"].startswith("3.1")
    for path in described["paths"]:
        assert f"/api/v1{path}<" in markup
    assert "<script>" not in markup


def test_the_description_is_open_and_the_page_is_not(store: Store) -> None:
    with store.write() as session:
        add_account(session, "admin", Role.ADMINISTRATOR)
    client = create_app(store.settings, store, clock=lambda: NOW).test_client()
    assert client.get("/api/v1/openapi.json").status_code == 200
    assert client.get("/interface/").status_code == 303
