"""Mails to one person with a link that works once: invitation, and reset of a password."""

from __future__ import annotations

import datetime as dt
from email.utils import make_msgid
from enum import StrEnum
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from workbench.digest.layout import one_line, wrap
from workbench.digest.message import address, make_address, write_message
from workbench.digest.transport import transport_for
from workbench.digest.wording import Words
from workbench.i18n import DEFAULT_LANGUAGE, LANGUAGES
from workbench.people.models import Account, Purpose
from workbench.people.tokens import LIFETIMES
from workbench.resources import resource
from workbench.settings import Settings


class Letter(StrEnum):
    """Which of the templates `email/<name>-…`."""

    INVITATION = "invitation"
    RESET = "reset"


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
    words = Words(account.language if account.language in LANGUAGES else DEFAULT_LANGUAGE, settings.zone)
    environment = Environment(
        loader=FileSystemLoader(resource("templates") / "email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrap"] = wrap
    environment.globals["_"] = words.gettext
    values = {
        "language": words.language,
        "name": one_line(account.name),
        "link": link(settings, letter, secret),
        "until": words.moment(now + LIFETIMES[_PURPOSES[letter]]),
        "workbench": settings.base_url,
    }

    def part(name: str) -> str:
        return environment.get_template(f"{letter.value}-{name}").render(values)

    sender = address(settings.mail_from)
    to = make_address(account.name, account.email)
    message = write_message(
        settings.mail_from,
        to,
        subject=part("subject.txt"),
        text=part("text.txt"),
        html=part("html.html"),
        at=now,
        message_id=make_msgid(letter.value, sender.domain),
    )
    transport_for(settings).send(message, sender.addr_spec, to.addr_spec)
