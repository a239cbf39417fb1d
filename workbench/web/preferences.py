"""The reader's language and theme, each kept in a cookie."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from workbench.i18n import DEFAULT_LANGUAGE, LANGUAGES
from workbench.web.context import workbench

THEMES: Final = ("auto", "light", "dark")
_YEAR: Final = 365 * 24 * 3600

blueprint = Blueprint("preferences", __name__)


def language() -> str:
    """The cookie's language, else the best of Accept-Language, else English."""
    chosen = request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE


def theme() -> str:
    """`light` or `dark` where the reader chose one, else `auto`: as the system has it."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


@blueprint.post("/language")
def set_language() -> Response:
    return _keep("language", tuple(LANGUAGES))


@blueprint.post("/theme")
def set_theme() -> Response:
    return _keep("theme", THEMES)


def _keep(name: str, allowed: tuple[str, ...]) -> Response:
    value = request.form.get(name, "")
    if value not in allowed:
        abort(400)
    response = redirect(_back(request.form.get("next", "")), 303)
    secure = workbench().settings.base_url.startswith("https://")
    response.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="Lax", secure=secure)
    return response


def own_path(target: str) -> str | None:
    """A path on this site, however a browser reads it; None for anything that might lead elsewhere."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    return None if any(ord(character) < 0x20 for character in target) else target


def _back(target: str) -> str:
    """The page the reader came from, where it is one of ours."""
    return own_path(target) or url_for("week.index")
