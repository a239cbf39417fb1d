"""Mails outside the outbox: invitation and reset with a link that works once, and notices to administrators."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from email.utils import make_msgid
from enum import StrEnum
from typing import Final

from sqlmodel import col, update

from workbench.db import Store
from workbench.digest.layout import one_line
from workbench.digest.message import AddressError, address, make_address, write_message
from workbench.digest.models import Recipient
from workbench.digest.subscriptions import silenced
from workbench.digest.templates import mail_templates
from workbench.digest.transport import PermanentError, TransientError, transport_for
from workbench.digest.wording import Words
from workbench.i18n import DEFAULT_LANGUAGE, LANGUAGES
from workbench.people import accounts
from workbench.people.models import Account, Purpose
from workbench.people.permissions import Role
from workbench.people.tokens import LIFETIMES
from workbench.settings import Settings


class Letter(StrEnum):
    """Which of the templates `email/<name>-…`."""

    INVITATION = "invitation"
    RESET = "reset"


_log = logging.getLogger(__name__)

_PURPOSES: Final = {Letter.INVITATION: Purpose.INVITATION, Letter.RESET: Purpose.RESET}


def letter_for(account: Account) -> Letter:
    """An invitation until it was answered, then a reset."""
    return Letter.INVITATION if account.password_hash is None and account.openid_subject is None else Letter.RESET


def link(settings: Settings, letter: Letter, secret: str) -> str:
    """The address that the letter carries."""
    return f"{settings.base_url}/{letter.value}/{secret}"


def send_letter(settings: Settings, letter: Letter, account: Account, secret: str, now: dt.datetime) -> None:
    """Hand the letter over, to the mail server or to the folder of mails.

    Raises AddressError, TransientError or PermanentError; nobody tries again by itself.
    """
    values = {
        "name": one_line(account.name),
        "link": link(settings, letter, secret),
        "workbench": settings.base_url,
    }
    _send(settings, letter.value, account, values, now, until=now + LIFETIMES[_PURPOSES[letter]])


def tell_of_silence(store: Store, settings: Settings, now: dt.datetime) -> int:
    """Tell every administrator of each recipient of the IP edition whom alerts no longer reach; returns of how many.

    What could not be handed over is told at the next call. `store` is open for the workbench itself.
    """
    with store.read() as session:
        rows = [row for row in silenced(session) if row.alerts_off_told_at is None]
        told = [each for each in accounts.listed(session) if each.active and Role.ADMINISTRATOR in each.roles]
    if not rows or not told or not settings.mail_enabled:
        return 0
    names = ", ".join(one_line(row.name) for row in rows)
    try:
        for account in told:
            _send(settings, "silence", account, {"names": names, "link": f"{settings.base_url}/digest/"}, now)
    except (AddressError, TransientError, PermanentError):
        _log.exception("administrators could not be told that alerts do not reach %s", names)
        return 0
    with store.write() as session:
        for row in rows:
            session.exec(update(Recipient).where(col(Recipient.id) == row.id).values(alerts_off_told_at=now))
    return len(rows)


def _send(
    settings: Settings,
    letter: str,
    account: Account,
    values: Mapping[str, object],
    now: dt.datetime,
    until: dt.datetime | None = None,
) -> None:
    words = Words(account.language if account.language in LANGUAGES else DEFAULT_LANGUAGE, settings.zone)
    environment = mail_templates()
    environment.globals["_"] = words.gettext
    filled = {**values, "language": words.language, "until": words.moment(until) if until else None}

    def part(name: str) -> str:
        return environment.get_template(f"{letter}-{name}").render(filled)

    sender = address(settings.mail_from)
    to = make_address(account.name, account.email)
    message = write_message(
        settings.mail_from,
        to,
        subject=part("subject.txt"),
        text=part("text.txt"),
        html=part("html.html"),
        at=now,
        message_id=make_msgid(letter, sender.domain),
    )
    transport = transport_for(settings)
    try:
        transport.send(message, sender.addr_spec, to.addr_spec)
    finally:
        transport.close()
