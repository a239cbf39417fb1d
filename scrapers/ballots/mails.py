"""Notification mails: reference, kind and closing date by patterns."""

from __future__ import annotations

import email
import email.errors
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from scrapers.ballots.records import AnnouncedBallot
from scrapers.ballots.words import MAX_TEXT, find_day, find_kind, find_reference, kind_and_iteration, patterns
from scrapers.errors import UnreadableFileError
from scrapers.lines import whole
from scrapers.text import clean_html, fold

MAX_BYTES: Final = 5 * 1024 * 1024
_MAX_PARTS: Final = 200


def read_mail(path: Path) -> AnnouncedBallot:
    """The ballot of a mail; attachments are not read. Raises UnreadableFileError, which names what was not found."""
    data = whole(path, MAX_BYTES)
    if data.count(b"\n--") > 10 * _MAX_PARTS:
        raise UnreadableFileError(f"{path.name}: a mail of too many parts; type the ballot on its page")
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        subject, body = fold(str(message.get("subject", "")))[:1000], _body(message)
    except (ValueError, LookupError, RecursionError, AttributeError, email.errors.MessageError) as error:
        raise UnreadableFileError(f"{path.name}: is no mail that can be read ({error}); save it again") from error
    reference = find_reference(subject) or find_reference(body)
    if reference is None:
        raise UnreadableFileError(f"{path.name}: the mail names no ISO or IEC document; type the ballot on its page")
    said = find_kind(subject)
    kind, iteration = kind_and_iteration(reference, said)
    kind = kind or find_kind(body)
    if kind is None:
        raise UnreadableFileError(f"{path.name}: the mail on {reference} names no kind of ballot; type it on its page")
    closes_on = find_day(body, patterns().closes) or find_day(subject, patterns().closes)
    if closes_on is None:
        raise UnreadableFileError(f"{path.name}: the mail on {reference} names no closing date; type it on its page")
    opens_on = find_day(body, patterns().opens)
    try:
        return AnnouncedBallot.model_validate(
            {
                "reference": reference,
                "kind": kind,
                "closes_on": closes_on,
                **({"iteration": iteration} if iteration else {}),
                **({"opens_on": opens_on} if opens_on else {}),
            }
        )
    except ValidationError as error:
        raise UnreadableFileError(f"{path.name}: {error.errors()[0]['msg']}") from error


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    content = part.get_content()
    text = content if isinstance(content, str) else ""
    return (clean_html(text) or "") if part.get_content_type() == "text/html" else text[:MAX_TEXT]
