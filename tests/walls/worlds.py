"""The application over a planted store: asked as anybody, put back to what was planted after each change.

While it is watched, the rule that the gate adds to a statement can be told from the statement itself (`RULE_ON`), so
that the same statement can be asked once more with the rule off.
"""

from __future__ import annotations

import io
import re
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pypdfium2
import pytest
import sqlalchemy as sa
import yaml
from flask import Flask
from sqlmodel import SQLModel
from werkzeug.test import TestResponse

from tests.walls.people import Person
from tests.walls.planted import Planted
from tests.web.seed import NOW
from workbench.db import Store
from workbench.digest.verbs import preview
from workbench.people import gate
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import context, create_app, permissions

MAIL: Final = "mail:digest"
"""Asks, as if it were an address, for the digest of the person, as it would be mailed now."""
RULE_ON: Final = "/*gate*/0"
RULE_OFF: Final = "/*gate*/1"
DATABASE: Final = "workbench.db"
READING: Final = ("SELECT", "WITH")
WRITING: Final = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_HERE: Final = str(Path(context.__file__).resolve().parent.parent)
_CSRF: Final = re.compile(rb'name="csrf_token"[^>]*')
_CHANCE: Final = re.compile(rb"(?<=/)[\w-]{32,64}\b")
_MAILS: Final = re.compile(rb"/[^ <>]*/mails")
_FOLD: Final = re.compile(rb"\r\n[ \t]")
_TELLING_HEADERS: Final = ("Content-Type", "Content-Disposition", "ETag", "Link", "Location")

Answer = tuple[int, bytes]


@dataclass(frozen=True)
class Asked:
    """A statement that went to the database, and the function and line of the workbench that it came from."""

    statement: str
    parameters: tuple[Any, ...]
    place: str

    @property
    def is_ruled(self) -> bool:
        """Whether the gate added a rule, be it on or off."""
        return RULE_ON in self.statement or RULE_OFF in self.statement

    def with_rule(self, mark: str) -> Asked:
        """The same with its rule on or off."""
        statement = self.statement.replace(RULE_ON, mark).replace(RULE_OFF, mark)
        return Asked(statement, self.parameters, self.place)


@dataclass
class World:
    """An application over a store.

    `asked` is what the last request asked the database, `written` the tables that were written since what was planted
    was put back, `wrote` whether the last request wrote any. `opened` says of a place whether rules are off there.
    """

    app: Flask
    store: Store
    home: Path
    database: sqlite3.Connection
    planted: Planted
    viewer: Viewer = field(default_factory=lambda: context.NOBODY)
    asked: list[Asked] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    wrote: bool = False
    opened: Callable[[str], bool] = lambda place: False

    def ask(self, person: Person, address: str) -> Answer:
        """What an address answers to a person, without what differs from one request to the next."""
        self._begin(person)
        if address == MAIL:
            made = preview(self.store, self.store.settings, self.planted.recipients[person], NOW)
            return 200, "\n".join(f"{each.subject}\n{each.text}\n{each.html}" for each in made).encode()
        answer = self.app.test_client().get(address)
        found = answer.status_code, _told(answer) + _settled(answer)
        answer.close()
        self.restore()
        return found

    def post(
        self, person: Person, address: str, values: Mapping[str, Any], look: Callable[[], None] | None = None
    ) -> Answer:
        """The answer, and where it leads but for keys, which are counted through.

        `look` may look at what the request did, of which nothing stays.
        """
        self._begin(person)
        sent = {
            name: (io.BytesIO(each[0]), each[1]) if isinstance(each, tuple) else each for name, each in values.items()
        }
        answer = self.app.test_client().post(address, data=sent)
        told = re.sub(rb"\d+", b"#", _CHANCE.sub(b"", _told(answer)))
        body = b"" if answer.headers.get("Location") else _CHANCE.sub(b"", _settled(answer))
        answer.close()
        self.wrote = bool(self.written)
        if look is not None and self.wrote:
            look()
        self.restore()
        return answer.status_code, told + body

    def _begin(self, person: Person) -> None:
        self.viewer = self.planted.viewers[person]
        self.asked.clear()

    def restore(self) -> None:
        """Put the database back to what was planted, if anything was written."""
        if self.written:
            self._put(self.database)

    def _put(self, database: sqlite3.Connection) -> None:
        # By SQLite itself: whoever writes to the file past it loses the locks that its connections hold.
        with closing(sqlite3.connect(self.home / DATABASE)) as connection:
            database.backup(connection)
        self.written.clear()

    @contextmanager
    def over(self, database: sqlite3.Connection) -> Iterator[None]:
        """The application over another database, for a while."""
        planted, self.database = self.database, database
        self._put(database)
        yield
        self.database = planted
        self._put(planted)

    @contextmanager
    def opened_at(self, opened: Callable[[str], bool]) -> Iterator[None]:
        """The rules of the gate are off at some places, for a while."""
        before, self.opened = self.opened, opened
        yield
        self.opened = before

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """What a table holds now, past every session."""
        with closing(sqlite3.connect(self.home / DATABASE)) as connection:
            return connection.execute(f'SELECT * FROM "{table}"').fetchall()


def in_memory(database: Path | sqlite3.Connection) -> sqlite3.Connection:
    """A copy of a database in memory."""
    copied = sqlite3.connect(":memory:", isolation_level=None)
    if isinstance(database, Path):
        with closing(sqlite3.connect(database)) as connection:
            connection.backup(copied)
    else:
        database.backup(copied)
    return copied


def world(planted: Planted, home: Path) -> World:
    """An application over the store in this home, which asks `World.viewer` who asks."""
    settings = Settings(home=home)
    store = Store(settings, Viewer.system())
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    made = World(app, store, home, in_memory(home / DATABASE), planted)
    # After it is known who asks, and before it is checked what he may open.
    before = app.before_request_funcs[None]
    before.insert(before.index(permissions._check), lambda: context.set_viewer(made.viewer))

    def note(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> tuple[str, Any]:
        del connection, cursor, context
        place = _place()
        if RULE_ON in statement and made.opened(place):
            statement = statement.replace(RULE_ON, RULE_OFF)
        writes = WRITING.match(statement)
        if writes is not None:
            made.written.add(writes[1])
        if statement.startswith(READING) or (RULE_ON in statement and not many):
            made.asked.append(Asked(statement, tuple(parameters), place))
        return statement, parameters

    sa.event.listen(store.engine, "before_cursor_execute", note, retval=True)
    return made


@contextmanager
def watched() -> Iterator[None]:
    """The rules of the gate can be told in a statement, and be put off in it."""
    criterion = gate.criterion

    def marked(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        on = sa.literal_column(RULE_ON, sa.Integer()) == sa.literal_column("1", sa.Integer())
        return sa.or_(on, criterion(model, viewer))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "criterion", marked)
        # The tables that come with the program are read again for each request: by the quick parser.
        patch.setattr(yaml, "SafeLoader", yaml.CSafeLoader)
        yield


@contextmanager
def unlimited_uploads() -> Iterator[None]:
    """What somebody sends is not counted, which would be written for every form; `test_uploads.py` looks at that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.web.uploads._within_quota", lambda files, size: None)
        yield


@contextmanager
def gate_alone() -> Iterator[None]:
    """Addresses check nothing, and whoever is said to ask needs no token for the interface: only the gate is left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(permissions, "may_open", lambda endpoint, viewer: True)
        patch.setattr("workbench.web.export.may_export", lambda kind, viewer: True)
        patch.setattr("workbench.web.listing.may_export", lambda kind, viewer: True)
        patch.setattr("workbench.people.completeness.refuse", lambda missing, remedy=None: None)
        patch.setattr("workbench.web.api.door.is_meant", lambda: False)
        yield


def _told(answer: TestResponse) -> bytes:
    """The headers that tell something."""
    said = [f"{name}: {value}\n" for name, value in answer.headers if name in _TELLING_HEADERS]
    return "".join(sorted(said)).encode()


def _settled(answer: TestResponse) -> bytes:
    """The body as text, unpacked, without what differs from one request to the next."""
    body = answer.data
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"".join(
                name.encode() + packed.read(name)
                for name in sorted(packed.namelist())
                if not name.startswith("docProps")
            )
    elif body.startswith(b"%PDF"):
        with closing(pypdfium2.PdfDocument(body)) as document:
            body = "\n".join(str(page.get_textpage().get_text_range()) for page in document).encode()
    elif answer.mimetype == "text/calendar":
        body = _FOLD.sub(b"", body)
    return _MAILS.sub(b"", _CSRF.sub(b"", body))


def _place() -> str:
    """The nearest function and line of the workbench outside the gate."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(_HERE) and not code.co_filename.endswith("people/gate.py"):
            name = code.co_filename.removeprefix(_HERE).removesuffix(".py").strip("/").replace("/", ".")
            return f"{name}.{code.co_name}:{frame.f_lineno}"
        frame = frame.f_back
    return "tests"
