"""Password, second step, sessions: the verbs behind the pages."""

from __future__ import annotations

import datetime as dt
import time

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from tests.people.conftest import ELSEWHERE, HERE, NOW, PASSWORD, add
from workbench.db import Store
from workbench.people import accounts, logins, passwords, signing_in, totp
from workbench.people.accounts import AccountError, Refusal
from workbench.people.models import Account, Login, Method, RecoveryCode
from workbench.people.permissions import Role
from workbench.people.signing_in import Outcome
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.settings import Settings

ME = Viewer.system()


@pytest.fixture
def settings(quick_settings: Settings) -> Settings:
    return quick_settings


@pytest.fixture
def store(quick_store: Store) -> Store:
    return quick_store


def enter(store: Store, settings: Settings, password: str = PASSWORD, at: dt.datetime = NOW) -> Outcome:
    return signing_in.with_password(store, settings, "dana@example.org", password, HERE, at)


def actions(store: Store) -> list[str]:
    with store.read(ME) as session:
        return list(session.exec(select(TrailEntry.action).order_by(TrailEntry.id)))  # type: ignore[arg-type]


def is_in(store: Store, settings: Settings, token: str | None, at: dt.datetime) -> bool:
    with store.read() as session:
        return token is not None and logins.find(session, settings, token, at) is not None


@pytest.fixture
def dana(store: Store) -> int:
    add(store, "admin@example.org", Role.ADMINISTRATOR)
    return add(store, "dana@example.org", Role.DELEGATE)


def test_a_session_ends_by_idling_by_age_and_by_signing_out(store: Store, settings: Settings, dana: int) -> None:
    token = enter(store, settings).token
    assert token is not None
    assert is_in(store, settings, token, NOW + dt.timedelta(minutes=29))
    assert not is_in(store, settings, token, NOW + dt.timedelta(minutes=30))
    at = NOW
    while at < NOW + dt.timedelta(hours=12):
        with store.read() as session:
            found = logins.find(session, settings, token, at)
        assert found is not None
        logins.note_use(store, found[0], at)
        at += dt.timedelta(minutes=20)
    assert not is_in(store, settings, token, at)
    other = enter(store, settings).token
    assert other is not None
    signing_in.sign_out(store, ME, other, NOW)
    assert not is_in(store, settings, other, NOW)
    assert actions(store)[-2:] == ["signed_in", "signed_out"]


def test_the_store_knows_no_token_and_a_new_sign_in_replaces_the_browser_s_session(
    store: Store, settings: Settings, dana: int
) -> None:
    first = enter(store, settings).token
    second = signing_in.with_password(store, settings, " Dana@Example.org ", PASSWORD, HERE, NOW, replacing=first).token
    assert first != second
    assert not is_in(store, settings, first, NOW)
    with store.read() as session:
        kept = [row.model_dump() for row in session.exec(select(Login))]
    assert len(kept) == 1
    assert str(second) not in str(kept)


@pytest.mark.parametrize("name", ["dana@example.org", "nobody@example.org", "closed@example.org", "", "a\x00b"])
def test_a_wrong_password_and_an_unknown_or_closed_account_are_refused_alike(
    store: Store, settings: Settings, dana: int, name: str
) -> None:
    closed = add(store, "closed@example.org", Role.READER)
    with store.write() as session:
        accounts.change(session, ME, closed, NOW, active=False)
    password = PASSWORD if name.startswith("closed") else "wrong" * 4
    assert signing_in.with_password(store, settings, name, password, HERE, NOW) == Outcome()
    assert actions(store)[-1] == "sign_in_failed"
    with store.read(ME) as session:
        trail = str([row.model_dump() for row in session.exec(select(TrailEntry))])
    assert "nobody@example.org" not in trail
    assert "wrong" not in trail.replace("wrong_", "")


@pytest.mark.usefixtures("real_hashes")
def test_an_unknown_account_takes_as_long_as_a_wrong_password(store: Store, settings: Settings, dana: int) -> None:
    """Argon2 runs either way; a ratio far from one would show that it does not."""
    passwords.is_right("warm up", None)

    def took(name: str) -> float:
        begun = time.perf_counter()
        signing_in.with_password(store, settings, name, "wrong" * 4, HERE, NOW)
        return time.perf_counter() - begun

    known = min(took("dana@example.org") for _ in range(3))
    unknown = min(took("nobody@example.org") for _ in range(3))
    assert 0.25 < known / unknown < 4


def test_failures_are_throttled_without_locking_the_person_out_elsewhere(
    store: Store, settings: Settings, dana: int
) -> None:
    for _ in range(4):
        assert enter(store, settings, "wrong" * 4) == Outcome()
    blocked = enter(store, settings)
    assert blocked.wait is not None
    assert blocked.token is None
    elsewhere = signing_in.with_password(store, settings, "dana@example.org", PASSWORD, ELSEWHERE, NOW)
    assert elsewhere.token is not None
    assert enter(store, settings, at=NOW + blocked.wait).token is not None


@pytest.mark.usefixtures("real_hashes")
def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(
    store: Store, settings: Settings, dana: int
) -> None:
    with store.write() as session:
        account = session.get_one(Account, dana)
        account.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert enter(store, settings).token is not None
    with store.read() as session:
        kept = session.get_one(Account, dana).password_hash
    assert kept is not None
    assert not passwords.needs_rehash(kept)
    assert enter(store, settings).token is not None


def turn_on(store: Store, settings: Settings, account_id: int) -> tuple[str, list[str]]:
    key = totp.new_key()
    with store.write() as session:
        return key, totp.turn_on(session, settings, ME, account_id, key, pyotp.TOTP(key).at(NOW), NOW)


def test_with_a_second_step_the_password_alone_opens_nothing(store: Store, settings: Settings, dana: int) -> None:
    key, _ = turn_on(store, settings, dana)
    later = NOW + dt.timedelta(minutes=2)
    begun = enter(store, settings, at=later)
    assert begun.token is None
    assert begun.second_step is not None
    code = pyotp.TOTP(key).at(later)
    assert signing_in.with_code(store, settings, begun.second_step, "000000", HERE, later) == Outcome()
    done = signing_in.with_code(store, settings, begun.second_step, f"{code[:3]} {code[3:]}", HERE, later)
    assert is_in(store, settings, done.token, later)
    with store.read() as session:
        assert session.exec(select(Login.method)).all() == [Method.PASSWORD_AND_CODE]
        kept = session.get_one(Account, dana).totp_key
    assert kept is not None
    assert key not in kept
    with pytest.raises(AccountError):  # the step is used up
        signing_in.with_code(store, settings, begun.second_step, code, HERE, later)
    again = enter(store, settings, at=later)
    assert again.second_step is not None
    assert signing_in.with_code(store, settings, again.second_step, code, HERE, later) == Outcome()  # so is the code
    with pytest.raises(AccountError):
        signing_in.with_code(store, settings, again.second_step, code, HERE, later + dt.timedelta(minutes=5))


def test_a_recovery_code_stands_in_once(store: Store, settings: Settings, dana: int) -> None:
    _, codes = turn_on(store, settings, dana)
    assert len(set(codes)) == totp.RECOVERY_CODES
    for expected in (True, False):
        begun = enter(store, settings)
        assert begun.second_step is not None
        done = signing_in.with_code(store, settings, begun.second_step, codes[0].upper(), HERE, NOW)
        assert (done.token is not None) == expected
    with store.read() as session:
        assert totp.recovery_codes_left(session, dana) == totp.RECOVERY_CODES - 1
        assert codes[1] not in str([row.model_dump() for row in session.exec(select(RecoveryCode))])


def test_codes_are_guessed_as_slowly_as_passwords(store: Store, settings: Settings, dana: int) -> None:
    turn_on(store, settings, dana)
    begun = enter(store, settings)
    assert begun.second_step is not None
    outcomes = [signing_in.with_code(store, settings, begun.second_step, f"{each:06}", HERE, NOW) for each in range(6)]
    assert outcomes[-1].wait is not None


def test_with_another_secret_key_the_second_step_says_what_is_wrong(
    store: Store, settings: Settings, dana: int
) -> None:
    turn_on(store, settings, dana)
    begun = enter(store, settings)
    assert begun.second_step is not None
    other = settings.model_copy(update={"home": settings.home / "other"})
    with pytest.raises(totp.SecondStepLostError, match="WORKBENCH_SECRET_KEY"):
        signing_in.with_code(store, other, begun.second_step, "123456", HERE, NOW)


def test_the_local_link_works_once_and_while_there_are_no_accounts(store: Store, settings: Settings) -> None:
    def link() -> str:
        with store.write() as session:
            return signing_in.local_link(session, settings, NOW).partition("token=")[2]

    secret = link()
    token = signing_in.with_local_link(store, settings, secret, HERE, NOW).token
    assert is_in(store, settings, token, NOW + dt.timedelta(days=29))
    assert signing_in.with_local_link(store, settings, secret, HERE, NOW).token is None
    secret = link()
    add(store, "admin@example.org", Role.ADMINISTRATOR)
    assert signing_in.with_local_link(store, settings, secret, HERE, NOW).token is None


def test_refusals_are_said_in_plain_words() -> None:
    assert all(str(AccountError(each)) for each in Refusal)
