"""The one gate before confidential rows.

A model is marked with `@confidential(rule)`; the rule says which of its rows a viewer sees. Every statement of every
session passes `_guard`, which adds the rule of each confidential model in it: to selects, counts, joins, subqueries,
lookups by key, updates and deletes alike. Pages, search, exports, feeds and mails need not think of it and cannot
forget it: a session without a viewer may not touch a confidential model at all, and `_recheck` reads the SQL that goes
out and refuses whatever names a confidential table without its rule.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlmodel import Session, SQLModel

from workbench.db import VIEWER
from workbench.people.viewer import Viewer

Rule = Callable[[type[SQLModel], Viewer], sa.ColumnElement[bool]]
"""Which rows of a model a viewer with walls sees. Another table in it is read through `private`."""
Held = Callable[[Any], sa.ColumnElement[bool]]
"""Which rows of a model may not be deleted now."""

_PRIVATE: Final = "gate_"
_GATED: Final = "workbench_gated"
_SESSION: Final = "workbench_session"
_FLUSHING: Final = "flushing"
_rules: dict[type[SQLModel], list[Rule]] = {}
_held: dict[type[SQLModel], Held] = {}
_appended: set[type[SQLModel]] = set()
_names: dict[str, re.Pattern[str]] = {}
_tables: dict[str, type[SQLModel]] = {}
_Model = TypeVar("_Model", bound=type[SQLModel])


class GateError(Exception):
    """A statement would pass by the gate, or a viewer writes what he may not see: a fault of the program."""


class NoViewerError(GateError):
    """A session without a viewer touches confidential rows."""


class HiddenError(GateError):
    """A viewer writes a row that he may not see."""


class HeldError(Exception):
    """Something under legal hold would be deleted; `str(error)` says so."""


def confidential(*rules: Rule, held: Held | None = None, append_only: bool = False) -> Callable[[_Model], _Model]:
    """Mark a model: a viewer sees the rows that satisfy every rule.

    `held` says which rows nobody may delete now. Rows of an `append_only` model are added for whoever it may be, with
    or without a viewer, and not seen for that.
    """

    def mark(model: _Model) -> _Model:
        restrict(model, *rules)
        if held is not None:
            _held[model] = held
        if append_only:
            _appended.add(model)
        return model

    return mark


def restrict(model: type[SQLModel], *rules: Rule) -> None:
    """Add rules to a model, for an area that knows a reason the model's own area does not."""
    _rules.setdefault(model, []).extend(rules)
    name = str(model.__tablename__)
    _tables[name] = model
    # The table where rows are read from it: after FROM, JOIN, a comma or a bracket; not a column of it, not our alias.
    _names[name] = re.compile(
        rf'(?:\bFROM|\bJOIN|\bUPDATE|\bINTO|,|\()\s+?"?\b{name}\b"?(?!["\w.]|\s+AS\s+"?{_PRIVATE})', re.IGNORECASE
    )
    criterion.cache_clear()
    _read_past.cache_clear()


def confidential_models() -> tuple[type[SQLModel], ...]:
    """Every model behind the gate."""
    return tuple(_rules)


def private(table: str) -> sa.FromClause:
    """A table, by its name, for use inside a rule, where the gate does not apply to it again."""
    return SQLModel.metadata.tables[table].alias(f"{_PRIVATE}{table}")


def viewer_of(session: Session) -> Viewer:
    """For whom a session was opened. Raises NoViewerError."""
    viewer = session.info.get(VIEWER)
    if not isinstance(viewer, Viewer):
        raise NoViewerError(
            "this session was opened for nobody: open the store with Store.on_behalf_of(viewer), or give "
            "Store.read(viewer) and Store.write(viewer) one"
        )
    return viewer


def require_unlimited(session: Session) -> None:
    """For what writes past the models, in bulk: only the workbench itself may. Raises GateError."""
    if not viewer_of(session).unlimited:
        raise GateError("only the workbench itself writes in bulk")


@contextmanager
def seen_by(session: Session, viewer: Viewer) -> Iterator[None]:
    """Let a session of the workbench itself see, for a while, only what a viewer sees."""
    before = session.info[VIEWER]
    session.info[VIEWER] = viewer
    try:
        yield
    finally:
        session.info[VIEWER] = before


@functools.lru_cache(maxsize=4096)
def criterion(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    """The condition that the gate adds for a model wherever a statement of a viewer with walls reads it.

    Rules depend on nothing but the model and the viewer, so that a condition is made once.
    """
    return sa.and_(*(rule(model, viewer) for rule in _rules[model]))


def _guard(state: ORMExecuteState) -> None:
    touched = _touched(state.statement)
    if not touched:
        return
    viewer = viewer_of(state.session)  # type: ignore[arg-type]
    if state.is_delete:
        _refuse_held(state)
    if viewer.unlimited:
        state.update_execution_options(**{_GATED: None})
        return
    if state.is_insert:
        raise GateError(
            "rows behind the gate are added one by one, so that each is checked; or by the workbench itself"
        )
    if not state.is_orm_statement:
        raise GateError("a statement of plain tables would pass by the gate; write it with the models")
    state.update_execution_options(**{_GATED: True})
    state.statement = state.statement.options(
        *(
            with_loader_criteria(model, sa.and_(_marker(model), criterion(model, viewer)), include_aliases=True)
            for model in touched
        )
    )


def _touched(statement: Any) -> list[type[SQLModel]]:
    """The confidential models that a statement speaks of, however deep."""
    found: dict[str, type[SQLModel]] = {}
    for element in visitors.iterate(statement):
        if isinstance(element, sa.Table):
            names: Iterable[str] = (element.name,)
        elif isinstance(element, sa.Column):
            names = (element.table.name,) if isinstance(element.table, sa.Table) else ()
        elif isinstance(element, sa.TextClause):
            names = (name for name in _tables if re.search(rf"\b{name}\b", element.text))
        else:
            continue
        found |= {name: _tables[name] for name in names if name in _tables}
    return list(found.values())


def _marker(model: type[SQLModel]) -> sa.ColumnElement[bool]:
    """A condition that is always true and can be counted in the SQL that goes out."""
    return sa.literal_column(f"/*{model.__tablename__}*/ 1", sa.Integer()) == sa.literal_column("1", sa.Integer())


def _recheck(
    connection: sa.Connection,
    cursor: Any,  # noqa: ARG001
    statement: str,
    parameters: Any,  # noqa: ARG001
    context: Any,
    executemany: bool,  # noqa: ARG001
) -> None:
    options = context.execution_options if context is not None else connection.get_execution_options()
    if _GATED in options and options[_GATED] is None:
        return
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")) and _GATED not in options:
        _recheck_writing(connection, statement)
        return
    if name := _read_past(statement):
        raise GateError(f"a statement reads {name} past the gate: {' '.join(statement.split())[:300]}")


@functools.lru_cache(maxsize=4096)
def _read_past(statement: str) -> str | None:
    """The confidential table that a statement reads without its rule, if there is one."""
    lowered = statement.lower()
    for name, pattern in _names.items():
        if name in lowered and len(pattern.findall(statement)) != statement.count(f"/*{name}*/"):
            return name
    return None


def _recheck_writing(connection: sa.Connection, statement: str) -> None:
    """What is written past the models, on the connection of a session: only the workbench itself may."""
    session = connection.info.get(_SESSION)
    if session is None or session.info.get(_FLUSHING):
        return
    lowered = statement.lower()
    named = [name for name, pattern in _names.items() if name in lowered and pattern.search(statement)]
    if named and not viewer_of(session).unlimited:
        raise GateError(f"a statement writes {named[0]} past the gate: {' '.join(statement.split())[:300]}")


def _refuse_held(state: ORMExecuteState) -> None:
    statement = state.statement
    if not isinstance(statement, sa.Delete):
        return
    for model in _touched(statement.table):
        if model not in _held:
            continue
        wanted = sa.select(sa.literal(1)).select_from(model).where(_held[model](model))
        if statement.whereclause is not None:
            wanted = wanted.where(statement.whereclause)
        if state.session.execute(wanted.limit(1)).first() is not None:
            raise HeldError(f"rows of {model.__tablename__} are under legal hold and cannot be deleted")


def _before_flush(session: Any, context: UOWTransaction, instances: Any) -> None:
    del context, instances
    session.info[_FLUSHING] = True
    added = [each for each in session.new if type(each) not in _appended]
    touched = [each for each in (*added, *session.dirty, *session.deleted) if type(each) in _rules]
    if not touched:
        return
    viewer = viewer_of(session)
    gone = {id(each) for each in session.deleted}
    for each in touched:
        model = type(each)
        if id(each) in gone and model in _held and _exists(session, each, _held[model](model)):
            raise HeldError(f"this row of {model.__tablename__} is under legal hold and cannot be deleted")
    if not viewer.unlimited:
        session.info.setdefault("written", []).extend(each for each in touched if id(each) not in gone)


def _after_flush(session: Any, context: UOWTransaction) -> None:
    del context
    for each in session.info.pop("written", ()):
        if not _exists(session, each):
            raise HiddenError(f"a viewer writes a row of {type(each).__tablename__} that he may not see")


def _note_session(session: Any, transaction: Any, connection: sa.Connection) -> None:
    """From here on the connection speaks for the session, until it is given back."""
    del transaction
    connection.info[_SESSION] = session


def _forget_session(connection: Any, record: Any) -> None:
    del connection
    record.info.pop(_SESSION, None)


def _flushed(session: Any, *rest: Any) -> None:
    del rest
    session.info.pop(_FLUSHING, None)


def _exists(session: Any, row: Any, *conditions: sa.ColumnElement[bool]) -> bool:
    mapper = sa.inspect(type(row))
    key = [column == getattr(row, mapper.get_property_by_column(column).key) for column in mapper.primary_key]
    wanted = sa.select(sa.literal(1)).select_from(type(row)).where(*key, *conditions)
    with session.no_autoflush:
        return session.execute(wanted).first() is not None


def _install() -> None:
    sa.event.listen(Session, "do_orm_execute", _guard)
    sa.event.listen(Session, "before_flush", _before_flush)
    sa.event.listen(Session, "after_flush", _after_flush)
    sa.event.listen(Session, "after_flush_postexec", _flushed)
    sa.event.listen(Session, "after_soft_rollback", _flushed)
    sa.event.listen(Session, "after_begin", _note_session)
    sa.event.listen(sa.Pool, "checkin", _forget_session)
    sa.event.listen(sa.Engine, "before_cursor_execute", _recheck)


_install()
