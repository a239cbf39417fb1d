"""How often programs may ask, and anybody may ask for what costs much: 429 with Retry-After beyond it.

Each person, token or network address has a bucket of requests that fills up again over a minute. The buckets are in the
memory of the process that answers: they begin full when it starts, and two processes count apart. Guessing of
passwords and codes is slowed down elsewhere, in the store (`workbench.people.throttle`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Final

from flask import Flask, Response, current_app, render_template, request

from workbench.i18n import mark
from workbench.web import context
from workbench.web.api.problems import problem
from workbench.web.text import ngettext

COSTLY: Final = frozenset(
    {
        "search.index",
        "export.download",
        "comments.heat",
        "comments.heat_export",
        "comments.form",
        "lineage.compare",
        "mapping_directions.heat",
        "mapping_directions.heat_export",
        "learning.learn_now",
        "plans.dates",
        "plans.timeline_pdf",
        "assessments.export",
        "portfolio.fortress",
        "portfolio.metrics",
        "portfolio.metric",
        "cases.generate",
        "walls.trail",
    }
)
"""What reads much to answer, besides every upload and every address of the interface."""
MINUTE: Final = 60.0
_MOST_BUCKETS: Final = 10_000
_PROGRAMS: Final = "workbench_limit_of_programs"
_PAGES: Final = "workbench_limit_of_pages"
_TITLE: Final = mark("You ask for more than the workbench can give at once")


class Buckets:
    """Buckets by key, each of `size` requests that come back evenly over a minute; `clock` gives seconds."""

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._one, self._clock = MINUTE / size, clock
        self._lock = threading.Lock()
        # When each bucket will be full again, which says how much is in it now.
        self._full_at: dict[str, float] = {}

    def take(self, key: str) -> float:
        """Zero where a request is left, which is then taken; else the seconds until there is one."""
        now = self._clock()
        with self._lock:
            full = max(self._full_at.get(key, now), now) + self._one
            if full - now > MINUTE + self._one / 2:
                return full - now - MINUTE
            if len(self._full_at) >= _MOST_BUCKETS:
                self._full_at = {each: at for each, at in self._full_at.items() if at > now}
            self._full_at[key] = full
        return 0.0


def install(app: Flask, *, open_local: bool) -> None:
    """Look at each request of a page after it is known who asks and that he may; at none where everything is open."""
    if open_local:
        return
    settings = context.workbench_of(app).settings
    app.extensions[_PROGRAMS] = Buckets(settings.api_per_minute)
    app.extensions[_PAGES] = Buckets(settings.pages_per_minute)
    app.before_request(_check)


def of_program(key: str) -> Response | None:
    """None where a program may ask now; else the answer that says when. `key` is its token or its network address."""
    seconds = _seconds(_PROGRAMS, key)
    if not seconds:
        return None
    said = f"too many requests; go on in {seconds} s, or ask for more rows at once (limit)"
    return problem(429, said, {"Retry-After": str(seconds)})


def _check() -> tuple[str, int, dict[str, str]] | None:
    account_id = context.viewer().account_id
    upload = request.method == "POST" and request.mimetype == "multipart/form-data"
    # In local mode whoever uses the machine keeps it busy; programs were counted at their door.
    if account_id is None or request.blueprint == "api" or not (upload or request.endpoint in COSTLY):
        return None
    seconds = _seconds(_PAGES, f"account {account_id}")
    if not seconds:
        return None
    remedy = ngettext("Go on in %(num)d second.", "Go on in %(num)d seconds.", seconds)
    page = render_template("web/errors/error.html", code=429, title=_TITLE, remedy=remedy)
    return page, 429, {"Retry-After": str(seconds)}


def _seconds(kind: str, key: str) -> int:
    """Whole ones, rounded up."""
    buckets: Buckets | None = current_app.extensions.get(kind)
    return 0 if buckets is None else math.ceil(buckets.take(key))
