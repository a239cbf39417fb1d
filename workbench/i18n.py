"""The languages of pages and mails. Texts are English in the source and translated in `workbench/translations`."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = {"en": "English", "ja": "日本語"}
DEFAULT_LANGUAGE: Final = "en"


def mark(message: str) -> str:
    """The message itself; marks it for the catalogues where it is translated later, by who shows it."""
    return message
