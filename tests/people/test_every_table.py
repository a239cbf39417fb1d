"""Every confidential table × every way to run a statement: behind the gate, or refused.

Each table gets a row; the rules are all put to "nobody sees anything" or to "everybody sees everything". What is
gated finds no row in the first case and one in the second; what cannot be gated is refused in both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from enum import Enum
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, select
from sqlmodel.sql.sqltypes import UTCDateTime

from workbench.db import Store
from workbench.people import gate
from workbench.people.gate import GateError, HeldError
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.tables import METADATA

MODELS = sorted(gate.confidential_models(), key=lambda each: str(each.__tablename__))
SOMEBODY = Viewer(77, "somebody", frozenset(Role))
Model = type[SQLModel]
_NOTHING = sa.literal_column("1") == sa.literal_column("2")


def _value(column: sa.Column[Any]) -> object:
    kind = column.type
    if isinstance(kind, sa.Enum):
        member = next(iter(kind.enum_class or ())) if kind.enum_class else kind.enums[0]
        return member.value if isinstance(member, Enum) else member
    if isinstance(kind, sa.JSON):
        return "[]"
    if isinstance(kind, sa.LargeBinary):
        return b""
    if isinstance(kind, UTCDateTime):
        return "2026-11-25 09:00:00.000000"
    return {"int": 1, "float": 1.0, "bool": 1, "date": "2026-11-25"}.get(kind.python_type.__name__, "x")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One row in each confidential table; what it points to need not be there."""
    store = Store(Settings(home=tmp_path_factory.mktemp("every-table")), Viewer.system())
    store.migrate()
    store.close()
    with closing(sqlite3.connect(store.settings.home / "workbench.db")) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        for model in MODELS:
            table = METADATA.tables[str(model.__tablename__)]
            row = {each.name: _value(each) for each in table.columns}
            names, marks = ", ".join(f'"{each}"' for each in row), ", ".join("?" * len(row))
            connection.execute(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', list(row.values()))
        connection.commit()
    yield store
    store.close()


def _keys(model: Model) -> list[Any]:
    return [getattr(model, column.key) for column in sa.inspect(model).primary_key]


def _count(session: Session, statement: Any) -> int:
    return len(session.execute(statement).all())


def _twice(session: Session, model: Model) -> int:
    other = aliased(model)
    same = sa.and_(*(one == getattr(other, one.key) for one in _keys(model)))
    return _count(session, sa.select(_keys(model)[0]).join(other, same))


READING: dict[str, Callable[[Session, Model], int]] = {
    "select": lambda session, model: _count(session, select(*_keys(model))),
    "count": lambda session, model: session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one(),
    "exists": lambda session, model: int(session.execute(sa.select(sa.exists(sa.select(*_keys(model))))).scalar_one()),
    "not exists": lambda session, model: (
        1 - session.execute(sa.select(~sa.exists(sa.select(*_keys(model))))).scalar_one()
    ),
    "subquery": lambda session, model: _count(session, sa.select(sa.select(*_keys(model)).subquery())),
    "scalar subquery": lambda session, model: session.execute(
        sa.select(sa.select(sa.func.count()).select_from(model).scalar_subquery())
    ).scalar_one(),
    "in": lambda session, model: _count(
        session, sa.select(_keys(model)[0]).where(_keys(model)[0].in_(sa.select(_keys(model)[0])))
    ),
    "cte": lambda session, model: _count(session, sa.select(sa.select(*_keys(model)).cte("found"))),
    "union": lambda session, model: _count(session, sa.union(sa.select(*_keys(model)), sa.select(*_keys(model)))),
    "alias": lambda session, model: _count(session, select(aliased(model, name="other"))),
    "join with itself": _twice,
    "key": lambda session, model: int(
        session.get(model, tuple(_python(each) for each in sa.inspect(model).primary_key)) is not None
    ),
}


def _python(column: sa.Column[Any]) -> Any:
    value = _value(column)
    return column.type.python_type.fromisoformat(value) if column.type.python_type.__name__ == "date" else value


@pytest.mark.parametrize("seen", [False, True])
def test_every_way_of_reading_every_table_passes_the_gate(
    store: Store, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    monkeypatch.setattr(gate, "criterion", lambda model, viewer: _NOTHING if not seen else sa.true())
    wrong = []
    with store.read(SOMEBODY) as session:
        for model in MODELS:
            for name, way in READING.items():
                if way(session, model) != seen:
                    wrong.append(f"{model.__tablename__}: {name}")
                session.expunge_all()
    assert len(MODELS) > 25
    assert not wrong


def test_updates_and_deletes_in_bulk_reach_no_row_that_is_not_seen(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "criterion", lambda model, viewer: _NOTHING)
    for model in MODELS:
        key = _keys(model)[0]
        for statement in (sa.update(model).values({key.key: key}), sa.delete(model)):
            with store.write(SOMEBODY) as session:
                done = session.execute(statement)
                assert done.rowcount == 0, (model.__tablename__, str(statement))  # type: ignore[attr-defined]
                session.rollback()
    with store.read() as session:
        for model in MODELS:
            assert _count(session, select(*_keys(model))) == 1, model.__tablename__


def _past_the_models(table: sa.Table) -> dict[str, Any]:
    """Statements that no rule can be added to."""
    name, key = f'"{table.name}"', next(iter(table.primary_key)).name
    return {
        "select of the table": sa.select(table),
        "count of the table": sa.select(sa.func.count()).select_from(table),
        "cte of the table": sa.select(sa.select(table).cte("found")),
        "text": sa.text(f"SELECT * FROM {name}"),
        "text with a cte": sa.text(f"WITH found AS (SELECT * FROM {name}) SELECT * FROM found"),
        "text in lower case": sa.text(f"select 1 where exists (select 1 from {table.name})"),
        "text in upper case": sa.text(f"SELECT 1 FROM {name.upper()}"),
        "text as a source": sa.select(sa.literal_column("1")).select_from(sa.text(name)),
        "lightweight table": sa.select(sa.column(key)).select_from(sa.table(table.name)),
        "insert": sa.insert(table).values({each.name: _python(each) for each in table.primary_key}),
        "insert from select": sa.insert(table).from_select(list(table.columns), sa.select(table)),
        "update": sa.update(table).values({key: table.c[key]}),
        "delete": sa.delete(table),
        "text that updates": sa.text(f'UPDATE {name} SET "{key}" = "{key}"'),
        "text that deletes": sa.text(f"DELETE FROM {name}"),
        "text that inserts": sa.text(f"INSERT INTO {name} SELECT * FROM {name}"),
        "text that inserts from a cte": sa.text(
            f"WITH found AS (SELECT * FROM {name}) INSERT INTO {name} SELECT * FROM found"
        ),
    }


@pytest.mark.parametrize("viewer", [SOMEBODY, None], ids=["somebody", "nobody"])
@pytest.mark.parametrize("way", ["session", "connection"])
def test_what_passes_by_the_models_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, viewer: Viewer | None, way: str
) -> None:
    """By the session and by its connection, whoever asks; even where the rules would let everything through."""
    monkeypatch.setattr(gate, "criterion", lambda model, viewer: sa.true())
    let_through = []
    for model in MODELS:
        for name, statement in _past_the_models(METADATA.tables[str(model.__tablename__)]).items():
            with store.on_behalf_of(viewer).write() as session:
                try:
                    (session if way == "session" else session.connection()).execute(statement)
                    let_through.append(f"{model.__tablename__}: {name}")
                except (GateError, HeldError):
                    pass
                finally:
                    session.rollback()
    assert not let_through
    with store.write() as session:
        session.execute(sa.text("UPDATE matter SET name = name"))  # the workbench itself may
