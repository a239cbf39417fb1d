"""Verbs of accounts: invite, accept, reset, change. What changes who may do what also ends the sessions it concerns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.i18n import DEFAULT_LANGUAGE
from workbench.people import logins, passwords, tokens
from workbench.people.models import Account, Purpose, RecoveryCode
from workbench.people.permissions import Role
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction

ENTITY: Final = "account"
LONGEST_NAME: Final = 200
# One mailbox, in ASCII (RFC 5321, 4.1.2 without quoted local parts and address literals).
_EMAIL: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)


class Refusal(StrEnum):
    """Why something about an account was not done."""

    NO_EMAIL = "no_email"
    NO_NAME = "no_name"
    NO_ROLE = "no_role"
    UNKNOWN_ACCOUNT = "unknown_account"
    LAST_ADMINISTRATOR = "last_administrator"
    LINK_EXPIRED = "link_expired"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105
    WEAK_PASSWORD = "weak_password"  # noqa: S105
    WRONG_CODE = "wrong_code"


_SAID: Final = {
    Refusal.NO_EMAIL: "this is no e-mail address; give one such as name@example.org",
    Refusal.NO_NAME: f"a name is missing or longer than {LONGEST_NAME} characters",
    Refusal.NO_ROLE: f"give at least one role of: {', '.join(Role)}",
    Refusal.UNKNOWN_ACCOUNT: "there is no such account; `workbench people list` shows those there are",
    Refusal.LAST_ADMINISTRATOR: "somebody has to be an administrator; give an open account that role first",
    Refusal.LINK_EXPIRED: "the link was used or has expired; ask for a new one",
    Refusal.WRONG_PASSWORD: "the present password is not right",
    Refusal.WEAK_PASSWORD: f"the password needs {passwords.SHORTEST} to {passwords.LONGEST} characters, no common ones",
    Refusal.WRONG_CODE: "the code is not right, or it was used before",
}


class AccountError(Exception):
    """Something about an account was refused; nothing was changed. `weakness` says what is wrong with a password."""

    def __init__(self, refusal: Refusal, weakness: passwords.Weakness | None = None) -> None:
        super().__init__(_SAID[refusal])
        self.refusal, self.weakness = refusal, weakness


def exist(session: Session) -> bool:
    """Whether there is any account; while there is none the workbench is in local mode."""
    return session.exec(select(Account.id).limit(1)).first() is not None


def normalised_email(text: str) -> str:
    """The address in lower case. Raises AccountError."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email) or ".." in email:
        raise AccountError(Refusal.NO_EMAIL)
    return email


def by_email(session: Session, text: str) -> Account | None:
    """The account with this address, however it is written; None for what is no address."""
    email = text.strip().lower()
    return session.exec(select(Account).where(Account.email == email)).first() if _EMAIL.fullmatch(email) else None


def listed(session: Session) -> Sequence[Account]:
    """All accounts, by name."""
    return session.exec(select(Account).order_by(col(Account.name), col(Account.email))).all()


def get(session: Session, account_id: int) -> Account:
    """Raises AccountError where there is none."""
    account = session.get(Account, account_id)
    if account is None:
        raise AccountError(Refusal.UNKNOWN_ACCOUNT)
    return account


def roles_of(account: Account) -> frozenset[Role]:
    return frozenset(Role(each) for each in account.roles)


def viewer_of(account: Account, address: str | None) -> Viewer:
    """The account as somebody who asks, before any wall is looked up."""
    return Viewer(key_of(account), account.name, roles_of(account), address=address, email=account.email)


def invite(
    session: Session,
    viewer: Viewer,
    email: str,
    roles: Iterable[Role],
    now: dt.datetime,
    *,
    name: str = "",
    language: str = DEFAULT_LANGUAGE,
) -> tuple[Account, str]:
    """An account for this address and the secret of the link that opens it.

    Somebody who was invited before gets a new link and these roles; somebody who is here already keeps password and
    roles, and the link sets a new password. Raises AccountError.
    """
    email, chosen = normalised_email(email), _role_names(roles)
    account = by_email(session, email)
    if account is None:
        account = Account(
            name=_name(name or email.partition("@")[0]), email=email, language=language, roles=chosen, created_at=now
        )
        session.add(account)
        session.flush()
    elif not is_here(account):
        account.roles = chosen
        session.add(account)
    session.flush()
    if not _administrators(session):
        raise AccountError(Refusal.LAST_ADMINISTRATOR)
    purpose = Purpose.RESET if is_here(account) else Purpose.INVITATION
    secret = tokens.issue(session, purpose, key_of(account), now)
    action = TrailAction.RESET if is_here(account) else TrailAction.INVITED
    record(session, viewer, action, ENTITY, account.id, {"email": email, "roles": account.roles}, at=now)
    return account, secret


def is_here(account: Account) -> bool:
    """Whether the person has answered the invitation."""
    return account.password_hash is not None or account.openid_subject is not None


def accept_invitation(
    session: Session, secret: str, name: str, password: str, address: str | None, now: dt.datetime
) -> Account:
    """Use an invitation up: the account gets its name and password. Raises AccountError; the link then stays good."""
    account = _account_of(session, Purpose.INVITATION, secret, now)
    account.name = _name(name)
    _set_password(session, account, password)
    _use(session, Purpose.INVITATION, secret, now)
    record(session, viewer_of(account, address), TrailAction.CREATED, ENTITY, account.id, {"by": "invitation"}, at=now)
    return account


def request_reset(session: Session, email: str, address: str | None, now: dt.datetime) -> tuple[Account, str] | None:
    """The secret of a link that sets a new password; None where nobody here has this address."""
    account = by_email(session, email)
    if account is None or not account.active or account.password_hash is None:
        return None
    secret = tokens.issue(session, Purpose.RESET, key_of(account), now)
    stranger = Viewer(None, "", address=address)
    record(session, stranger, TrailAction.REQUESTED, ENTITY, account.id, {"what": "password reset"}, at=now)
    return account, secret


def reset_password(session: Session, secret: str, password: str, address: str | None, now: dt.datetime) -> Account:
    """Use a reset link up: a new password, and sessions and tokens of the account end. Raises AccountError."""
    account = _account_of(session, Purpose.RESET, secret, now)
    _set_password(session, account, password)
    _use(session, Purpose.RESET, secret, now)
    details = {"what": "password", **logins.end_access(session, key_of(account), now)}
    record(session, viewer_of(account, address), TrailAction.RESET, ENTITY, account.id, details, at=now)
    return account


def link_owner(session: Session, purpose: Purpose, secret: str, now: dt.datetime) -> Account | None:
    """Whose link this is, while it is good; looking uses nothing up."""
    try:
        return _account_of(session, purpose, secret, now)
    except AccountError:
        return None


def change_password(
    session: Session, viewer: Viewer, account_id: int, password: str, now: dt.datetime, *, keep: int | None
) -> None:
    """A new password of somebody who has just shown the present one; their tokens and sessions but `keep` end."""
    account = get(session, account_id)
    _set_password(session, account, password)
    details = {"what": "password", **logins.end_access(session, account_id, now, keep=keep)}
    record(session, viewer, TrailAction.CHANGED, ENTITY, account_id, details, at=now)


def change(
    session: Session,
    viewer: Viewer,
    account_id: int,
    now: dt.datetime,
    *,
    name: str | None = None,
    language: str | None = None,
    roles: Iterable[Role] | None = None,
    active: bool | None = None,
) -> Account:
    """Change what is given. New roles end the account's sessions, closing it its tokens too. Raises AccountError."""
    account = get(session, account_id)
    changed: dict[str, object] = {}
    if name is not None and _name(name) != account.name:
        account.name = _name(name)
        changed["name"] = True
    if language is not None and language != account.language:
        account.language = changed["language"] = language
    if roles is not None and _role_names(roles) != account.roles:
        chosen = _role_names(roles)
        changed["roles"] = {"from": account.roles, "to": chosen}
        account.roles = chosen
    if active is not None and active != account.active:
        account.active = changed["active"] = active
    if not changed:
        return account
    session.add(account)
    session.flush()
    if ("roles" in changed or "active" in changed) and not _administrators(session):
        raise AccountError(Refusal.LAST_ADMINISTRATOR)
    if account.active is False:
        changed |= logins.end_access(session, account_id, now)
    elif "roles" in changed:
        changed["sessions_ended"] = logins.end_all(session, account_id)
    record(session, viewer, TrailAction.CHANGED, ENTITY, account_id, changed, at=now)
    return account


def remove_second_step(session: Session, viewer: Viewer, account_id: int, now: dt.datetime) -> None:
    """Sign-in asks no code any more; recovery codes go too. Raises AccountError."""
    account = get(session, account_id)
    account.totp_key = account.totp_step = None
    session.add(account)
    logins.forget_second_steps(session, account_id)
    for code in session.exec(select(RecoveryCode).where(RecoveryCode.account_id == account_id)):
        session.delete(code)
    record(session, viewer, TrailAction.CHANGED, ENTITY, account_id, {"what": "second step", "to": "off"}, at=now)


def _administrators(session: Session) -> bool:
    active = session.exec(select(Account).where(col(Account.active).is_(True)))
    return any(Role.ADMINISTRATOR in account.roles for account in active)


def _role_names(roles: Iterable[Role]) -> list[str]:
    names = sorted({role.value for role in roles})
    if not names:
        raise AccountError(Refusal.NO_ROLE)
    return names


def _name(text: str) -> str:
    name = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    if not name or len(name) > LONGEST_NAME:
        raise AccountError(Refusal.NO_NAME)
    return name


def _account_of(session: Session, purpose: Purpose, secret: str, now: dt.datetime) -> Account:
    token = tokens.find(session, purpose, secret, now)
    account = None if token is None or token.account_id is None else session.get(Account, token.account_id)
    if account is None or not account.active:
        raise AccountError(Refusal.LINK_EXPIRED)
    return account


def _use(session: Session, purpose: Purpose, secret: str, now: dt.datetime) -> None:
    if tokens.use(session, purpose, secret, now) is None:
        raise AccountError(Refusal.LINK_EXPIRED)


def _set_password(session: Session, account: Account, password: str) -> None:
    found = passwords.weakness(password, own=(account.name, account.email))
    if found is not None:
        raise AccountError(Refusal.WEAK_PASSWORD, found)
    account.password_hash = passwords.hash_password(password)
    session.add(account)
