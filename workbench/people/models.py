"""Tables of accounts: who may sign in, sessions, one-time links, recovery codes, tokens, throttles, quotas."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from workbench.db import checked

LONGEST_TOKEN_NAME = 80
DIGEST_LENGTH = 64
"""Characters of a SHA-256 in hexadecimal: what is kept of a secret that a person or a browser holds."""


class Method(StrEnum):
    """How somebody signed in. `local`: by the link that `workbench serve` prints while there are no accounts."""

    PASSWORD = "password"  # noqa: S105
    PASSWORD_AND_CODE = "password_and_code"  # noqa: S105
    OPENID = "openid"
    LOCAL = "local"


class Purpose(StrEnum):
    """What a one-time token is good for. `second_step`: the password was right, the code is still to come."""

    INVITATION = "invitation"
    RESET = "reset"
    SECOND_STEP = "second_step"
    LOCAL = "local"


class Account(SQLModel, table=True):
    """A person who may sign in. Without a password and an OpenID subject: invited, not here yet."""

    __tablename__ = "account"
    __table_args__ = (sa.UniqueConstraint("openid_issuer", "openid_subject"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    email: str = Field(unique=True, description="In lower case.")
    language: str = Field(max_length=8, description="Of the mails to this person.")
    roles: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    active: bool = True
    password_hash: str | None = Field(default=None, description="Argon2id in the PHC string format.")
    totp_key: str | None = Field(default=None, description="Encrypted; set once a first code was right.")
    totp_step: int | None = Field(default=None, description="Time step of the last code used (RFC 6238, 5.2).")
    openid_issuer: str | None = None
    openid_subject: str | None = None
    created_at: dt.datetime
    last_login_at: dt.datetime | None = None


class RecoveryCode(SQLModel, table=True):
    """Stands in once for a code of an authenticator that was lost."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    digest: str = Field(max_length=DIGEST_LENGTH, unique=True)
    used_at: dt.datetime | None = None


class Login(SQLModel, table=True):
    """A session of a browser. Its cookie holds the token, the row only the token's digest."""

    __tablename__ = "login"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, description="None: local mode.")
    digest: str = Field(max_length=DIGEST_LENGTH, unique=True)
    method: Method = Field(sa_type=checked(Method))
    address: str
    agent: str = Field(description="What the browser calls itself.")
    second_step: bool = Field(default=False, description="Whether a code was given, here or to the OpenID provider.")
    created_at: dt.datetime
    last_seen_at: dt.datetime
    expires_at: dt.datetime = Field(index=True, description="The end, however busy the session is.")


class OneTimeToken(SQLModel, table=True):
    """A secret sent or printed once; good once, until it expires."""

    __tablename__ = "one_time_token"

    id: int | None = Field(default=None, primary_key=True)
    purpose: Purpose = Field(sa_type=checked(Purpose))
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    digest: str = Field(max_length=DIGEST_LENGTH, unique=True)
    created_at: dt.datetime
    expires_at: dt.datetime = Field(index=True)
    used_at: dt.datetime | None = None


class ApiToken(SQLModel, table=True):
    """A token of a person, or of the person of local mode. Good until it expires or is revoked."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, description="None: local mode.")
    name: str = Field(max_length=LONGEST_TOKEN_NAME)
    digest: str = Field(max_length=DIGEST_LENGTH, unique=True)
    scopes: list[str] = Field(default_factory=list, sa_type=sa.JSON, description="Permissions, those implied included.")
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None


class Throttle(SQLModel, table=True):
    """Failed attempts of one account, one network address, or one account from one address."""

    __tablename__ = "throttle"

    key: str = Field(primary_key=True, max_length=DIGEST_LENGTH)
    failures: int
    last_at: dt.datetime = Field(index=True)
    blocked_until: dt.datetime | None = None


class UploadDay(SQLModel, table=True):
    """How much a person has uploaded on one day, in the zone of the settings."""

    __tablename__ = "upload_day"

    account_id: int = Field(foreign_key="account.id", ondelete="CASCADE", primary_key=True)
    day: dt.date = Field(primary_key=True)
    files: int
    size: int = Field(sa_type=sa.BigInteger, description="Bytes.")
