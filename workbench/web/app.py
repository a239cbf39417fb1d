"""The application factory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, request, url_for
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from workbench.db import Store
from workbench.i18n import DEFAULT_LANGUAGE, LANGUAGES, mark
from workbench.resources import resource
from workbench.settings import Settings, session_secret
from workbench.web import (
    api,
    assessments,
    ballot_files,
    ballots,
    calendars,
    cases,
    changes,
    column_maps,
    comments,
    committees,
    context,
    declarations,
    digest,
    display,
    documents,
    drafts,
    drift,
    errors,
    export,
    feeds,
    limits,
    lineage,
    mail_links,
    mapping,
    mapping_directions,
    mapping_learning,
    pages,
    patents,
    permissions,
    plans,
    portfolio,
    preferences,
    quarantine,
    refusals,
    releases,
    search,
    security,
    sources,
    standards,
    tasks,
    text,
    typed,
    uploads,
    walls,
    week,
)
from workbench.web.api import pages as api_pages
from workbench.web.people import administration, by_mail, gate, own, signing_in, wording
from workbench.web.people.cookie import cookie_name, is_https

MAX_REQUEST_BYTES: Final = 64 * 1024 * 1024
TRANSLATIONS: Final = Path(__file__).resolve().parent.parent / "translations"

BLUEPRINTS: Final[tuple[Blueprint, ...]] = (
    preferences.blueprint,
    signing_in.blueprint,
    by_mail.blueprint,
    own.blueprint,
    administration.blueprint,
    walls.blueprint,
    api.blueprint,
    api_pages.blueprint,
    week.blueprint,
    standards.blueprint,
    ballots.blueprint,
    ballot_files.blueprint,
    tasks.blueprint,
    committees.blueprint,
    changes.blueprint,
    sources.blueprint,
    quarantine.blueprint,
    drift.blueprint,
    search.blueprint,
    export.blueprint,
    drafts.blueprint,
    comments.blueprint,
    lineage.blueprint,
    patents.blueprint,
    column_maps.blueprint,
    declarations.blueprint,
    cases.blueprint,
    portfolio.blueprint,
    documents.blueprint,
    releases.blueprint,
    pages.blueprint,
    mapping.blueprint,
    mapping_directions.blueprint,
    mapping_learning.blueprint,
    assessments.blueprint,
    plans.blueprint,
    digest.blueprint,
    calendars.blueprint,
    feeds.blueprint,
    mail_links.blueprint,
)

# Label, endpoint and the blueprints whose pages belong to the place; a place without its endpoint is not shown.
PLACES: Final = (
    (mark("This week"), "week.index", ("week", "tasks", "ballots", "ballot_files")),
    (mark("Standards"), "standards.index", ("standards", "committees", "drafts", "comments", "lineage")),
    (mark("Patents"), "patents.index", ("patents", "column_maps", "declarations", "cases", "portfolio")),
    (mark("Mapping"), "mapping.index", ("mapping", "mapping_directions", "learning", "assessments")),
    (mark("Plans"), "plans.index", ("plans",)),
)
RECORDS: Final = (
    (mark("Changes"), "changes.index", ("changes",)),
    (mark("Sources"), "sources.index", ("sources", "quarantine", "drift")),
    (mark("Documents"), "documents.index", ("documents",)),
    (mark("Releases"), "releases.index", ("releases",)),
    (mark("Watched pages"), "pages.index", ("pages",)),
    (mark("Digest"), "digest.index", ("digest",)),
    (mark("Calendars"), "calendars.index", ("calendars",)),
)
ADMINISTRATION: Final = ("walls.roles", "walls.matters", "walls.overrides", "walls.trail", "accounts.index")


def create_app(
    settings: Settings,
    store: Store | None = None,
    *,
    sample: bool = False,
    open_local: bool = False,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Flask:
    """The web application on a store, by default that of the settings, which is then brought up to date.

    `sample` marks every page as sample data. `open_local` lets whoever comes do everything without signing in: for
    sample data and for tests, never at an address that others reach. `clock` gives the time in UTC.
    """
    if store is None:
        store = Store(settings)
        store.require_current()
    app = Flask(__name__, template_folder=str(resource("templates")), static_folder="static")
    app.config.update(
        SECRET_KEY=session_secret(settings),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        SESSION_COOKIE_NAME=cookie_name(settings, "session"),
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https(settings),
        # A page may stay open for days; its forms hold as long as the session does.
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=DEFAULT_LANGUAGE,
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    context.install(app, context.Workbench(settings, store.on_behalf_of(None), sample, clock))
    gate.install(app, open_local=open_local)
    permissions.install(app)
    limits.install(app, open_local=open_local)
    signing_in.install(app, settings)
    Babel(app, locale_selector=preferences.language)
    # The interface takes no cookie, so that no page elsewhere can make a browser ask it anything.
    csrf = CSRFProtect(app)
    csrf.exempt(api.blueprint)
    csrf.exempt(mail_links.end_subscription)
    uploads.install(app)
    typed.install(app)
    security.install(app)
    errors.install(app)
    refusals.install(app)
    display.install(app)
    app.jinja_env.filters["role_name"] = wording.role_name
    app.jinja_env.globals.update(role_name=wording.role_name, method_name=wording.method_name)
    app.context_processor(_page_values)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _page_values() -> dict[str, Any]:
    """What every page shows around its content."""

    def places(entries: tuple[tuple[str, str, tuple[str, ...]], ...]) -> list[tuple[str, str, bool]]:
        return [
            (name, endpoint, request.blueprint in blueprints)
            for name, endpoint, blueprints in entries
            if permissions.openable([endpoint], context.viewer())
        ]

    awaits = gate.awaits_second_step()
    return {
        "language": text.language(),
        "languages": LANGUAGES,
        "theme": preferences.theme(),
        "themes": preferences.THEMES,
        "places": places(PLACES),
        "records": places(RECORDS),
        "here": _here(),
        "today": context.today(),
        "sample": context.workbench().sample,
        "zone": context.workbench().settings.timezone,
        "signed_in": context.viewer() is not context.NOBODY,
        "local_mode": gate.is_local(),
        "viewer_name": context.viewer().name,
        # With what needs a second step: its page leads to setting one up.
        "administration": permissions.openable(
            ADMINISTRATION, replace(context.viewer(), scopes=None) if awaits else context.viewer()
        ),
        "awaits_second_step": awaits,
        "has_endpoint": current_app.view_functions.__contains__,
        "may_open": lambda endpoint: bool(permissions.openable([endpoint], context.viewer())),
    }


def _here() -> str:
    """The address to come back to: of this page, or, where it answers a form that has no page, of the form's."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:
        came_from = urlsplit("")
    form = came_from._replace(scheme="", netloc="", fragment="").geturl() if came_from.netloc == request.host else ""
    return next((each for each in (form, request.path) if _is_page(each.partition("?")[0])), url_for("week.index"))


def _is_page(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(path, method="GET"))
    except HTTPException:
        return False
