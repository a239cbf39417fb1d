"""Secrets that are held once by a person or a browser: links that work once, and how the store knows them again."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.people.models import OneTimeToken, Purpose

LIFETIMES: Final = {
    Purpose.INVITATION: dt.timedelta(days=7),
    Purpose.RESET: dt.timedelta(hours=1),
    Purpose.SECOND_STEP: dt.timedelta(minutes=5),
    Purpose.LOCAL: dt.timedelta(days=1),
}
_BYTES: Final = 32
_LONGEST: Final = 200


def new_secret() -> str:
    """256 random bits, fit for an address or a cookie."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret. Enough for random ones of 112 bits or more (ASVS 4.0.3, 2.6.2), too fast for others."""
    return hashlib.sha256(secret[:_LONGEST].encode("utf-8", "replace")).hexdigest()


def issue(session: Session, purpose: Purpose, account_id: int | None, now: dt.datetime) -> str:
    """A new token for this purpose; earlier ones of the same account stop working. Old rows are thrown away."""
    earlier = sa.delete(OneTimeToken).where(
        sa.or_(
            col(OneTimeToken.expires_at) < now - dt.timedelta(days=1),
            sa.and_(
                col(OneTimeToken.purpose) == purpose,
                col(OneTimeToken.account_id) == account_id
                if account_id is not None
                else col(OneTimeToken.account_id).is_(None),
            ),
        )
    )
    session.execute(earlier)
    secret = new_secret()
    session.add(
        OneTimeToken(
            purpose=purpose,
            account_id=account_id,
            digest=digest(secret),
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    return secret


def find(session: Session, purpose: Purpose, secret: str, now: dt.datetime) -> OneTimeToken | None:
    """The token if it is still good; it stays good."""
    token = session.exec(
        select(OneTimeToken).where(
            OneTimeToken.digest == digest(secret),
            OneTimeToken.purpose == purpose,
            col(OneTimeToken.used_at).is_(None),
        )
    ).first()
    return token if token is not None and token.expires_at > now else None


def use(session: Session, purpose: Purpose, secret: str, now: dt.datetime) -> OneTimeToken | None:
    """The token if it was still good; it is used up with that, whoever else asks at the same moment."""
    claimed = session.execute(
        sa.update(OneTimeToken)
        .where(
            col(OneTimeToken.digest) == digest(secret),
            col(OneTimeToken.purpose) == purpose,
            col(OneTimeToken.used_at).is_(None),
            col(OneTimeToken.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(OneTimeToken.id))
    ).scalar_one_or_none()
    return None if claimed is None else session.get(OneTimeToken, claimed)
