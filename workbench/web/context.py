"""What a view works with: settings, who asks, one reading session a request for that viewer, and the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

from flask import Flask, current_app, g
from sqlmodel import Session

from workbench.db import Store
from workbench.people import trail
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings

NOBODY: Final = Viewer(None, "nobody")
_KEY = "workbench"


@dataclass(frozen=True)
class Workbench:
    """The parts one application was made with. `sample` marks every page as sample data.

    The store is opened for nobody: a view that does not say for whom it reads gets nothing confidential.
    """

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


def workbench_of(app: Flask) -> Workbench:
    """The parts of an application that answers no request yet."""
    return cast(Workbench, app.extensions[_KEY])


def set_viewer(viewer: Viewer) -> None:
    """Say who asks; before anything is read for this request."""
    g.viewer = viewer


def viewer() -> Viewer:
    """Who asks. Before it was said, nobody: a viewer without roles."""
    return cast(Viewer, g.get("viewer", NOBODY))


def session() -> Session:
    """The reading session of this request: opened when first asked for, one consistent state until the end."""
    if "session" not in g:
        g.session_stack = ExitStack()
        g.session = g.session_stack.enter_context(workbench().store.read(viewer()))
    return cast(Session, g.session)


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction on behalf of who asks; what the request reads afterwards shows it."""
    with workbench().store.write(viewer()) as session:
        yield session
    close_session()


def record(
    action: TrailAction,
    entity: str,
    key: object,
    details: Mapping[str, Any] | None = None,
    *,
    matter_id: int | None = None,
) -> None:
    """An entry of the audit trail in a transaction of its own, for what changes nothing else: seen, exported."""
    with workbench().store.write(viewer()) as session:
        trail.record(session, viewer(), action, entity, key, details, matter_id=matter_id, at=now())


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
    close_session()


def close_session() -> None:
    """End the reading session, so that the next one sees what was written since."""
    stack = g.pop("session_stack", None)
    g.pop("session", None)
    if stack is not None:
        stack.close()
