"""The page of the digest, previews and the archive; and what hostile texts and links do on all pages of this group."""

from __future__ import annotations

import html
import re

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlmodel import select

from tests.web.library import HOSTILE, NOW, Library, counted_queries, fill_with_harm
from tests.web.test_links import POSTED
from workbench.db import Store
from workbench.digest.models import Mail, Recipient
from workbench.settings import Settings
from workbench.web import create_app


def test_recipients_and_the_state_of_their_mails_come_from_the_rows(library: Library) -> None:
    page = library.page("/digest/")
    assert "one@example.org" in page
    assert "Japanese and English" in page
    assert "receives nothing" in page
    assert "Handed over" in page
    assert "2026-W47" in page


def test_without_a_mail_server_the_page_says_where_mails_go(library: Library) -> None:
    page = library.page("/digest/")
    assert "nothing is sent" in page
    assert "WORKBENCH_SMTP_HOST" in page
    settings = Settings(home=library.store.settings.home, smtp_host="mail.example.org", smtp_port=2525)
    with_server = (
        create_app(settings, library.store, open_local=True, clock=lambda: NOW).test_client().get("/digest/").text
    )
    assert "mail.example.org, port 2525" in with_server
    assert "nothing is sent" not in with_server


def test_an_empty_store_says_what_would_be_here(empty: FlaskClient) -> None:
    page = empty.get("/digest/").text
    assert "Nobody receives the digest yet." in page
    assert "workbench digest send" in page


def test_the_coming_digest_is_shown_in_both_parts(library: Library) -> None:
    with library.store.read() as session:
        people = {row.name: row.id for row in session.exec(select(Recipient))}
    page = library.page(f"/digest/preview/{people['Reader One']}")
    frame = re.search(r'<iframe[^>]*src="([^"]+)"[^>]*sandbox', page)
    assert frame is not None
    part = library.client.get(frame[1])
    assert part.status_code == 200
    subject = re.search(r"<strong>([^<]+)</strong>", page[page.index("Subject") :])
    assert subject is not None
    assert "<table" in part.text
    assert library.client.get(f"/digest/preview/{people['Gone']}").status_code == 404


def test_a_mail_is_shown_as_it_was_composed(library: Library) -> None:
    with library.store.read() as session:
        row = session.exec(select(Mail)).one()
    page = library.page(f"/digest/mails/{row.id}")
    assert row.text in page
    assert html.escape(row.message_id) in page
    assert library.client.get(f"/digest/mails/{row.id}/html").text == row.html


@pytest.mark.parametrize("address", ["/digest/preview/{}/html", "/digest/mails/{}/html"])
def test_the_frame_can_run_load_and_submit_nothing(library: Library, address: str) -> None:
    answer = library.client.get(address.format(1))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", ["/digest/preview/99", "/digest/preview/99/html", "/digest/mails/99", "/digest/x"])
def test_what_is_not_there_is_a_404(library: Library, address: str) -> None:
    assert library.client.get(address).status_code == 404


HARMED = [
    "/standards/drafts/",
    "/standards/drafts/1",
    "/standards/drafts/1?only=requirement",
    "/standards/drafts/1/clauses/0",
    "/patents/",
    "/patents/publications/EP.1.A1",
    "/mapping/",
    "/mapping/matches/1/1/0",
    "/digest/",
    "/digest/mails/1",
    "/digest/preview/1",
]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_hostile_texts_are_shown_and_do_nothing(settings: Settings, store: Store, language: str) -> None:
    fill_with_harm(store)
    client = create_app(settings, store, open_local=True, clock=lambda: NOW).test_client()
    client.set_cookie("language", language)
    for address in HARMED:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "alert(" in answer.text, address
        assert "<script>" not in answer.text, address
        assert "{{ 7*7 }}" in answer.text, address
        parsed = BeautifulSoup(answer.text, "html.parser")
        assert all(script.get("src") for script in parsed.find_all("script")), address
        assert not [name for tag in parsed.find_all(True) for name in tag.attrs if name.startswith("on")], address
        assert parsed.find(string=re.compile(re.escape(HOSTILE))), address


def test_every_link_of_these_pages_leads_somewhere(library: Library) -> None:
    waiting = ["/standards/drafts/", "/patents/", "/mapping/", "/digest/"]
    seen: dict[str, str] = {}
    groups: dict[str, int] = {}
    while waiting:
        address = waiting.pop(0)
        group = re.sub(r"\d+", "N", address.split("?")[0])
        if address in seen or groups.get(group, 0) >= 2:
            continue
        groups[group] = groups.get(group, 0) + 1
        answer = library.client.get(address, buffered=True)
        seen[address] = answer.status
        assert answer.status_code == 200, address
        if answer.mimetype == "text/html":
            found = re.findall(r'(?:href|src|(?<!form)action|hx-get)="(/[^"#]*)', POSTED.sub("", answer.text))
            waiting += [html.unescape(each) for each in found if "/language" not in each and "/theme" not in each]
    assert len(seen) > 60


def test_the_page_asks_the_store_a_fixed_number_of_questions(library: Library) -> None:
    with counted_queries(library.store) as asked:
        library.page("/digest/")
    assert len(asked) < 10
