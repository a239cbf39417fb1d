"""Uploads on every way in: within a quota for each person, and scanned before anything reads them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from tests.people.conftest import NOW, add
from tests.test_malware import EICAR, played
from tests.web.api.conftest import Interface, make_token
from tests.web.test_people_pages import sign_in, token
from workbench.db import Store
from workbench.history.models import Run
from workbench.people import accounts
from workbench.people.models import UploadDay
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction, TrailEntry
from workbench.settings import Settings
from workbench.web import create_app

TABLE = b"publication_number,title\nXX.1.A1,Records\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(Settings(home=tmp_path_factory.mktemp("uploads")), Viewer.system())
    store.migrate()
    add(store, "admin@example.org", Role.ADMINISTRATOR)
    add(store, "dana@example.org", Role.DELEGATE, Role.IP_ANALYST)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def nothing_yet(store: Store) -> None:
    with store.write() as session:
        for row in session.exec(select(UploadDay)):
            session.delete(row)


def ways(store: Store, **update: Any) -> tuple[FlaskClient, Interface]:
    """Dana's browser and her program."""
    app = create_app(store.settings.model_copy(update=update), store, clock=lambda: NOW)
    client = app.test_client()
    sign_in(client)
    with store.read() as session:
        account = accounts.by_email(session, "dana@example.org")
        assert account is not None
        dana = accounts.viewer_of(account, None)
    return client, Interface(app.test_client(), make_token(store, dana))


def send(client: FlaskClient, content: bytes) -> Any:
    form = {"csrf_token": token(client, "/account/"), "table": (io.BytesIO(content), "list.csv")}
    return client.post("/patents/import/", data=form, content_type="multipart/form-data")


def last_refusal(store: Store) -> dict[str, Any]:
    with store.read() as session:
        entry = session.exec(
            select(TrailEntry)
            .where(TrailEntry.entity == "upload", TrailEntry.action == TrailAction.REFUSED)
            .order_by(col(TrailEntry.id).desc())
        ).first()
        assert entry is not None
        return entry.details


def runs(store: Store) -> int:
    with store.read() as session:
        return len(session.exec(select(Run)).all())


def test_beyond_the_quota_pages_and_interface_refuse_and_name_the_remedy(store: Store) -> None:
    client, program = ways(store, upload_daily_files=2)
    assert send(client, TABLE).status_code in (200, 303)
    assert program.post("/imports/patents", {"file": (io.BytesIO(TABLE), "list.csv")}).status_code in (200, 422)
    before = runs(store)
    refused = send(client, TABLE)
    assert refused.status_code == 429
    assert "upload_daily_files" in refused.text
    assert int(refused.headers["Retry-After"]) == 6 * 3600  # 18 o'clock in Tokyo
    said = program.post("/imports/patents", {"file": (io.BytesIO(TABLE), "list.csv")})
    assert (said.status_code, said.mimetype) == (429, "application/problem+json")
    assert "upload_daily_files" in said.json["detail"]
    assert runs(store) == before
    assert last_refusal(store) == {"why": "quota", "files": 3, "bytes": 3 * len(TABLE)}
    small, _ = ways(store, upload_daily_megabytes=1)
    for _ in range(2):
        assert send(small, b"x" * 400_000).status_code != 429
    assert send(small, b"x" * 400_000).status_code == 429


def test_a_form_without_its_token_or_a_file_costs_nothing(store: Store) -> None:
    client, _ = ways(store)
    forged = {"table": (io.BytesIO(TABLE), "list.csv")}
    assert client.post("/patents/import/", data=forged, content_type="multipart/form-data").status_code == 400
    empty = {"csrf_token": token(client, "/account/"), "table": (io.BytesIO(b""), "")}
    client.post("/patents/import/", data=empty, content_type="multipart/form-data")
    with store.read() as session:
        assert session.exec(select(UploadDay)).all() == []


def test_what_the_scanner_finds_is_refused_and_named_and_nothing_reads_it(store: Store) -> None:
    with played() as (clamd, address):
        client, program = ways(store, clamd=address)
        assert send(client, TABLE).status_code in (200, 303)
        assert clamd.seen == [TABLE]
        before = runs(store)
        refused = send(client, TABLE + EICAR)
        assert refused.status_code == 422
        assert "Eicar-Test-Signature" in refused.text
        said = program.post("/imports/patents", {"file": (io.BytesIO(EICAR), "list.csv")})
        assert (said.status_code, said.mimetype) == (422, "application/problem+json")
        assert runs(store) == before
        assert last_refusal(store) == {"why": "malware", "found": "Eicar-Test-Signature"}


@pytest.mark.parametrize("says", [b"silence", b"stream: x ERROR", b"INSTREAM size limit exceeded. ERROR", None])
def test_without_a_verdict_nothing_is_taken(store: Store, says: bytes | None) -> None:
    with played(says=says) as (_, address):
        down = "127.0.0.1:1" if says is None else address
        client, program = ways(store, clamd=down, clamd_timeout=0.2)
        before = runs(store)
        refused = send(client, TABLE)
        assert refused.status_code == 503
        assert "could not be scanned" in refused.text
        assert program.post("/imports/patents", {"file": (io.BytesIO(TABLE), "list.csv")}).status_code == 503
        assert runs(store) == before
