"""The page of committee documents: typing one, importing a list, what may be seen."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.documents.test_documents import HEAD, OURS, SOON
from tests.web.seed import NOW
from workbench.db import Store
from workbench.documents.models import CommitteeDocument
from workbench.settings import Settings
from workbench.web.app import create_app

TYPED = {"body": OURS, "number": "n 7", "title": "SAMPLE <b>agenda</b>", "kind": "document"}


@pytest.fixture
def pages(settings: Settings, store: Store) -> FlaskClient:
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def _rows(store: Store) -> list[str]:
    with store.read() as session:
        return [f"{row.number} {row.title}" for row in session.exec(select(CommitteeDocument))]


def test_a_typed_document_is_kept_shown_and_corrected(pages: FlaskClient, store: Store) -> None:
    assert "No document is known yet" in pages.get("/documents/").text
    shown = pages.post("/documents/", data=TYPED, follow_redirects=True).text
    assert "SAMPLE &lt;b&gt;agenda&lt;/b&gt;" in shown
    pages.post("/documents/", data={**TYPED, "number": "N7", "title": "SAMPLE agenda 2"})
    assert _rows(store) == ["N 7 SAMPLE agenda 2"]
    changes = pages.get("/changes/").text
    assert f"{OURS} N 7" in changes


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", "", "Title"),
        ("issued_on", "yesterday", "Issued"),
        ("address", "javascript:alert(1)", "Address"),
        ("kind", "recipe", "Kind"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(
    pages: FlaskClient, store: Store, field: str, value: str, told: str
) -> None:
    answer = pages.post("/documents/", data={**TYPED, field: value})
    assert answer.status_code == 422
    assert f"Check the field {told}" in answer.get_data(as_text=True)
    assert 'value="n 7"' in answer.get_data(as_text=True)
    assert _rows(store) == []


def test_a_list_is_previewed_then_imported(pages: FlaskClient, store: Store) -> None:
    content = f"{HEAD}{OURS},N 8,SAMPLE call,Call for experts,,{SOON},,,\n{OURS},N 9,,,,,,,\n".encode()
    with pages.post("/documents/import/preview", data={"file": (io.BytesIO(content), "list.csv")}) as preview:
        assert "SAMPLE call" in preview.get_data(as_text=True)
        assert "list.csv, row 3" in preview.get_data(as_text=True)
    assert _rows(store) == []
    with pages.post("/documents/import", data={"file": (io.BytesIO(content), "list.csv")}) as answer:
        assert answer.status_code == 303
        assert answer.location.startswith("/sources/runs/")
    assert _rows(store) == ["N 8 SAMPLE call"]
    assert "N 8" in pages.get("/documents/?kind=experts&sort=due").text
    with pages.get("/export/documents.csv?kind=experts") as export:
        assert "SAMPLE call" in export.get_data(as_text=True)


@pytest.mark.parametrize("name", ["import", "import/preview"])
def test_no_file_and_no_list_are_told(pages: FlaskClient, name: str) -> None:
    assert pages.post(f"/documents/{name}", data={}).status_code == 400
    form = {"file": (io.BytesIO(b"a,b\n1,2\n"), "other.csv")}
    with pages.post(f"/documents/{name}", data=form) as answer:
        assert answer.status_code == 409
        assert "no known list of documents" in answer.get_data(as_text=True)
