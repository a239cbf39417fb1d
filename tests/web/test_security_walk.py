"""What holds for every address, export and page alike: tokens in forms, nothing inline, secrets nowhere."""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pydantic import SecretStr
from werkzeug.exceptions import default_exceptions
from werkzeug.routing import AnyConverter, Rule

from scrapers.comments.form import CommentRow
from tests.conftest import CHECKOUT
from tests.web.conftest import clock
from tests.web.seed import seed
from workbench import export
from workbench.cli import main
from workbench.comments.form import WRITERS, FormHead
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings, explain_settings
from workbench.standards.models import WorkItem
from workbench.web import context, create_app, permissions

# RFC 8058: mail programs post to end a subscription, without a form; the secret is in the address.
ONE_CLICK = {"workbench.web.mail_links.end_subscription"}
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SAMPLE_VALUES = {"IntegerConverter": 1, "UnicodeConverter": "x", "PathConverter": "x"}
# Handlers, style and script that a page would hold in its markup, against the policy.
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=|\son[a-z]+=\"|javascript:", re.IGNORECASE)
FORMULA = '=HYPERLINK("http://evil.example/")'


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = Settings(home=tmp_path_factory.mktemp("walk") / "home")
    store = Store(settings, Viewer.system())
    store.migrate()
    seed(store)
    yield create_app(settings, store, open_local=True, clock=clock)
    store.close()


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def address_of(app: Flask, rule: Rule) -> str:
    values = {
        name: next(iter(kind.items)) if isinstance(kind, AnyConverter) else SAMPLE_VALUES[type(kind).__name__]
        for name, kind in rule._converters.items()
    }
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or ())))


def plain_addresses(app: Flask) -> list[str]:
    """Every page that takes no argument."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return sorted({rule.rule for rule in rules})


def test_every_address_that_changes_something_wants_the_token_of_its_form(app: Flask, visitor: FlaskClient) -> None:
    asked = 0
    for rule in app.url_map.iter_rules():
        for method in CHANGING & (rule.methods or set()):
            answer = visitor.open(address_of(app, rule), method=method)
            if rule.rule.startswith("/api/"):
                # No form and no cookie: a bearer token that no browser sends by itself.
                assert answer.status_code == 401, rule.rule
            elif f"workbench.web.{rule.endpoint}" in ONE_CLICK:
                assert answer.status_code == 404, rule.rule  # "x" is nobody's secret
            else:
                assert answer.status_code == 400, rule.rule
                assert "This form has expired" in answer.text, rule.rule
            asked += 1
    assert asked > 30


def test_nothing_but_the_interface_is_exempt_from_tokens(app: Flask) -> None:
    protection = app.extensions["csrf"]
    assert protection._exempt_views <= ONE_CLICK
    assert {blueprint.name for blueprint in protection._exempt_blueprints} <= {"api"}


def test_reading_a_page_changes_nothing(app: Flask, visitor: FlaskClient) -> None:
    """But for the audit trail, written when somebody looks, and for the link of local mode, which is used up."""
    with app.app_context():
        engine = context.workbench().store.engine
    written: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        words = statement.split()
        kept = any(word.startswith(("trail_", "one_time_token")) for word in words[:4])
        if words[0] in {"INSERT", "UPDATE", "DELETE"} and not kept:
            written.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        for address in plain_addresses(app):
            visitor.get(address, buffered=True)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert written == []


def test_no_page_holds_script_or_style_of_its_own(app: Flask, visitor: FlaskClient) -> None:
    for address in plain_addresses(app):
        answer = visitor.get(address, buffered=True)
        assert answer.status_code < 500, address
        if answer.mimetype == "text/html":
            assert INLINE.search(answer.text) is None, (address, INLINE.search(answer.text))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_https_is_kept_to_where_it_is_used(app: Flask, sqlite_settings: Settings, sqlite_store: Store) -> None:
    assert "Strict-Transport-Security" not in app.test_client().get("/").headers
    settings = sqlite_settings.model_copy(update={"base_url": "https://workbench.example"})
    client = create_app(settings, sqlite_store, open_local=True, clock=clock).test_client()
    answer = client.get("/", base_url="https://workbench.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_downloads_have_plain_names_and_types(visitor: FlaskClient) -> None:
    for kind in export.KINDS:
        for form, media in export.FORMATS.items():
            answer = visitor.get(f"/export/{kind}.{form}", buffered=True)
            if answer.status_code == 400:
                continue  # a kind that needs to be told of what
            assert answer.status_code == 200, kind
            assert answer.mimetype == media.partition(";")[0]
            name = answer.headers["Content-Disposition"]
            assert re.fullmatch(rf"attachment; filename={kind}(-marked)?\.{form}", name), name


def test_no_error_page_tells_of_the_inside(sqlite_settings: Settings, sqlite_store: Store) -> None:
    app = create_app(sqlite_settings, sqlite_store, open_local=True, clock=clock)

    def broken(code: int) -> str:
        raise default_exceptions[code](description="inside of /srv/workbench: SELECT secret")

    app.add_url_rule("/static/broken/<int:code>", "broken", broken)
    permissions_of_static = {**permissions.ENDPOINTS, "broken": permissions.ANYBODY}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(permissions, "ENDPOINTS", permissions_of_static)
        for code in (400, 403, 404, 405, 410, 413, 415, 429, 500, 503):
            answer = app.test_client().get(f"/static/broken/{code}")
            assert answer.status_code == code
            assert not re.search(r"inside of|SELECT secret|Traceback|werkzeug|/srv", answer.text)


def test_no_export_holds_a_formula(sqlite_settings: Settings, sqlite_store: Store) -> None:
    seed(sqlite_store)
    with sqlite_store.write() as session:
        session.add(
            WorkItem(
                iso_id=1,
                reference=FORMULA,
                title_en=FORMULA,
                stage="40.20",
                url=FORMULA,
                first_seen=clock(),
                last_seen=clock(),
            )
        )
    with sqlite_store.read() as session:
        for kind in export.KINDS:
            try:
                rows = list(export.rows(session, kind))
            except export.UnknownExportError:
                continue
            for form in ("csv", "xlsx"):
                assert_no_formula(form, b"".join(export.write(rows, form)))
    fields = CommentRow.__dataclass_fields__
    texts: dict[str, Any] = dict.fromkeys(fields, FORMULA)
    row = CommentRow(**texts)
    for form in ("csv", "xlsx"):
        assert_no_formula(form, WRITERS[form](FormHead(clock().date(), "", ""), [row]))


def assert_no_formula(form: str, content: bytes) -> None:
    if form == "csv":
        cells = [cell for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in line]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
        return
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        for line in sheet.iter_rows():
            assert not [cell.value for cell in line if cell.data_type == "f"]


def test_no_text_is_run_as_code() -> None:
    """No eval, no shell, no pickles, no templates from strings, nothing said to be safe markup without escaping."""
    forbidden = re.compile(
        r"(?<![\w.])(eval|exec)\(|os\.system|os\.popen|shell=True|\b(pickle|marshal|shelve)\b|yaml\.(unsafe_)?load\("
        r"|render_template_string|\|\s*safe\b"
    )
    folders = (("workbench", "*.py"), ("scrapers", "*.py"), ("templates", "*.*"))
    files = [path for folder, pattern in folders for path in (CHECKOUT / folder).rglob(pattern)]
    assert len(files) > 200
    found = {str(path): hit[0] for path in files if (hit := forbidden.search(path.read_text(encoding="utf-8")))}
    assert found == {}


def test_secrets_of_the_settings_are_shown_nowhere(
    sqlite_settings: Settings, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither on pages nor in exports, logs, `doctor` or the settings written out."""
    word = "PLANTEDSECRET"
    for name, field in Settings.model_fields.items():
        if SecretStr in getattr(field.annotation, "__args__", (field.annotation,)):
            monkeypatch.setenv(f"WORKBENCH_{name.upper()}", f"{word}-{name}")
    monkeypatch.setenv("WORKBENCH_CREDENTIALS__EPO_OPS__CONSUMER_KEY", f"{word}-key")
    monkeypatch.setenv("WORKBENCH_CREDENTIALS__EPO_OPS__CONSUMER_SECRET", f"{word}-secret")
    monkeypatch.setenv("WORKBENCH_HOME", str(sqlite_settings.home))
    settings = Settings()
    assert settings.smtp_password is not None
    assert settings.secret_key is not None
    seed(sqlite_store)
    shown = [repr(settings), str(settings), settings.model_dump_json()]
    shown += [str(origin) for origin in explain_settings(settings)]
    with_password = settings.model_copy(update={"database_url": f"postgresql+psycopg://who:{word}@host/name"})
    shown += [str(origin) for origin in explain_settings(with_password)]
    caplog.set_level(logging.DEBUG)
    app = create_app(settings, sqlite_store, open_local=True, clock=clock)
    for address in plain_addresses(app):
        shown.append(app.test_client().get(address, buffered=True).text)
    with sqlite_store.read() as session:
        for kind in export.KINDS:
            try:
                shown.append(str(list(export.rows(session, kind))))
            except export.UnknownExportError:
                continue
    for arguments in (["doctor"], ["doctor", "--json"]):
        shown.append(CliRunner().invoke(main, arguments).output)
    shown.append(caplog.text)
    assert [text[:200] for text in shown if word in text] == []
