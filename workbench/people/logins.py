"""Sessions of browsers: rows of the store, known by a token in a cookie; ended by idling, by age or by somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import Store, key_of
from workbench.people.models import Account, ApiToken, Login, Method
from workbench.people.tokens import digest, new_secret
from workbench.settings import Settings

LOCAL_LIFETIME: Final = dt.timedelta(days=30)
"""Of a session of local mode, which idles as long as it likes: its machine has a lock of its own."""
_NOTED_AFTER: Final = dt.timedelta(minutes=1)
_LONGEST_AGENT: Final = 300


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: network address, and what the browser calls itself."""

    address: str
    agent: str


def start(
    session: Session,
    settings: Settings,
    account: Account | None,
    method: Method,
    origin: Origin,
    now: dt.datetime,
    *,
    replacing: str | None = None,
    second_step: bool = False,
) -> str:
    """A new session; returns the token for the cookie. The one the browser had before ends, as outdated ones do.

    `second_step`: besides the password a code was shown, here or to the provider.
    """
    session.execute(sa.delete(Login).where(col(Login.expires_at) < now))
    if replacing is not None:
        end_by_token(session, replacing)
    token = new_secret()
    lifetime = LOCAL_LIFETIME if account is None else dt.timedelta(hours=settings.session_hours)
    session.add(
        Login(
            account_id=None if account is None else key_of(account),
            digest=digest(token),
            method=method,
            address=origin.address,
            agent=origin.agent.replace("\x00", "")[:_LONGEST_AGENT],
            second_step=second_step,
            created_at=now,
            last_seen_at=now,
            expires_at=now + lifetime,
        )
    )
    if account is not None:
        account.last_login_at = now
        session.add(account)
    return token


def find(session: Session, settings: Settings, token: str, now: dt.datetime) -> tuple[Login, Account | None] | None:
    """The session of a cookie with its account (None: local mode), unless it has ended in any way."""
    row = session.exec(
        select(Login, Account)
        .join(Account, col(Login.account_id) == col(Account.id), isouter=True)
        .where(Login.digest == digest(token))
    ).first()
    if row is None:
        return None
    login, account = row
    if login.account_id is not None and (account is None or not account.active):
        return None
    return (login, account) if is_alive(login, settings, now) else None


def is_alive(login: Login, settings: Settings, now: dt.datetime) -> bool:
    """Whether neither its age nor its idling has ended the session."""
    idle = None if login.account_id is None else dt.timedelta(minutes=settings.session_idle_minutes)
    return now < login.expires_at and (idle is None or now < login.last_seen_at + idle)


def note_use(store: Store, login: Login, now: dt.datetime) -> None:
    """Keep that the session is in use, to the minute."""
    if now - login.last_seen_at < _NOTED_AFTER:
        return
    with store.write() as session:
        session.execute(sa.update(Login).where(col(Login.id) == login.id).values(last_seen_at=now))


def rotate(session: Session, login_id: int) -> str:
    """A new token for a session that goes on; the old one is worth nothing any more."""
    token = new_secret()
    session.execute(sa.update(Login).where(col(Login.id) == login_id).values(digest=digest(token)))
    return token


def note_second_step(session: Session, login_id: int) -> None:
    """A code was shown just now in this session."""
    session.execute(sa.update(Login).where(col(Login.id) == login_id).values(second_step=True))


def forget_second_steps(session: Session, account_id: int) -> None:
    """Codes that were shown here count no longer; those that an OpenID provider was shown do."""
    ours = sa.update(Login).where(col(Login.account_id) == account_id, col(Login.method) != Method.OPENID)
    session.execute(ours.values(second_step=False))


def of_account(session: Session, settings: Settings, account_id: int, now: dt.datetime) -> Sequence[Login]:
    """The sessions that are still alive, the one used last first."""
    rows = select(Login).where(Login.account_id == account_id).order_by(col(Login.last_seen_at).desc())
    return [login for login in session.exec(rows) if is_alive(login, settings, now)]


def end(session: Session, account_id: int, login_id: int) -> bool:
    """End one session of an account; whether there was one."""
    ended = sa.delete(Login).where(col(Login.id) == login_id, col(Login.account_id) == account_id)
    return session.execute(ended.returning(col(Login.id))).first() is not None


def end_all(session: Session, account_id: int, *, keep: int | None = None) -> int:
    """End every session of an account but `keep`; returns how many."""
    ended = sa.delete(Login).where(col(Login.account_id) == account_id)
    if keep is not None:
        ended = ended.where(col(Login.id) != keep)
    return len(session.execute(ended.returning(col(Login.id))).all())


def end_access(session: Session, account_id: int, now: dt.datetime, *, keep: int | None = None) -> dict[str, int]:
    """End every session of an account but `keep`, and every token for programs; returns how many, for the trail."""
    tokens = sa.update(ApiToken).where(
        col(ApiToken.account_id) == account_id, col(ApiToken.revoked_at).is_(None), col(ApiToken.expires_at) > now
    )
    ended = session.execute(tokens.values(revoked_at=now).returning(col(ApiToken.id))).all()
    return {"sessions_ended": end_all(session, account_id, keep=keep), "tokens_ended": len(ended)}


def end_by_token(session: Session, token: str) -> None:
    session.execute(sa.delete(Login).where(col(Login.digest) == digest(token)))
