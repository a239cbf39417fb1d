"""Which column of a table is what: tried on its first rows, saved by name, used again, on the pages and by command."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from scrapers.errors import UnreadableFileError
from scrapers.patents import ColumnMap
from scrapers.patents.column_maps import Field
from tests.web.conftest import token
from tests.web.test_pages import text_of
from workbench.cli import main
from workbench.db import Store
from workbench.history.models import QuarantinedRecord
from workbench.patents.models import Publication
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.sources import column_maps
from workbench.sources.column_maps import Uploads, find_map, map_named, save_map, saved_maps
from workbench.web import create_app

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
TABLE = (
    "Our list of November;;;;\n"
    "Pub. No.;Published;Heading;Owner;Docket\n"
    "EP 9990001 A1;03.02.2026;Sample gauge;Sample Corp|Other Corp;D1\n"
    "no number;;;;D2\n"
    "US 2026/0990002 A1;07.02.2026;<script>alert(1)</script>;Sample Corp;D3\n"
)
COLUMNS = "number=Pub.+No.&date=Published&title=Heading&applicants=Owner&separator=%7C&date_format=%25d.%25m.%25Y"


def _map(name: str = "ours") -> ColumnMap:
    return ColumnMap(name=name, columns={Field.NUMBER: ("Pub. No.",), Field.TITLE: ("Heading",)})


@pytest.fixture
def client(store: Store, settings: Settings) -> FlaskClient:
    return create_app(settings, store, open_local=True, clock=lambda: NOW).test_client()


def _upload(client: FlaskClient, content: bytes, name: str = "list.csv") -> str:
    form = {"csrf_token": token(client), "table": (io.BytesIO(content), name)}
    answer = client.post("/patents/import/", data=form, content_type="multipart/form-data")
    return answer.location or text_of(answer.text)


def test_a_table_is_tried_saved_and_imported(client: FlaskClient, store: Store) -> None:
    address = _upload(client, TABLE.encode())
    first = client.get(address).text
    assert "Our list of November" in first
    assert "no heading" in first or "Preview" in first
    assert "Import the whole table" not in first
    tried = client.get(f"{address}?{COLUMNS}").text
    shown = text_of(tried)
    assert "2 publications, 1 refused" in shown
    assert "EP.9990001.A1 2026-02-03 Sample gauge Sample Corp; Other Corp" in shown
    assert "list.csv, row 4" in shown
    assert "Not used: Docket" in shown
    assert "&lt;script&gt;" in tried
    assert "<script>alert" not in tried
    form = {"csrf_token": token(client), "name": "ours"}
    saved = client.post(f"{address}/save?{COLUMNS}", data=form, follow_redirects=True)
    assert "Saved as ours." in text_of(saved.text)
    assert "ours" in client.get("/patents/import/").text
    again = _upload(client, TABLE.encode())
    assert "2 publications, 1 refused" in text_of(client.get(again).text), "the saved map is found by the headings"
    imported = client.post(f"{address}?{COLUMNS}", data={"csrf_token": token(client), "portfolio": "Ours"})
    assert re.fullmatch(r"/sources/runs/[0-9]+", imported.location or "")
    with store.read() as session:
        numbers = session.exec(select(Publication.number).order_by(Publication.number)).all()
        (waiting,) = session.exec(select(QuarantinedRecord)).all()
    assert numbers == ["EP.9990001.A1", "US.20260990002.A1"]
    assert (waiting.place, waiting.options["columns"]["date_formats"][0]) == ("list.csv, row 4", "%d.%m.%Y")
    assert client.get(address).status_code == 404, "an imported upload is thrown away"


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_columns_without_the_number_and_unknown_matters_are_refused(client: FlaskClient) -> None:
    address = _upload(client, TABLE.encode())
    page = client.get(f"{address}?title=Heading").text
    assert "Say in which column the number" in page
    form = {"csrf_token": token(client)}
    assert client.post(f"{address}?title=Heading", data=form).status_code == 400
    assert client.post(f"{address}/save?{COLUMNS}", data=form | {"name": " "}).status_code == 400
    assert client.post(f"{address}?{COLUMNS}", data=form | {"matter": "None such"}).status_code == 400
    assert client.get("/patents/import/0123456789abcdef0123456789abcdef").status_code == 404
    assert client.get("/patents/import/nothing").status_code == 404


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(300):
                sheet.write(b" " * (1 << 20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7\n1,2,3\n", "list.csv"),
        (b"<html><script>1</script>,;,</html>", "list.xlsx"),
        (b"PK\x03\x04 and nothing", "list.xlsx"),
        (b"\x7fELF\x00\x00,,,", "list.csv"),
        (b"", "empty.csv"),
        (b'{"a": 1, "b": 2}', "list.csv"),
        (_bomb(), "bomb.xlsx"),
    ],
)
def test_what_is_no_table_by_its_content_is_refused_and_not_kept(sqlite: Store, content: bytes, name: str) -> None:
    uploads = Uploads(sqlite.settings)
    with pytest.raises(UnreadableFileError) as error:
        uploads.keep(io.BytesIO(content), name, NOW)
    assert "\n" not in str(error.value)
    assert list(uploads.root.iterdir()) == []


@pytest.fixture
def sqlite(tmp_path: Path) -> Store:
    store = Store(Settings(home=tmp_path / "home"), Viewer.system())
    store.migrate()
    return store


def test_an_upload_that_is_too_large_is_refused(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_maps, "MAX_UPLOAD", 100)
    with pytest.raises(UnreadableFileError, match="larger than the limit of 100 bytes"):
        Uploads(sqlite.settings).keep(io.BytesIO(b"a,b,c\n" * 50), "large.csv", NOW)


def test_old_uploads_are_thrown_away(sqlite: Store) -> None:
    uploads = Uploads(sqlite.settings)
    first = uploads.keep(io.BytesIO(TABLE.encode()), "a.csv", NOW)
    later = dt.datetime.now(dt.UTC) + column_maps.KEPT_FOR + dt.timedelta(hours=1)
    uploads.keep(io.BytesIO(TABLE.encode()), "b.csv", later)
    assert uploads.path(first) is None


@given(name=st.text(max_size=300))
def test_a_name_never_leads_out_of_its_folder(name: str) -> None:
    plain = column_maps.plain_name(name)
    assert plain not in ("", ".", "..")
    assert "/" not in plain
    assert "\\" not in plain
    assert plain.isprintable()
    assert len(plain) <= 100


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_a_workbook_is_read_and_its_formulas_stay_text(client: FlaskClient) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Pub. No.", "Heading", "Published"])  # type: ignore[union-attr]
    book.active.append(["EP 9990001 A1", '=HYPERLINK("http://example.org","x")', "2026-02-03"])  # type: ignore[union-attr]
    packed = io.BytesIO()
    book.save(packed)
    address = _upload(client, packed.getvalue(), "liste 十一月.xlsx")
    shown = text_of(client.get(f"{address}?number=Pub.+No.&title=Heading").text)
    assert "1 publication, 0 refused" in shown


def test_a_map_is_saved_once_a_name_and_found_by_name_or_file(store: Store, tmp_path: Path) -> None:
    save_map(store, _map(), by="Ida", at=NOW)
    save_map(store, _map().model_copy(update={"language": "de"}), by="Ben", at=NOW)
    file = tmp_path / "map.toml"
    file.write_text('name = "file"\n[columns]\nnumber = "No."\n')
    with store.read() as session:
        (row,) = saved_maps(session)
        assert (row.saved_by, row.content["language"]) == ("Ben", "de")
        assert map_named(session, "ours") == _map().model_copy(update={"language": "de"})
        assert find_map(session, str(file)).name == "file"
        with pytest.raises(UnreadableFileError, match="neither a file nor a saved column map; saved are: ours"):
            find_map(session, "theirs")


def test_the_command_previews_and_imports_by_name(
    sqlite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(sqlite.settings.home))
    save_map(sqlite, _map(), by=None, at=NOW)
    table = tmp_path / "list.csv"
    table.write_text(TABLE)
    runner = CliRunner()
    tried = runner.invoke(main, ["import", "patents", str(table), "--columns", "ours", "--preview"])
    assert tried.exit_code == 0
    assert "EP.9990001.A1" in tried.stdout
    assert "list.csv, row 4:" in tried.stderr
    with sqlite.read() as session:
        assert session.exec(select(Publication)).all() == []
    done = runner.invoke(main, ["import", "patents", str(table), "--columns", "ours"])
    assert done.exit_code == 0, done.stderr
    with sqlite.read() as session:
        assert len(session.exec(select(Publication)).all()) == 2
    lone = runner.invoke(main, ["import", "patents", str(table), "--preview"])
    assert lone.exit_code == 2
    unknown = runner.invoke(main, ["import", "patents", str(table), "--columns", "theirs"])
    assert unknown.exit_code == 1
    assert "neither a file nor a saved column map" in unknown.stderr
