"""Databases on a PostgreSQL server, each lent to one test after another: making one takes far longer than cleaning."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

# Statements below are given to the driver, which takes a lone percent sign for a parameter.
MOST_LOANS = 200  # what deleted rows leave behind makes a database slow in the end

# What the template holds is kept beside it, to be put back after each loan.
KEEP = """
CREATE SCHEMA kept;
DO $$ DECLARE t text; filled boolean; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%%I)', t) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE kept.%%I AS TABLE public.%%I', t, t); END IF;
  END LOOP;
END $$;
CREATE TABLE kept.pg_sequences AS
  SELECT sequencename, coalesce(last_value, start_value) AS value, last_value IS NOT NULL AS called
  FROM pg_sequences WHERE schemaname = 'public';
"""
CLEAN = """
DO $$ DECLARE t text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%%I', t);
  END LOOP;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' AND tablename <> 'pg_sequences' LOOP
    EXECUTE format('INSERT INTO public.%%I SELECT * FROM kept.%%I', t, t);
  END LOOP;
  PERFORM setval(format('public.%%I', sequencename)::regclass, value, called) FROM kept.pg_sequences;
END $$;
"""
# Tables, columns, constraints, triggers, functions: a test that changed any of them leaves its database to nobody.
SHAPE = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
  SELECT format('%%s %%s %%s %%s', c.relname, a.attname, a.atttypid, a.attnotnull) AS line
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT format('%%s %%s', conrelid, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT format('%%s %%s %%s', tgrelid, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS shape
"""
ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def administer(url: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


@dataclass
class Databases:
    """Copies of a migrated template, lent and taken back."""

    server: str
    template: str
    shape: str
    free: list[str] = field(default_factory=list)
    loans: dict[str, int] = field(default_factory=dict)
    connections: dict[str, sa.Connection] = field(default_factory=dict)

    @classmethod
    def of(cls, server: str, template: str) -> Databases:
        """Those of a template at the newest migration."""
        url = address(server, template)
        administer(url, KEEP)
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            return cls(server, template, str(connection.exec_driver_sql(SHAPE).scalar_one()))

    def lend(self) -> str:
        """The name of a database as the template is."""
        if self.free:
            return self.free.pop()
        return self.copy_of(self.template)

    def copy_of(self, database: str) -> str:
        """The name of a new database with all that is in this one, which nobody may be connected to."""
        name = f"copy_{uuid.uuid4().hex}"
        administer(self.server, f'CREATE DATABASE "{name}" TEMPLATE "{database}" STRATEGY file_copy')
        return name

    def take_back(self, name: str) -> None:
        """Clean it for the next one; drop it where its tables were changed, or after many loans."""
        self.loans[name] = self.loans.get(name, 0) + 1
        connection = self._connection(name)
        connection.exec_driver_sql(ALONE)
        usable = connection.exec_driver_sql(SHAPE).scalar_one() == self.shape and self.loans[name] < MOST_LOANS
        if usable:
            connection.exec_driver_sql(CLEAN)
            self.free.append(name)
        else:
            self.connections.pop(name).close()
            administer(self.server, f'DROP DATABASE "{name}" WITH (FORCE)')

    def _connection(self, name: str) -> sa.Connection:
        """One kept for cleaning: a new one would have to learn of every table first, which takes longer than that."""
        if name not in self.connections:
            options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "poolclass": sa.pool.NullPool}
            self.connections[name] = sa.create_engine(address(self.server, name), **options).connect()
        return self.connections[name]

    def close(self) -> None:
        """Let go of every database."""
        while self.connections:
            self.connections.popitem()[1].close()


def address(server: str, database: str) -> str:
    """The address of a database on the server."""
    return sa.make_url(server).set(database=database).render_as_string(hide_password=False)
