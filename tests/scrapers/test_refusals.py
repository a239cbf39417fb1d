"""Telling anti-bot pages from ordinary ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.refusals import bot_wall

WALLS = {
    "Cloudflare": b"<html><head><title>Attention Required! | Cloudflare</title></head></html>",
    "Akamai": b"\xef\xbb\xbf <HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>Reference #18.2</BODY></HTML>",
    "Imperva": b"<html><body><iframe>Request unsuccessful. Incapsula incident ID: 1</iframe></body></html>",
    "DataDome": b"<html><script src='https://ct.captcha-delivery.com/c.js'></script></html>",
    "PerimeterX": b"<html><div id='px-captcha'></div></html>",
    "a captcha": b"<html><body><p>Please verify you are a human to go on.</p></body></html>",
}


@pytest.mark.parametrize("name", WALLS)
def test_walls_are_recognised(name: str) -> None:
    assert bot_wall({}, WALLS[name]) == name


def test_a_header_is_enough() -> None:
    assert bot_wall({"cf-mitigated": "challenge"}, b"") == "Cloudflare"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"text": "<title>Just a moment...</title>"}',
        b"<html><title>Access control systems</title><script src='/cdn-cgi/challenge-platform/x.js'></script></html>",
        b"<html><title>ISO/IEC 19794 - Biometrics</title><p>A captcha is a test.</p></html>",
    ],
)
def test_ordinary_bodies_are_not(body: bytes) -> None:
    assert bot_wall({}, body) is None


@pytest.mark.shared
def test_no_recorded_page_is_taken_for_a_wall(shared: Path) -> None:
    pages = list((shared / "recorded" / "iso" / "standard").glob("*.html"))
    assert pages
    assert [page.name for page in pages if bot_wall({}, page.read_bytes()[:65536]) is not None] == []
