"""The second step of signing in: time-based codes (RFC 6238) and codes for the day the authenticator is lost."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import io
import secrets
from typing import Final

import pyotp
import segno
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlmodel import Session, col

from workbench.db import key_of
from workbench.people.accounts import ENTITY, AccountError, Refusal, get
from workbench.people.models import Account, RecoveryCode
from workbench.people.tokens import digest
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings, session_secret

ISSUER: Final = "Standards workbench"
RECOVERY_CODES: Final = 10
_RECOVERY_CHARACTERS: Final = 24  # of five bits each: 120 bits, so that a plain digest may keep them
_STEPS_AROUND: Final = (0, -1, 1)  # a clock half a minute off, or a slow typist (RFC 6238, 5.2)


class SecondStepLostError(Exception):
    """A kept key cannot be read with the secret key of the settings."""


def new_key() -> str:
    """160 random bits in Base32, as authenticators take them (RFC 4226, 4)."""
    return pyotp.random_base32()


def address(key: str, email: str) -> str:
    """The `otpauth:` address that a QR code carries."""
    return pyotp.TOTP(key).provisioning_uri(name=email, issuer_name=ISSUER)


def picture(key: str, email: str) -> bytes:
    """The QR code of the address as an SVG document, dark on white whatever the page looks like."""
    out = io.BytesIO()
    segno.make(address(key, email), error="m", micro=False).save(
        out, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False, svgns=True, nl=False
    )
    return out.getvalue()


def step_of(key: str, code: str, now: dt.datetime) -> int | None:
    """The time step whose code this is, around now; None for a wrong code."""
    typed = "".join(code.split())
    generator = pyotp.TOTP(key)
    current = generator.timecode(now)
    for offset in _STEPS_AROUND:
        if hmac.compare_digest(generator.generate_otp(current + offset).encode(), typed.encode("utf-8", "replace")):
            return current + offset
    return None


def turn_on(
    session: Session, settings: Settings, viewer: Viewer, account_id: int, key: str, code: str, now: dt.datetime
) -> list[str]:
    """From now on sign-in asks for a code; returns the recovery codes, shown this once. Raises AccountError."""
    account = get(session, account_id)
    step = step_of(key, code, now)
    if step is None:
        raise AccountError(Refusal.WRONG_CODE)
    account.totp_key, account.totp_step = _locked(settings, key), step
    session.add(account)
    record(session, viewer, TrailAction.CHANGED, ENTITY, account_id, {"what": "second step", "to": "on"}, at=now)
    return new_recovery_codes(session, account_id)


def new_recovery_codes(session: Session, account_id: int) -> list[str]:
    """Codes in place of all earlier ones, in groups of four characters."""
    session.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    codes = []
    for _ in range(RECOVERY_CODES):
        plain = base64.b32encode(secrets.token_bytes(_RECOVERY_CHARACTERS * 5 // 8)).decode("ascii").lower()
        session.add(RecoveryCode(account_id=account_id, digest=digest(plain)))
        codes.append("-".join(plain[at : at + 4] for at in range(0, _RECOVERY_CHARACTERS, 4)))
    return codes


def accept(session: Session, settings: Settings, account: Account, typed: str, now: dt.datetime) -> str | None:
    """Use a code up: `totp` or `recovery`, or None where it is wrong or was used before."""
    if account.totp_key is None:
        return None
    step = step_of(_unlocked(settings, account.totp_key), typed, now)
    if step is not None:
        claimed = sa.update(Account).where(
            col(Account.id) == account.id, sa.or_(col(Account.totp_step).is_(None), col(Account.totp_step) < step)
        )
        done = session.execute(claimed.values(totp_step=step).returning(col(Account.id))).first()
        return "totp" if done is not None else None
    plain = "".join(typed.split()).replace("-", "").lower()
    claimed_code = sa.update(RecoveryCode).where(
        col(RecoveryCode.account_id) == key_of(account),
        col(RecoveryCode.digest) == digest(plain),
        col(RecoveryCode.used_at).is_(None),
    )
    found = session.execute(claimed_code.values(used_at=now).returning(col(RecoveryCode.id))).first()
    return "recovery" if found is not None else None


def recovery_codes_left(session: Session, account_id: int) -> int:
    left = sa.select(sa.func.count()).where(
        col(RecoveryCode.account_id) == account_id, col(RecoveryCode.used_at).is_(None)
    )
    return int(session.execute(left).scalar_one())


def _locker(settings: Settings) -> Fernet:
    """Whoever reads the database alone, a backup of it say, can make no codes."""
    key = hashlib.sha256(b"totp\0" + session_secret(settings).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _locked(settings: Settings, key: str) -> str:
    return _locker(settings).encrypt(key.encode()).decode("ascii")


def _unlocked(settings: Settings, kept: str) -> str:
    try:
        return _locker(settings).decrypt(kept.encode()).decode("ascii")
    except InvalidToken as error:
        raise SecondStepLostError(
            "the codes of this account cannot be checked: WORKBENCH_SECRET_KEY is not the one they were set up with; "
            "set it again, or let an administrator turn the second step of the account off"
        ) from error
