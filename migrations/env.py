"""Alembic's entry point: the address comes from the workbench, never from a file."""

import sqlalchemy as sa
from alembic import context

from workbench.tables import METADATA


def _include(name: str | None, kind: str, parents: object) -> bool:  # noqa: ARG001
    # The full-text index is SQLite's own business; its tables are made by hand in the migrations.
    return not (kind == "table" and name is not None and name.startswith("search_fts"))


def _run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        include_name=_include,
    )
    context.run_migrations()


if "connection" in context.config.attributes:
    _run(context.config.attributes["connection"])  # within a transaction of its owner
else:
    engine = sa.create_engine(context.config.attributes["url"], poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        _run(connection)
