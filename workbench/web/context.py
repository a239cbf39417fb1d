"""What a view works with: settings, one reading session a request, and the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g
from sqlmodel import Session

from workbench.db import Store
from workbench.settings import Settings

_KEY = "workbench"


@dataclass(frozen=True)
class Workbench:
    """The parts one application was made with. `sample` marks every page as sample data."""

    settings: Settings
    store: Store
    sample: bool
    clock: Callable[[], dt.datetime]


def install(app: Flask, parts: Workbench) -> None:
    app.extensions[_KEY] = parts
    app.teardown_request(_close)


def workbench() -> Workbench:
    """The parts of the application that answers this request."""
    return cast(Workbench, current_app.extensions[_KEY])


def session() -> Session:
    """The reading session of this request: opened when first asked for, one consistent state until the end."""
    if "session" not in g:
        g.session_stack = ExitStack()
        g.session = g.session_stack.enter_context(workbench().store.read())
    return cast(Session, g.session)


def now() -> dt.datetime:
    """The time in UTC."""
    return workbench().clock()


def today() -> dt.date:
    """The day in the zone of the settings."""
    return now().astimezone(workbench().settings.zone).date()


def local(moment: dt.datetime) -> dt.datetime:
    """A time in the zone of the settings."""
    return moment.astimezone(workbench().settings.zone)


def _close(error: BaseException | None) -> None:  # noqa: ARG001
    stack = g.pop("session_stack", None)
    g.pop("session", None)
    if stack is not None:
        stack.close()
