"""A form that came and was not taken, as after the end of a session: shown again, so that nothing typed is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

MOST_BYTES: Final = 400_000
"""Of a form that is shown again; the longest comment in Japanese fits."""
_SECRET: Final = frozenset({"signing_in", "by_mail", "account", "accounts", "interface", "preferences"})
"""Blueprints whose forms hold passwords, codes and addresses of people, or nothing that is typed."""
_SHORT: Final = 20


@dataclass(frozen=True)
class Unsent:
    """The fields of a form as they came, without its token, and the address it was sent to."""

    action: str
    fields: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> list[str]:
        """The values that somebody wrote rather than chose."""
        return [value for _, value in self.fields if len(value) > _SHORT or len(value.split()) > 1]


def unsent() -> Unsent | None:
    """The form of this request. None where there is none to show.

    Only what a page of ours sent is shown: browsers name the origin of each form they send (Fetch, 3.2), so that no
    page elsewhere puts words, or a button that sends them, onto a page of ours.
    """
    if request.method != "POST" or request.blueprint is None or request.blueprint in _SECRET:
        return None
    length = request.content_length
    if request.mimetype != "application/x-www-form-urlencoded" or length is None or length > MOST_BYTES:
        return None
    if not _is_own(request.headers.get("Origin", "")):
        return None
    try:
        sent = request.form
    except RequestEntityTooLarge:
        return None
    fields = tuple((name, value) for name, value in sent.items(multi=True) if name != "csrf_token")
    return Unsent(request.full_path.rstrip("?"), fields) if fields else None


def _is_own(origin: str) -> bool:
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:
        return False
