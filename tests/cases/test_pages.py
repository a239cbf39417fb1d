"""The pages of declaration cases, on SQLite: a case from its form to its receipt by people who sign in."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from tests.cases.conftest import Office, office_of
from tests.cases.filled import OPTION_3, VALUES
from tests.people.walled import NOW
from workbench.cases.models import DeclarationCase
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import context, create_app, permissions


@dataclass
class Pages:
    """The application, asked by one person after the other."""

    app: Flask
    store: Store
    office: Office
    who: str = "analyst"

    def get(self, who: str, address: str) -> Any:
        self.who = who
        return self._settled(self.app.test_client().get(address))

    def post(self, who: str, address: str, data: dict[str, Any] | None = None) -> Any:
        self.who = who
        return self._settled(self.app.test_client().post(address, data=data or {}))

    def _settled(self, answer: Any) -> Any:
        """The answer, read to its end and closed: uploads are files until then."""
        assert answer.data is not None
        answer.close()
        return answer

    def form(self, **changes: str) -> dict[str, str]:
        patent = {"patent-1-country": "JP", "patent-1-number": "7000001", "patent-1-status": "granted"}
        return {**VALUES, **patent, "seen": self.revision(), f"clauses-{self.office.draft_id}": "6", **changes}

    def revision(self) -> str:
        with self.store.read() as session:
            return str(session.exec(select(DeclarationCase.revision)).first() or 1)

    def status(self) -> str:
        with self.store.read() as session:
            return session.exec(select(DeclarationCase)).one().status.value


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Pages]]:
    made: list[Store] = []

    def make() -> Pages:
        settings = Settings(home=tmp_path_factory.mktemp("pages"))
        store = Store(settings, Viewer.system())
        store.migrate()
        made.append(store)
        office = office_of(store)
        app = create_app(settings, store, open_local=True, clock=lambda: NOW)
        app.config["WTF_CSRF_ENABLED"] = False
        pages = Pages(app, store, office)
        before = app.before_request_funcs[None]
        before.insert(before.index(permissions._check), lambda: context.set_viewer(office.people[pages.who]))
        return pages

    yield make
    for store in made:
        store.close()


def test_a_case_from_its_form_to_its_receipt(world: Callable[[], Pages], tmp_path: Path) -> None:
    pages = world()
    assert "No declaration is prepared" in pages.get("analyst", "/cases/").text
    begun = pages.post(
        "analyst", "/cases/", {"work_item": "90001", "holder": VALUES["holder_name"], "form": "common 2015-06-26"}
    )
    assert begun.status_code == 303
    address = begun.headers["Location"]
    assert address == "/cases/1"
    assert "is missing; fill it in" in pages.get("analyst", address).text
    assert pages.post("analyst", f"{address}/propose").status_code == 409
    odd = pages.post("analyst", f"{address}/revise", pages.form(**{f"clauses-{pages.office.draft_id}": "99"}))
    assert odd.status_code == 409
    assert "no clause with the number" in odd.text
    assert pages.post("analyst", f"{address}/revise", pages.form()).status_code == 303
    assert pages.post("analyst", f"{address}/revise", pages.form(seen="1")).status_code == 409
    assert pages.post("analyst", f"{address}/propose").status_code == 303
    assert "others approve it" in pages.get("analyst", address).text
    assert pages.post("analyst", f"{address}/approve", {"answer": "yes"}).status_code == 403
    for who in ("counsel", "signatory"):
        told = {"answer": "yes", "seen": pages.revision()}
        assert pages.post(who, f"{address}/approve", told).status_code == 303
    assert pages.status() == "approved"
    pages.post("analyst", f"{address}/generate", {"language": "ja"})
    sent = {"sent_on": NOW.date().isoformat(), "how": "by e-mail"}
    one = pages.post("counsel", f"{address}/send", {**sent, "to": ["ISO"]})
    assert one.status_code == 409
    assert "every organisation" in one.text
    assert pages.post("counsel", f"{address}/send", {**sent, "to": ["ISO", "IEC"]}).status_code == 303
    receipt = {"organisation": "ISO", "dated": NOW.date().isoformat(), "file": (io.BytesIO(b"got it"), "r.eml")}
    assert pages.post("counsel", f"{address}/receipt", receipt).status_code == 303
    assert pages.status() == "in_force"
    page = pages.get("counsel", address).text
    assert "In force" in page
    links = re.findall(r'href="(/cases/documents/\d+)"', page)
    assert len(links) == 3
    word = next(body for link in links if (body := pages.get("counsel", link).data).startswith(b"PK"))
    document = zipfile.ZipFile(io.BytesIO(word)).read("word/document.xml").decode()
    assert VALUES["holder_name"] in document
    assert pages.get("signatory", links[0]).status_code == 200, "who signs a form reads it"
    assert pages.get("signatory", f"{address}/form.pdf").data.startswith(b"%PDF")
    assert pages.get("analyst", links[0]).status_code == 403
    adopted = {"reference": "JIS X 90001:2027", "how": "altered"}
    assert pages.post("analyst", f"{address}/adoption", adopted).status_code == 303
    assert "this declaration does not cover it" in pages.get("analyst", address).text
    assert pages.post("analyst", f"{address}/adoption", {**adopted, "how": "x"}).status_code == 400
    rows = pages.get("counsel", "/export/declaration-cases.jsonl").text
    assert '"status": "in_force"' in rows or '"status":"in_force"' in rows
    assert pages.get("analyst", "/cases/registers").text.count("1 families declared") == 1


def test_option_3_is_a_blocker_that_only_the_ip_side_sees(world: Callable[[], Pages]) -> None:
    pages = world()
    pages.post("analyst", "/cases/", {"work_item": "90001", "holder": "H", "form": "common 2015-06-26"})
    pages.post("analyst", "/cases/1/revise", pages.form(**OPTION_3, holder_name="H", sig_holder="H"))
    assert "Option 3 is prepared or declared" in pages.get("signatory", "/standards/items/90001").text
    for address in ("/cases/", "/cases/1", "/cases/registers", "/cases/1/form.pdf"):
        assert pages.get("delegate", address).status_code == 403
    seen = pages.get("delegate", "/standards/items/90001").text
    assert "Our declarations" not in seen
    assert "/cases/" not in seen


def test_what_was_typed_is_shown_again_as_text(world: Callable[[], Pages]) -> None:
    pages = world()
    hostile = "<script>alert(1)</script>"
    pages.post("analyst", "/cases/", {"work_item": "90001", "holder": hostile, "form": "common 2015-06-26"})
    pages.post("analyst", "/cases/1/revise", pages.form(holder_name=hostile, doc_title=hostile * 20))
    page = pages.get("counsel", "/cases/1").text
    assert hostile not in page
    assert "&lt;script&gt;" in page
    assert pages.get("counsel", "/cases/1/form.pdf").status_code == 409, "a form with faults is not printed"
    pages.post("analyst", "/cases/1/revise", pages.form(holder_name=hostile, sig_holder=hostile, doc_title=hostile))
    assert pages.get("counsel", "/cases/1/form.pdf").data.startswith(b"%PDF")
    assert pages.get("counsel", "/cases/1/form.exe").status_code == 404
    assert pages.get("counsel", "/cases/99").status_code == 404
