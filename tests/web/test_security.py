"""Headers, cookies, forged forms, redirects and error pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import clock, token
from workbench.db import Store
from workbench.settings import Settings
from workbench.web import create_app, permissions

STATIC = Path(__file__).resolve().parents[2] / "workbench" / "web" / "static"


def test_policy_allows_nothing_inline_and_no_frame(page: FlaskClient) -> None:
    for address in ("/", "/nothing", "/static/workbench.css"):
        headers = page.get(address, buffered=True).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_kept_by_no_shared_cache(page: FlaskClient) -> None:
    headers = page.get("/").headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language"} <= {part.strip() for part in headers["Vary"].split(",")}


@pytest.mark.parametrize("address", ["/language", "/theme"])
def test_a_form_without_its_token_is_refused(page: FlaskClient, address: str) -> None:
    response = page.post(address, data={"language": "ja", "theme": "dark", "next": "/"})
    assert response.status_code == 400
    assert "This form has expired" in response.text
    assert page.get_cookie("language") is None


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(page: FlaskClient) -> None:
    response = page.post("/theme", data={"theme": "dark", "next": "/standards/", "csrf_token": token(page)})
    assert response.status_code == 303
    assert response.headers["Location"] == "/standards/"
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert 'data-theme="dark"' in page.get("/").text


def test_cookies_are_secure_behind_https(sqlite_settings: Settings, sqlite_store: Store) -> None:
    settings = sqlite_settings.model_copy(update={"base_url": "https://workbench.example"})
    client = create_app(settings, sqlite_store, open_local=True, clock=clock).test_client()
    assert "Secure" in client.get("/", base_url="https://workbench.example").headers["Set-Cookie"]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "", "x",
     "/\t/evil.example", "///evil.example"],
)  # fmt: skip
def test_only_pages_of_ours_are_returned_to(page: FlaskClient, target: str) -> None:
    response = page.post("/language", data={"language": "ja", "next": target, "csrf_token": token(page)})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize(("address", "name"), [("/language", "language"), ("/theme", "theme")])
def test_unknown_languages_and_themes_are_refused(page: FlaskClient, address: str, name: str) -> None:
    response = page.post(address, data={name: "x", "next": "/", "csrf_token": token(page)})
    assert response.status_code == 400


def test_wrong_methods_and_large_bodies_have_pages(page: FlaskClient) -> None:
    page.application.config["MAX_CONTENT_LENGTH"] = 100
    assert page.post("/standards/").status_code in {400, 405}
    response = page.post("/theme", data={"theme": "x" * 1000})
    assert response.status_code == 413
    assert "What was sent is too large" in response.text


def test_an_error_of_ours_shows_no_details(
    sqlite_settings: Settings, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "ENDPOINTS", {**permissions.ENDPOINTS, "broken": permissions.ANYBODY})
    app: Flask = create_app(sqlite_settings, sqlite_store, open_local=True, clock=clock)

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("secret detail")

    app.logger.disabled = True
    response = app.test_client().get("/broken")
    assert response.status_code == 500
    assert "The workbench made an error" in response.text
    assert "secret detail" not in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_characters_that_a_database_refuses_do_no_harm(client: FlaskClient) -> None:
    for address in ("/standards/?q=%00", "/search/?q=a%00b", "/changes/?source=%00", "/changes/?field=%ff%fe"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("page_text", ["0", "-1", "x", "99999999999999999999", "٣", "7"])
def test_pages_out_of_range_are_no_error(page: FlaskClient, page_text: str) -> None:
    assert page.get(f"/standards/?page={page_text}").status_code == 200


def test_sample_data_is_marked_on_every_page(sqlite_settings: Settings, sqlite_store: Store) -> None:
    marked = create_app(sqlite_settings, sqlite_store, sample=True, open_local=True, clock=clock).test_client()
    plain = create_app(sqlite_settings, sqlite_store, open_local=True, clock=clock).test_client()
    for address in ("/", "/standards/", "/nothing"):
        assert "Sample data" in marked.get(address).text
        assert "Sample data" not in plain.get(address).text


def test_vendored_files_are_those_that_are_listed() -> None:
    import hashlib

    listed = (STATIC / "vendor" / "VENDOR.md").read_text(encoding="utf-8")
    for file in (STATIC / "vendor").glob("*.js"):
        assert hashlib.sha256(file.read_bytes()).hexdigest() in listed
        assert file.with_name(file.name.split(".")[0] + ".LICENSE.txt").is_file()
