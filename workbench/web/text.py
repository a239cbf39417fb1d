"""Texts of the catalogues in the reader's language: Flask-Babel with types."""

from __future__ import annotations

from typing import Any

import flask_babel

from workbench.i18n import ToldError


def gettext(message: str, **values: Any) -> str:
    """The translation, with `%(name)s` filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, count: int, **values: Any) -> str:
    """The translation for a count, which fills `%(num)d`."""
    return str(flask_babel.ngettext(one, many, count, **values))


def told(error: Exception) -> str:
    """What an error says, in the reader's language as far as it is in the catalogues."""
    if not isinstance(error, ToldError):
        return gettext(str(error))
    values = {name: told(each) if isinstance(each, ToldError) else each for name, each in error.values.items()}
    return gettext(error.message, **values)


def language() -> str:
    """The code of the language of this page, `en` or `ja`."""
    return str(flask_babel.get_locale() or "en")


def decimal(value: float) -> str:
    """A number with the separators of the language."""
    return str(flask_babel.format_decimal(value))
