"""The languages of pages and mails. Texts are English in the source and translated in `workbench/translations`."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = {"en": "English", "ja": "日本語"}
DEFAULT_LANGUAGE: Final = "en"


class ToldError(Exception):
    """An error that people read, in the catalogues: `message` with the places of `values`, which may be such errors.

    `str(error)` is its one line in English.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


def mark(message: str) -> str:
    """The message itself; marks it for the catalogues where it is translated later, by who shows it."""
    return message
