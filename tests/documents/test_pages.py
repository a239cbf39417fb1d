"""The page of committee documents: typing and changing one, the search, importing a list, what may be seen."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.documents.test_documents import HEAD, OURS, SOON
from tests.web.seed import NOW
from workbench.db import Store
from workbench.documents.models import CommitteeDocument
from workbench.history.models import Change, ChangeKind
from workbench.settings import Settings
from workbench.web.app import create_app

TYPED = {"body": OURS, "number": "n 7", "title": "SAMPLE <b>agenda</b>", "kind": "document"}


@pytest.fixture
def dialect() -> str:
    """What differs between databases is looked at beneath the pages."""
    return "sqlite"


@pytest.fixture
def pages(settings: Settings, store: Store) -> FlaskClient:
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def _rows(store: Store) -> list[str]:
    with store.read() as session:
        return [f"{row.number} {row.title}" for row in session.exec(select(CommitteeDocument))]


def test_a_typed_document_is_kept_shown_found_and_typed_again_only_on_its_page(
    pages: FlaskClient, store: Store
) -> None:
    assert "No document is known yet" in pages.get("/documents/").text
    kept = pages.post("/documents/", data={**TYPED, "kind": "patent_call", "title": "SAMPLE <b>評価の記録</b>"})
    assert "SAMPLE &lt;b&gt;評価の記録&lt;/b&gt;" in pages.get(kept.location).text
    again = pages.post("/documents/", data={**TYPED, "number": "N7", "title": "SAMPLE agenda 2"})
    assert again.status_code == 409
    assert f'action="{kept.location}"' in again.text
    assert 'value="SAMPLE agenda 2"' in again.text
    assert '<option value="patent_call" selected>' in again.text
    assert _rows(store) == ["N 7 SAMPLE <b>評価の記録</b>"]
    assert f"{OURS} N 7" in pages.get("/changes/").text
    for query in ("評価", "評価の記録", "n 7 sc 42"):
        found = pages.get(f"/search/?q={query}&kind=document").text
        assert f'<a href="{kept.location}">' in found
    assert kept.location not in pages.get("/search/?q=agenda").text


def test_an_emptied_field_is_taken_away_and_an_old_form_is_refused(pages: FlaskClient, store: Store) -> None:
    kept = pages.post("/documents/", data={**TYPED, "due_on": str(SOON), "reference": "ISO/IEC 90001"}).location
    seen = re.search(r'name="seen" value="(\d+)"', pages.get(kept).text)
    assert seen is not None
    form = {"title": TYPED["title"], "kind": "document", "due_on": "", "seen": seen[1]}
    for field, value in (("title", ""), ("supersedes", "N7"), ("kind", "")):
        assert pages.post(kept, data={**form, field: value}).status_code == 422
    assert pages.post(kept, data=form).location == kept
    stale = pages.post(kept, data={**form, "due_on": "2026-12-24", "title": "SAMPLE late"})
    assert stale.status_code == 409
    assert "somebody changed the document meanwhile" in stale.text
    assert "SAMPLE late" in stale.text
    assert 'value="SAMPLE late"' not in stale.text, "the form holds what is kept"
    with store.read() as session:
        row = session.exec(select(CommitteeDocument)).one()
        assert (row.title, row.due_on, row.reference) == (TYPED["title"], None, "ISO/IEC 90001")
        change = session.exec(select(Change).where(Change.kind == ChangeKind.CHANGED)).one()
    assert (change.field, change.old, change.new, change.run_id) == ("due_on", str(SOON), None, None)
    assert pages.get(kept.replace(str(row.id), "2147483647")).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", "", "Title"),
        ("issued_on", "yesterday", "Issued"),
        ("address", "javascript:alert(1)", "Address"),
        ("kind", "recipe", "Kind"),
        ("supersedes", "N7", "Supersedes"),
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


def test_the_page_gives_another_number_takes_away_and_puts_back(pages: FlaskClient) -> None:
    typed = {"body": OURS, "number": "N 7", "title": "SAMPLE agenda", "kind": "document"}
    kept = pages.post("/documents/", data=typed).location

    def form() -> dict[str, str]:
        seen = re.search(r'name="seen" value="(\d+)"', pages.get(kept).text)
        return {**typed, "seen": seen[1] if seen else ""}

    assert pages.post(kept, data={**form(), "number": ""}).status_code == 422
    assert pages.post(kept, data={**form(), "number": "n 8"}).location == kept
    assert "Known before as" in pages.get(kept).text
    linked = re.findall(r'href="(/documents/keyed[^"]+)"', pages.get("/changes/").text)
    assert linked
    assert {pages.get(each.replace("&amp;", "&")).location for each in linked} == {kept}
    assert pages.get(f"/documents/keyed?key={OURS} N 99").location.startswith("/documents/?q=")
    second = pages.post("/documents/", data=typed).location
    refused = pages.post(kept, data={**form(), "number": "N 7"})
    assert refused.status_code == 409
    assert f"{OURS} N 7 is the number of another document" in refused.text
    assert pages.post(f"{second}/take-away", data={"seen": "1"}).status_code == 409
    taken = pages.post(f"{kept}/take-away", data={"seen": form()["seen"], "why": "a <b>dream</b>"})
    assert taken.location == kept
    assert "Reason: a &lt;b&gt;dream&lt;/b&gt;" in pages.get(kept).text
    assert f'"{kept}"' not in pages.get("/documents/").text
    assert f'"{kept}"' in pages.get("/documents/?taken_away=yes").text
    assert f'"{kept}"' not in pages.get("/search/?q=agenda").text
    with pages.get("/export/documents.csv?taken_away=yes") as export:
        assert "N 8" in export.get_data(as_text=True)
    assert pages.post(f"{kept}/put-back").location == kept
    assert f'"{kept}"' in pages.get("/documents/").text
    assert pages.post("/documents/2147483647/put-back").status_code == 404
