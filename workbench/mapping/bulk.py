"""Many rows into a table at once: one statement, prepared once, and no object a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from workbench.people.gate import require_unlimited


def insert_rows(session: Session, model: type[SQLModel], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values in the order of `columns`, within the session's transaction.

    Values are handed to the driver as they are, so columns whose type converts values, JSON and times, are not for it.
    """
    require_unlimited(session)
    connection = session.connection()
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    statement = sa.insert(table).compile(dialect=connection.dialect, column_keys=list(columns))
    if statement.positional:
        ordered = statement.positiontup or ()
        in_order = itemgetter(*map(columns.index, ordered))
        values: list[Any] = list(rows) if tuple(ordered) == tuple(columns) else [in_order(row) for row in rows]
    else:
        values = [dict(zip(columns, row, strict=True)) for row in rows]
    if values:
        connection.exec_driver_sql(statement.string, values)
