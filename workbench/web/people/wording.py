"""Words of signing in and of accounts. Each is translated where it is shown."""

from __future__ import annotations

import datetime as dt
from typing import Final

from workbench.i18n import mark
from workbench.people.accounts import AccountError, Refusal
from workbench.people.models import Method
from workbench.people.passwords import LONGEST, SHORTEST, Weakness
from workbench.people.permissions import Role
from workbench.web.text import gettext, ngettext

_ROLES: Final = {
    Role.READER: mark("Reader"),
    Role.DELEGATE: mark("Delegate"),
    Role.IP_ANALYST: mark("IP analyst"),
    Role.IP_COUNSEL: mark("IP counsel"),
    Role.SIGNATORY: mark("Declaration signatory"),
    Role.ADMINISTRATOR: mark("Administrator"),
}
_METHODS: Final = {
    Method.PASSWORD: mark("password"),
    Method.PASSWORD_AND_CODE: mark("password and code"),
    Method.OPENID: mark("OpenID provider"),
    Method.LOCAL: mark("link of local mode"),
}
_REFUSALS: Final = {
    Refusal.NO_EMAIL: mark("This is no e-mail address. Give one such as name@example.org."),
    Refusal.NO_NAME: mark("Give a name of at most 200 characters."),
    Refusal.NO_ROLE: mark("Choose at least one role."),
    Refusal.UNKNOWN_ACCOUNT: mark("There is no such account."),
    Refusal.LAST_ADMINISTRATOR: mark("Somebody has to be an administrator. Give that role to an open account first."),
    Refusal.LINK_EXPIRED: mark("This link was used or has expired. Ask for a new one."),
    Refusal.WRONG_PASSWORD: mark("The present password is not right."),
    Refusal.WEAK_PASSWORD: mark("Choose another password."),
    Refusal.WRONG_CODE: mark("This code is not right, or it was used before. Take the newest one."),
}
_WEAKNESSES: Final = {
    Weakness.SHORT: mark("The password is too short: it needs at least %(shortest)s characters."),
    Weakness.LONG: mark("The password is too long: it may have at most %(longest)s characters."),
    Weakness.COMMON: mark("Many people use this password, or it repeats itself; it would be guessed. Choose another."),
    Weakness.OWN_NAME: mark("The password says little more than a name that others know. Choose another."),
}


def role_name(role: str) -> str:
    """A role in the reader's language."""
    return gettext(_ROLES[Role(role)])


def method_name(method: Method) -> str:
    """How somebody signed in, in the reader's language."""
    return gettext(_METHODS[method])


def refusal(error: AccountError) -> str:
    """What was refused and what to do, in the reader's language."""
    if error.weakness is not None:
        return gettext(_WEAKNESSES[error.weakness], shortest=SHORTEST, longest=LONGEST)
    return gettext(_REFUSALS[error.refusal])


def waiting(wait: dt.timedelta) -> str:
    """That an attempt came too early, and when the next may be made."""
    seconds = whole_seconds(wait)
    return ngettext(
        "Too many attempts have failed. Try again in %(num)d second.",
        "Too many attempts have failed. Try again in %(num)d seconds.",
        seconds,
    )


def whole_seconds(wait: dt.timedelta) -> int:
    """Rounded up, so that whoever waits that long has waited long enough."""
    return -int(-wait.total_seconds() // 1)
