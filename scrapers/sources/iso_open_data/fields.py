"""Read a JSON object field by field.

A required field that is missing or wrong spoils its record, an optional one that is wrong is noted and left unset,
and a field that nobody asked for is named.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import StageCode
from scrapers.text import clean_html, fold

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


class BadFieldError(Exception):
    """A field of a record is missing or is not what it should be."""


class Fields:
    """The fields of one JSON object. Each is taken once; `notes` say what is odd and spoils nothing."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._left = dict(raw)
        self.notes: list[str] = []

    def skip(self, *names: str) -> None:
        """Leave out fields that are known and not wanted."""
        for name in names:
            self._left.pop(name, None)

    @property
    def unknown(self) -> list[str]:
        """Names of the fields that were not taken."""
        return sorted(self._left)

    def number(self, name: str) -> int:
        """A required whole number."""
        return _integer(name, self._required(name))

    def word(self, name: str) -> str:
        """A required text, white space folded."""
        value = self._required(name)
        if not isinstance(value, str) or not fold(value):
            raise BadFieldError(f"{name} is {_short(value)}; expected a text")
        return fold(value)

    def optional(
        self, name: str, read: Callable[[str, Any], Any], into: dict[str, Any], key: str, empty: Any = None
    ) -> None:
        """Put a field into `into[key]` as `read`; `empty` where it is null, not at all where it is absent or wrong."""
        if name not in self._left:
            return
        value = self._left.pop(name)
        try:
            into[key] = empty if value is None else read(name, value)
        except BadFieldError as error:
            self.notes.append(f"{error}; it is left as it was")

    def require(self, name: str, read: Callable[[str, Any], Any], into: dict[str, Any], key: str) -> None:
        """As `optional` for a field that must be there; null is as bad as a wrong value."""
        if name not in self._left:
            raise BadFieldError(f"{name} is missing")
        if self._left[name] is None:
            del self._left[name]
            self.notes.append(f"{name} is null; it is left as it was")
        self.optional(name, read, into, key)

    def _required(self, name: str) -> Any:
        if self._left.get(name) is None:
            raise BadFieldError(f"{name} is missing")
        return self._left.pop(name)


def text(name: str, value: Any) -> str | None:
    """A text, white space folded; None where it is empty."""
    if not isinstance(value, str):
        raise BadFieldError(f"{name} is {_short(value)}; expected a text")
    return fold(value) or None


def integer(name: str, value: Any) -> int:
    """A whole number."""
    return _integer(name, value)


def date(name: str, value: Any) -> str:
    """A date as published: YYYY, YYYY-MM or YYYY-MM-DD."""
    if not isinstance(value, str) or not _DATE.fullmatch(value.strip()):
        raise BadFieldError(f"{name} is {_short(value)}; expected YYYY, YYYY-MM or YYYY-MM-DD")
    if len(value.strip()) == 10:
        day(name, value.strip())
    return value.strip()


def day(name: str, value: Any) -> dt.date:
    """A date of year, month and day."""
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise BadFieldError(f"{name} is {_short(value)}; expected YYYY-MM-DD") from error


def stage(name: str, value: Any) -> StageCode:
    """A stage code, as ISO Open Data's number (20 means 00.20) or as text."""
    try:
        return StageCode.parse(value if isinstance(value, str) else _integer(name, value))
    except InvalidIdentifierError as error:
        raise BadFieldError(f"{name}: {error}") from error


def words(name: str, value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadFieldError(f"{name} is {_short(value)}; expected a list of texts")
    return tuple(each for each in map(fold, value) if each)


def numbers(name: str, value: Any) -> tuple[int, ...]:
    """A list of whole numbers."""
    if not isinstance(value, list):
        raise BadFieldError(f"{name} is {_short(value)}; expected a list of numbers")
    return tuple(_integer(name, each) for each in value)


def by_language(name: str, value: Any) -> dict[str, Any]:
    """A value for each language: `{"en": ..., "fr": ...}`."""
    if not isinstance(value, dict):
        raise BadFieldError(f'{name} is {_short(value)}; expected values by language such as {{"en": ...}}')
    return value


def plain(name: str, value: Any) -> str | None:
    """Plain text of an HTML fragment by language, English before any other; None where there is none."""
    texts = by_language(name, value)
    fragment = texts.get("en") or next((each for each in texts.values() if each), None)
    if fragment is None:
        return None
    if not isinstance(fragment, str):
        raise BadFieldError(f"{name} is {_short(fragment)}; expected a text")
    return clean_html(fragment)


def page_count(name: str, value: Any) -> int | None:
    """Number of pages by language, English before any other; None where there is none."""
    counts = by_language(name, value)
    count = counts.get("en") or next((each for each in counts.values() if each), None)
    return None if count is None else _integer(name, count)


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise BadFieldError(f"{name} is {_short(value)}; expected a whole number")
    return value


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
