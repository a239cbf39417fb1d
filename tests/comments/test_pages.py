"""Pages of comments: write, agree, export, import, settle; what may not be done, and what is shown of hostile text."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient

from scrapers.comments import read_form
from tests.catalogues import compile_catalogues
from tests.comments.conftest import NOW, TEXTS, add_draft
from workbench.comments.form import WRITERS, FormHead
from workbench.db import Store
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import context, create_app

HOSTILE = "<script>alert('x')</script>\"'& %s {{ 7*7 }}"
NEW = "/standards/comments/drafts/1/new"
FIELDS = {"type": "te", "member": "jp", "text": "Unclear.", "clause": "2"}


@pytest.fixture
def client(one_store: Store, one_settings: Settings) -> FlaskClient:
    compile_catalogues()
    add_draft(one_store, "CD 1", TEXTS, 1)
    app = create_app(one_settings, one_store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def seen(client: FlaskClient, number: int = 1) -> str:
    found = re.search(r'name="seen" value="(\d+)"', client.get(f"/standards/comments/{number}").text)
    assert found
    return found[1]


def test_from_the_clause_to_the_observation(client: FlaskClient) -> None:
    page = client.get("/standards/drafts/1/clauses/2").text
    assert f"{NEW}?clause=2" in page
    assert "patents go by declaration" in client.get(f"{NEW}?clause=2&passage=may+read&before=20").text
    change = {"passage": "may read", "wording": "can read"}
    answer = client.post(NEW, data=FIELDS | change)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "<del>may</del><ins>can</ins> read" in page
    for state in ("agreed", "submitted"):
        answer = client.post("/standards/comments/1/state", data={"state": state, "seen": seen(client)})
        assert answer.status_code == 303
    form = client.get("/standards/comments/drafts/1/form.csv")
    assert "Change “may read” to “can read”." in form.text
    returned = form.data.replace(b"\xe2\x80\x9d.,", "”.,Accepted".encode())
    upload = {"form": (io.BytesIO(returned), "returned.csv")}
    answer = client.post("/standards/comments/drafts/1/returned", data=upload)
    assert answer.status_code == 303
    page = client.get("/standards/comments/1").text
    assert "resolved" in page
    assert "accepted" in page
    with client.get("/export/comments.jsonl?state=resolved") as exported:
        assert "Accepted" in exported.get_data(as_text=True)
    assert "1 comment<" in client.get("/standards/drafts/1").text


def test_a_refused_comment_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = client.post(NEW, data=FIELDS | {"passage": "not there", "text": HOSTILE})
    assert answer.status_code == 400
    assert "word for word" in answer.text
    assert "&lt;script&gt;" in answer.text
    assert HOSTILE not in answer.text
    assert client.post(NEW, data=FIELDS | {"type": "zz"}).status_code == 400
    assert client.post(NEW, data=FIELDS | {"clause": "99"}).status_code == 404
    assert client.get("/standards/comments/7").status_code == 404
    assert client.get("/standards/comments/drafts/1/form.exe").status_code == 404


def test_two_people_at_one_comment(client: FlaskClient) -> None:
    client.post(NEW, data=FIELDS)
    old = seen(client)
    assert client.post("/standards/comments/1", data=FIELDS | {"text": "Better.", "seen": old}).status_code == 303
    answer = client.post("/standards/comments/1/state", data={"state": "agreed", "seen": old})
    assert answer.status_code == 409
    assert "meanwhile" in answer.text


def test_rows_that_wait_are_settled_on_the_page(client: FlaskClient, tmp_path_factory: pytest.TempPathFactory) -> None:
    for text in ("First", "Second", "Third"):
        client.post(NEW, data=FIELDS | {"text": text})
    assert client.post("/standards/comments/3/merge", data={"into": "2", "seen": seen(client, 3)}).status_code == 303
    body = client.get("/standards/comments/drafts/1/form.docx?drafts=1").data
    path = tmp_path_factory.mktemp("form") / "form.docx"
    path.write_bytes(body)
    rows = list(read_form(path).rows)
    assert [row.comment for row in rows] == ["First", "Second"]
    strange = [type(rows[0])("JP", "", "5", "", rows[0].type, HOSTILE, "", "Rejected") for _ in range(2)]
    head = FormHead(NOW.date(), "x", "y")
    for _ in range(2):
        upload = {"form": (io.BytesIO(WRITERS["xlsx"](head, strange)), "../returned.xlsx")}
        assert client.post("/standards/comments/drafts/1/returned", data=upload).status_code == 303
    page = client.get("/standards/comments/drafts/1/returned").text
    assert HOSTILE not in page
    assert re.findall(r"/standards/comments/rows/(\d+)", page) == ["1", "2"]
    assert client.post("/standards/comments/rows/1", data={"comment": "1"}).status_code == 303
    assert client.post("/standards/comments/rows/2", data={"comment": ""}).status_code == 303
    assert client.post("/standards/comments/rows/2", data={"comment": ""}).status_code == 409
    heat = client.get("/standards/comments/drafts/1/heat").text
    assert "<svg" in heat
    assert '"comments": 2' in client.get("/standards/comments/drafts/1/heat.jsonl").text
    listing = client.get("/standards/comments/?draft=1&state=resolved&sort=-type").text
    assert listing.count('class="open"') == 2


def test_a_form_of_no_use_is_refused(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "/standards/comments/drafts/1/returned"
    assert client.post(address).status_code == 400
    answer = client.post(address, data={"form": (io.BytesIO(b"PK\x03\x04rubbish"), "a.docx")})
    assert answer.status_code == 400
    monkeypatch.setattr("workbench.web.comments.forms.MAX_UPLOAD", 100)
    large = client.post(address, data={"form": (io.BytesIO(b"x" * 101), "a.csv")})
    assert large.status_code == 413


def test_a_reader_reads_and_a_delegate_writes(one_store: Store, one_settings: Settings) -> None:
    compile_catalogues()
    add_draft(one_store, "CD 1", TEXTS, 1)
    app = create_app(one_settings, one_store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    role = [Role.READER]
    app.before_request_funcs[None].insert(1, lambda: context.set_viewer(Viewer(None, "R", frozenset(role))))
    client = app.test_client()
    assert client.get("/standards/comments/").status_code == 200
    assert "comment-on" not in client.get("/standards/drafts/1").text
    assert client.post(NEW, data=FIELDS).status_code == 403
    assert client.get("/standards/comments/drafts/1/form.csv").status_code == 403
    assert client.get("/export/comments.csv").status_code == 403
    role[0] = Role.DELEGATE
    assert client.post(NEW, data=FIELDS).status_code == 303
