"""Texts of the catalogues in the reader's language: Flask-Babel with types."""

from __future__ import annotations

from typing import Any

import flask_babel


def gettext(message: str, **values: Any) -> str:
    """The translation, with `%(name)s` filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, count: int, **values: Any) -> str:
    """The translation for a count, which fills `%(num)d`."""
    return str(flask_babel.ngettext(one, many, count, **values))


def language() -> str:
    """The code of the language of this page, `en` or `ja`."""
    return str(flask_babel.get_locale() or "en")


def decimal(value: float) -> str:
    """A number with the separators of the language."""
    return str(flask_babel.format_decimal(value))
