"""Signing in: with a password and perhaps a code, by the link of local mode, or with what an OpenID provider says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, select

from workbench.db import Store, key_of
from workbench.people import accounts, logins, passwords, throttle, tokens, totp
from workbench.people.logins import Origin
from workbench.people.models import Account, Method, Purpose
from workbench.people.openid import Identity
from workbench.people.permissions import Role
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings

_STRANGER: Final = ""
_BROWSER_SESSION: Final = "login"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. All unset: refused, and nobody learns why."""

    token: str | None = None
    """The cookie of the session that began."""
    second_step: str | None = None
    """The password was right; this goes with the code."""
    wait: dt.timedelta | None = None
    """Too many failures: the attempt was not even looked at, the next is after this time."""


def with_password(
    store: Store,
    settings: Settings,
    email: str,
    password: str,
    origin: Origin,
    now: dt.datetime,
    *,
    replacing: str | None = None,
) -> Outcome:
    """An unknown or closed account is refused as a wrong password is, and takes as long."""
    name = email.strip().lower()
    wait = _attempt(store, name, origin, now)
    if wait:
        return Outcome(wait=wait)
    with store.read() as session:
        account = accounts.by_email(session, name)
    kept = account.password_hash if account is not None and account.active else None
    if not passwords.is_right(password, kept) or account is None or kept is None:
        _failed(store, account, origin, now, "password")
        return Outcome()
    fresh = passwords.hash_password(password) if passwords.needs_rehash(kept) else None
    with store.write() as session:
        throttle.succeeded(session, name, origin.address)
        account = accounts.get(session, key_of(account))
        if fresh is not None and account.password_hash == kept:
            account.password_hash = fresh
            session.add(account)
        if account.totp_key is not None:
            return Outcome(second_step=tokens.issue(session, Purpose.SECOND_STEP, key_of(account), now))
        return Outcome(token=_begin(session, settings, account, Method.PASSWORD, origin, now, replacing))


def with_code(
    store: Store,
    settings: Settings,
    second_step: str,
    code: str,
    origin: Origin,
    now: dt.datetime,
    *,
    replacing: str | None = None,
) -> Outcome:
    """The second step. Raises AccountError once it is too late for it, and the password has to be given again."""
    with store.read() as session:
        account = accounts.link_owner(session, Purpose.SECOND_STEP, second_step, now)
    if account is None:
        raise accounts.AccountError(accounts.Refusal.LINK_EXPIRED)
    name = f"code of {account.id}"
    wait = _attempt(store, name, origin, now)
    if wait:
        return Outcome(wait=wait)
    with store.write() as session:
        account = accounts.get(session, key_of(account))
        accepted = totp.accept(session, settings, account, code, now)
        if accepted is not None:
            if tokens.use(session, Purpose.SECOND_STEP, second_step, now) is None:
                raise accounts.AccountError(accounts.Refusal.LINK_EXPIRED)
            throttle.succeeded(session, name, origin.address)
            return Outcome(
                token=_begin(
                    session,
                    settings,
                    account,
                    Method.PASSWORD_AND_CODE,
                    origin,
                    now,
                    replacing,
                    by=accepted,
                    second_step=True,
                )
            )
    _failed(store, account, origin, now, "code")
    return Outcome()


def with_local_link(
    store: Store, settings: Settings, secret: str, origin: Origin, now: dt.datetime, *, replacing: str | None = None
) -> Outcome:
    """By the printed link, which works once, and while there are no accounts."""
    with store.write() as session:
        if accounts.exist(session) or tokens.use(session, Purpose.LOCAL, secret, now) is None:
            return Outcome()
        return Outcome(token=_begin(session, settings, None, Method.LOCAL, origin, now, replacing))


def local_link(session: Session, settings: Settings, now: dt.datetime, base_url: str | None = None) -> str:
    """The address that signs a browser in, in local mode; earlier ones stop working."""
    return f"{base_url or settings.base_url}/sign-in/local?token={tokens.issue(session, Purpose.LOCAL, None, now)}"


def with_openid(
    store: Store,
    settings: Settings,
    identity: Identity,
    origin: Origin,
    now: dt.datetime,
    *,
    replacing: str | None = None,
) -> Outcome:
    """By issuer and subject, else by the verified address of somebody invited; whoever else only where settings say so.

    Where the settings map a claim to roles, the provider's word on roles replaces ours at each sign-in.
    """
    with store.write() as session:
        account = _known(session, identity)
        if account is None and settings.openid_register and identity.verified_email is not None:
            account = _registered(session, settings, identity, origin, now)
        if account is None or not account.active or (identity.roles is not None and not identity.roles):
            _record_failure(session, account, origin, now, "openid")
            return Outcome()
        account.openid_issuer, account.openid_subject = identity.issuer, identity.subject
        session.add(account)
        if identity.roles is not None and sorted(identity.roles) != account.roles:
            _take_roles(session, account, sorted(identity.roles), origin, now)
        token = _begin(
            session, settings, account, Method.OPENID, origin, now, replacing, second_step=identity.second_step
        )
        return Outcome(token=token)


def sign_out(store: Store, viewer: Viewer, token: str, now: dt.datetime) -> None:
    """End the session of this cookie."""
    with store.write() as session:
        logins.end_by_token(session, token)
        record(session, viewer, TrailAction.SIGNED_OUT, _BROWSER_SESSION, viewer.account_id or "local", at=now)


def is_own_password(store: Store, account: Account, password: str, origin: Origin, now: dt.datetime) -> Outcome | None:
    """Ask again before something grave: None where the password is right, else what came of the attempt."""
    name = f"password of {account.id}"
    wait = _attempt(store, name, origin, now)
    if wait:
        return Outcome(wait=wait)
    if not passwords.is_right(password, account.password_hash):
        _failed(store, account, origin, now, "password")
        return Outcome()
    with store.write() as session:
        throttle.succeeded(session, name, origin.address)
    return None


def _attempt(store: Store, name: str, origin: Origin, now: dt.datetime) -> dt.timedelta:
    with store.write() as session:
        return throttle.attempt(session, name, origin.address, now)


def _begin(
    session: Session,
    settings: Settings,
    account: Account | None,
    method: Method,
    origin: Origin,
    now: dt.datetime,
    replacing: str | None,
    by: str | None = None,
    *,
    second_step: bool = False,
) -> str:
    token = logins.start(session, settings, account, method, origin, now, replacing=replacing, second_step=second_step)
    viewer = Viewer.local(origin.address) if account is None else accounts.viewer_of(account, origin.address)
    details = {"method": method.value} | ({"code": by} if by is not None else {})
    key = "local" if account is None else key_of(account)
    record(session, viewer, TrailAction.SIGNED_IN, _BROWSER_SESSION, key, details, at=now)
    return token


def _failed(store: Store, account: Account | None, origin: Origin, now: dt.datetime, what: str) -> None:
    with store.write() as session:
        _record_failure(session, account, origin, now, what)


def _record_failure(session: Session, account: Account | None, origin: Origin, now: dt.datetime, what: str) -> None:
    """What was typed for an unknown name may be a password, so it is not kept."""
    key = "unknown" if account is None else key_of(account)
    viewer = Viewer(None, _STRANGER, address=origin.address)
    record(session, viewer, TrailAction.SIGN_IN_FAILED, _BROWSER_SESSION, key, {"what": what}, at=now)


def _known(session: Session, identity: Identity) -> Account | None:
    known = select(Account).where(Account.openid_issuer == identity.issuer, Account.openid_subject == identity.subject)
    account = session.exec(known).first()
    if account is None and identity.verified_email is not None:
        account = accounts.by_email(session, identity.verified_email)
        if account is not None and account.openid_subject is not None:
            return None  # the address has moved on to somebody else at the provider
    return account


def _registered(
    session: Session, settings: Settings, identity: Identity, origin: Origin, now: dt.datetime
) -> Account | None:
    roles = sorted(identity.roles) if identity.roles is not None else [Role.READER]
    if not roles or identity.verified_email is None:
        return None
    account, _ = accounts.invite(
        session,
        Viewer(None, settings.openid_issuer or _STRANGER, address=origin.address),
        identity.verified_email,
        roles,
        now,
        name=identity.name.strip()[: accounts.LONGEST_NAME],
    )
    return account


def _take_roles(session: Session, account: Account, roles: list[Role], origin: Origin, now: dt.datetime) -> None:
    names = [role.value for role in roles]
    details = {"roles": {"from": account.roles, "to": names}, "by": "openid"}
    account.roles = names
    ended = logins.end_all(session, key_of(account))
    record(
        session,
        accounts.viewer_of(account, origin.address),
        TrailAction.CHANGED,
        accounts.ENTITY,
        account.id,
        details | {"sessions_ended": ended},
        at=now,
    )
