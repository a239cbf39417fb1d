"""Inviting, resetting, changing: what is refused, what ends sessions, what the trail says."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from tests.people.conftest import HERE, NOW, PASSWORD, add
from workbench.db import Store
from workbench.people import accounts, api_tokens, logins, signing_in
from workbench.people.accounts import AccountError, Refusal
from workbench.people.models import Account
from workbench.people.passwords import Weakness
from workbench.people.permissions import Permission, Role
from workbench.people.trail import verify
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.settings import Settings

ME = Viewer.system()
OTHER = "seven quiet harbours"


@pytest.fixture
def settings(quick_settings: Settings) -> Settings:
    return quick_settings


@pytest.fixture
def store(quick_store: Store) -> Store:
    return quick_store


@pytest.fixture
def admin(store: Store) -> int:
    return add(store, "admin@example.org", Role.ADMINISTRATOR)


@given(st.text(max_size=60))
def test_every_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        email = accounts.normalised_email(text)
    except AccountError:
        return
    assert email == accounts.normalised_email(email)
    assert email.isascii()


@pytest.mark.parametrize(
    "text", ["x", "a@b@c", "a b@c.org", "a@c..org", "<a@c.org>", "a@c.org\nBcc: d@e.org", "@c", "a@"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AccountError):
        accounts.normalised_email(text)


def test_the_first_account_has_to_be_an_administrator_s(store: Store) -> None:
    with pytest.raises(AccountError) as refused, store.write() as session:
        accounts.invite(session, ME, "dana@example.org", [Role.DELEGATE], NOW)
    assert refused.value.refusal is Refusal.LAST_ADMINISTRATOR
    with store.read() as session:
        assert not accounts.exist(session)


def test_an_invitation_is_answered_once_and_a_weak_password_uses_nothing_up(store: Store, admin: int) -> None:
    with store.write() as session:
        account, secret = accounts.invite(session, ME, " Dana@Example.ORG", [Role.DELEGATE], NOW)
    assert (account.email, account.roles, accounts.is_here(account)) == ("dana@example.org", ["delegate"], False)
    with pytest.raises(AccountError) as refused, store.write() as session:
        accounts.accept_invitation(session, secret, "Dana", "short", None, NOW)
    assert refused.value.weakness is Weakness.SHORT
    with store.write() as session:
        accounts.accept_invitation(session, secret, "  Dana\n Doe ", PASSWORD, None, NOW)
    with store.read() as session:
        found = accounts.by_email(session, "DANA@example.org")
    assert found is not None
    assert found.name == "Dana Doe"
    with pytest.raises(AccountError) as refused, store.write() as session:
        accounts.accept_invitation(session, secret, "Dana", PASSWORD, None, NOW)
    assert refused.value.refusal is Refusal.LINK_EXPIRED


def test_an_invitation_expires_and_a_newer_one_takes_its_place(store: Store, admin: int) -> None:
    with store.write() as session:
        _, first = accounts.invite(session, ME, "dana@example.org", [Role.READER], NOW)
        account, second = accounts.invite(session, ME, "dana@example.org", [Role.DELEGATE], NOW)
    assert account.roles == ["delegate"]
    for secret, at in ((first, NOW), (second, NOW + dt.timedelta(days=7))):
        with pytest.raises(AccountError), store.write() as session:
            accounts.accept_invitation(session, secret, "Dana", PASSWORD, None, at)


def test_a_reset_sets_the_password_and_ends_every_session(store: Store, settings: Settings, admin: int) -> None:
    token = signing_in.with_password(store, settings, "admin@example.org", PASSWORD, HERE, NOW).token
    assert token is not None
    with store.write() as session:
        assert accounts.request_reset(session, "nobody@example.org", None, NOW) is None
        found = accounts.request_reset(session, "Admin@example.org", None, NOW)
        assert found is not None
    with store.write() as session:
        accounts.reset_password(session, found[1], OTHER, None, NOW)
    with store.read() as session:
        assert logins.find(session, settings, token, NOW) is None
    assert signing_in.with_password(store, settings, "admin@example.org", PASSWORD, HERE, NOW).token is None
    assert signing_in.with_password(store, settings, "admin@example.org", OTHER, HERE, NOW).token is not None


@pytest.mark.parametrize("how", ["reset", "change", "close"])
def test_tokens_for_programs_end_with_the_password_and_the_account(
    store: Store, settings: Settings, admin: int, how: str
) -> None:
    """With sessions, whoever learned a secret loses what he made of it; a new password of another ends nobody's."""
    dana = add(store, "dana@example.org", Role.DELEGATE)

    def program(account_id: int) -> str:
        viewer = Viewer(account_id, "somebody", frozenset({Role.DELEGATE}))
        with store.write(viewer) as session:
            return api_tokens.issue(session, viewer, "reporting", [Permission.READ_STANDARDS], 30, NOW)[1]

    lost, kept = program(dana), program(admin)
    other = signing_in.with_password(store, settings, "dana@example.org", PASSWORD, HERE, NOW).token
    assert other is not None
    with store.write() as session:
        if how == "reset":
            found = accounts.request_reset(session, "dana@example.org", None, NOW)
            assert found is not None
            accounts.reset_password(session, found[1], OTHER, None, NOW)
        elif how == "change":
            accounts.change_password(session, ME, dana, OTHER, NOW, keep=None)
        else:
            accounts.change(session, ME, dana, NOW, active=False)
    with store.read() as session:
        assert logins.find(session, settings, other, NOW) is None
    assert api_tokens.find(store, lost, None, NOW) is None
    assert api_tokens.find(store, kept, None, NOW) is not None
    if how == "close":
        with store.write() as session:
            accounts.change(session, ME, dana, NOW, active=True)
        assert api_tokens.find(store, lost, None, NOW) is None, "opened again, it does not come back"
    with store.read(ME) as session:
        told = [row.details for row in session.exec(select(TrailEntry)) if "tokens_ended" in row.details]
    assert [(each["sessions_ended"], each["tokens_ended"]) for each in told][:1] == [(1, 1)]


def test_new_roles_and_closing_end_sessions_and_somebody_stays_administrator(
    store: Store, settings: Settings, admin: int
) -> None:
    dana = add(store, "dana@example.org", Role.DELEGATE)

    def sign_in() -> bool:
        return signing_in.with_password(store, settings, "dana@example.org", PASSWORD, HERE, NOW).token is not None

    def sessions() -> int:
        with store.read() as session:
            return len(logins.of_account(session, settings, dana, NOW))

    assert sign_in()
    with store.write() as session:
        accounts.change(session, ME, dana, NOW, name="Dana D.")
    assert sessions() == 1
    with store.write() as session:
        accounts.change(session, ME, dana, NOW, roles=[Role.IP_COUNSEL, Role.DELEGATE])
    assert sessions() == 0
    assert sign_in()
    with store.write() as session:
        accounts.change(session, ME, dana, NOW, active=False)
    assert sessions() == 0
    assert not sign_in()
    for change in ({"active": False}, {"roles": [Role.READER]}):
        with pytest.raises(AccountError) as refused, store.write() as session:
            accounts.change(session, ME, admin, NOW, **change)
        assert refused.value.refusal is Refusal.LAST_ADMINISTRATOR
    with store.read() as session:
        assert session.get_one(Account, admin).active


def test_the_trail_tells_of_it_all_without_secrets_and_its_chain_holds(
    store: Store, settings: Settings, admin: int
) -> None:
    dana = add(store, "dana@example.org", Role.DELEGATE)
    signing_in.with_password(store, settings, "dana@example.org", PASSWORD, HERE, NOW)
    signing_in.with_password(store, settings, "dana@example.org", "wrong" * 4, HERE, NOW)
    with store.write() as session:
        accounts.change(session, ME, dana, NOW, roles=[Role.READER])
    with store.read(ME) as session:
        rows = session.exec(select(TrailEntry).order_by(TrailEntry.id)).all()  # type: ignore[arg-type]
        assert verify(session).intact
    assert [row.action for row in rows][-5:] == ["invited", "created", "signed_in", "sign_in_failed", "changed"]
    assert rows[-1].details["roles"] == {"from": ["delegate"], "to": ["reader"]}
    assert rows[-2].address == HERE.address
    assert PASSWORD not in str([row.model_dump() for row in rows])
