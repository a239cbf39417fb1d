"""Two databases side by side: what was planted, and the same without what the gate keeps from somebody.

An answer is made of what the statements of a request bring. Where every statement brings the same from both databases,
so does the request; what it says can then not tell of what is hidden, not by a count, a name in a list or an error.
Where the rule of one statement is off and it brings something else, the walk would have noticed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from tests.walls.planted import Hidden
from tests.walls.worlds import READING, RULE_OFF, RULE_ON, Asked, in_memory
from workbench.tables import METADATA


@dataclass
class Twins:
    """`full` holds everything, `lacking` only what the person may see. `apart` are the statements that differ."""

    full: sqlite3.Connection
    lacking: sqlite3.Connection
    hidden: Hidden
    seen: set[Asked] = field(default_factory=set)
    apart: set[Asked] = field(default_factory=set)

    def differ(self, asked: Asked) -> bool:
        """Whether a statement brings something else where nothing is hidden."""
        if asked not in self.seen and asked.statement.startswith(READING):
            self.seen.add(asked)
            if _rows(self.full, asked) != _rows(self.lacking, asked):
                self.apart.add(asked)
        return asked in self.apart

    def rule_matters(self, asked: Asked) -> bool:
        """Whether a statement brings, or changes, something else where its rule is off."""
        return _rows(self.full, asked.with_rule(RULE_ON)) != _rows(self.full, asked.with_rule(RULE_OFF))


def twins(full: sqlite3.Connection, hidden: Hidden) -> Twins:
    """Of a database in memory and the keys of what is hidden in it, by table."""
    lacking = in_memory(full)
    refusing = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'"
    for (name,) in lacking.execute(refusing).fetchall():
        lacking.execute(f'DROP TRIGGER "{name}"')
    for table, keys in hidden.items():
        where = " AND ".join(f'"{each.name}" = ?' for each in METADATA.tables[table].primary_key)
        lacking.executemany(f'DELETE FROM "{table}" WHERE {where}', sorted(keys, key=str))
    return Twins(full, lacking, hidden)


def _rows(connection: sqlite3.Connection, asked: Asked) -> list[Any]:
    if asked.statement.startswith(READING):
        return connection.execute(asked.statement, asked.parameters).fetchall()
    connection.execute("BEGIN")
    try:
        return [connection.execute(asked.statement, asked.parameters).rowcount]
    finally:
        connection.execute("ROLLBACK")


def done_to_hidden(twins: Twins, table: str, after: list[tuple[Any, ...]]) -> str | None:
    """What a request did to rows that the person may not see, given the rows of a table afterwards; None if nothing.

    That a hidden row was changed or taken away, and that a new row points to one.
    """
    columns = METADATA.tables[table].c
    names = [each[1] for each in twins.full.execute(f'PRAGMA table_info("{table}")')]
    places = [names.index(each.name) for each in METADATA.tables[table].primary_key]
    before, now = (
        {tuple(row[each] for each in places): row for row in rows}
        for rows in (twins.full.execute(f'SELECT * FROM "{table}"'), after)
    )
    for key in twins.hidden.get(table, set()):
        if now.get(key) != before[key]:
            return f"changes or deletes a hidden row of {table}: {before[key]}"
    for column in columns:
        at = names.index(column.name)
        for target in column.foreign_keys:
            gone = {each[0] for each in twins.hidden.get(target.column.table.name, set())}
            for key, row in now.items():
                if row[at] in gone and (key not in before or before[key][at] != row[at]):
                    return f"writes {table}.{column.name} of a hidden row: {row}"
    return None
