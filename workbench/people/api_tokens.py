"""Tokens with which programs ask on behalf of a person: shown once, kept as a digest, limited, expiring, revocable.

A token never allows more than its person may now: what it reads and writes is what both the person's roles and its own
scopes allow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import Store, key_of
from workbench.people import accounts
from workbench.people.matters import matters_seen, with_walls
from workbench.people.models import LONGEST_TOKEN_NAME, Account, ApiToken
from workbench.people.permissions import Permission, Role
from workbench.people.tokens import digest, new_secret
from workbench.people.trail import record
from workbench.people.viewer import Track, Viewer
from workbench.people.walls_models import TrailAction

ENTITY: Final = "api_token"
PREFIX: Final = "wb_"
"""What every secret begins with, so that people and scanners of leaked secrets know one when they see it."""
LONGEST_NAME: Final = LONGEST_TOKEN_NAME
MOST_DAYS: Final = 365
MOST_TOKENS: Final = 50
SCOPES: Final = (
    Permission.READ_STANDARDS,
    Permission.EDIT_STANDARDS,
    Permission.IMPORT_STANDARDS,
    Permission.READ_PATENTS,
    Permission.READ_OTHERS_CLAIMS,
    Permission.IMPORT_PATENTS,
    Permission.EXPORT_CONFIDENTIAL,
    Permission.READ_TRAIL,
)
"""The permissions that the interface asks for."""
_IMPLIED: Final = {
    # Nobody may write, or take out, what he may not see.
    Permission.READ_OTHERS_CLAIMS: {Permission.READ_PATENTS},
    Permission.IMPORT_PATENTS: {Permission.READ_PATENTS},
    Permission.EXPORT_CONFIDENTIAL: {
        Permission.READ_PATENTS,
        Permission.READ_MATCHES,
        Permission.READ_CASES,
        Permission.READ_PLANS,
    },
}
_NOTED_AFTER: Final = dt.timedelta(minutes=1)


class TokenRefusal(StrEnum):
    """Why no token was made."""

    NO_NAME = "no_name"
    NO_SCOPE = "no_scope"
    NO_EXPIRY = "no_expiry"
    TOO_MANY = "too_many"


_SAID: Final = {
    TokenRefusal.NO_NAME: f"a token needs a name of at most {LONGEST_NAME} characters",
    TokenRefusal.NO_SCOPE: "a token needs at least one permission, and none that its person does not hold",
    TokenRefusal.NO_EXPIRY: f"a token is good for 1 to {MOST_DAYS} days",
    TokenRefusal.TOO_MANY: f"nobody has more than {MOST_TOKENS} tokens; revoke one first",
}


class ApiTokenError(Exception):
    """No token was made; `refusal` says why."""

    def __init__(self, refusal: TokenRefusal) -> None:
        super().__init__(_SAID[refusal])
        self.refusal = refusal


def offered(viewer: Viewer) -> list[Permission]:
    """The scopes that a person may give to a token."""
    return [each for each in SCOPES if viewer.may(each)]


def issue(
    session: Session, viewer: Viewer, name: str, scopes: Collection[Permission], days: int, now: dt.datetime
) -> tuple[ApiToken, str]:
    """A new token of the viewer and its secret, which is kept nowhere. Raises ApiTokenError."""
    name = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    if not name or len(name) > LONGEST_NAME:
        raise ApiTokenError(TokenRefusal.NO_NAME)
    if not scopes or not set(scopes) <= set(offered(viewer)):
        raise ApiTokenError(TokenRefusal.NO_SCOPE)
    if not 1 <= days <= MOST_DAYS:
        raise ApiTokenError(TokenRefusal.NO_EXPIRY)
    if sum(is_good(each, now) for each in of_person(session, viewer.account_id)) >= MOST_TOKENS:
        raise ApiTokenError(TokenRefusal.TOO_MANY)
    secret = PREFIX + new_secret()
    token = ApiToken(
        account_id=viewer.account_id,
        name=name,
        digest=digest(secret),
        scopes=sorted(_with_implied(scopes)),
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    session.add(token)
    session.flush()
    details = {"name": name, "scopes": token.scopes, "expires_at": token.expires_at.isoformat()}
    record(session, viewer, TrailAction.CREATED, ENTITY, token.id, details, at=now)
    return token, secret


def revoke(session: Session, viewer: Viewer, token_id: int, now: dt.datetime) -> bool:
    """End a token of the viewer; False where the viewer has none of this key that is not ended."""
    token = session.get(ApiToken, token_id)
    if token is None or token.account_id != viewer.account_id or token.revoked_at is not None:
        return False
    token.revoked_at = now
    session.add(token)
    record(session, viewer, TrailAction.REVOKED, ENTITY, token.id, {"name": token.name}, at=now)
    return True


def of_person(session: Session, account_id: int | None) -> Sequence[ApiToken]:
    """The tokens of an account, or those of local mode; newest first."""
    own = col(ApiToken.account_id).is_(None) if account_id is None else col(ApiToken.account_id) == account_id
    return session.exec(select(ApiToken).where(own).order_by(col(ApiToken.id).desc())).all()


def is_good(token: ApiToken, now: dt.datetime) -> bool:
    """Whether a token still opens anything, as far as it depends on the token."""
    return token.revoked_at is None and token.expires_at > now


def find(store: Store, secret: str, address: str | None, now: dt.datetime) -> tuple[ApiToken, Viewer] | None:
    """The token of a secret and for whom it asks; None for one that is unknown, revoked, expired or of nobody here.

    Tokens of local mode end with the first account, those of an account when it is closed.
    """
    with store.read(Viewer.system()) as session:
        token = session.exec(select(ApiToken).where(ApiToken.digest == digest(secret))).one_or_none()
        if token is None or not is_good(token, now):
            return None
        scopes = frozenset(map(Permission, token.scopes))
        if token.account_id is None:
            if accounts.exist(session):
                return None
            matters = frozenset(map(key_of, matters_seen(session)))
            local = Viewer(None, "local", frozenset(Role), matters, frozenset(Track), address, scopes=scopes)
            return token, local
        account = session.get_one(Account, token.account_id)
        if not account.active:
            return None
        viewer = replace(accounts.viewer_of(account, address), scopes=scopes)
    return token, with_walls(store, viewer)


def note_use(store: Store, token: ApiToken, now: dt.datetime) -> None:
    """Keep when a token was last used, to the minute."""
    if token.last_used_at is not None and now - token.last_used_at < _NOTED_AFTER:
        return
    with store.write(Viewer.system()) as session:
        session.execute(sa.update(ApiToken).where(col(ApiToken.id) == token.id).values(last_used_at=now))


def _with_implied(scopes: Iterable[Permission]) -> set[Permission]:
    return {each for scope in scopes for each in (scope, *_IMPLIED.get(scope, ()))}
