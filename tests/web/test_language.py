"""Two languages: how one is chosen, how dates look in it, and that the catalogues are complete."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from scrapers.identifiers import STAGE_GROUPS, STAGE_MATRIX
from tests.web.conftest import token
from workbench.standards.stages import group_name, stage_name

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "workbench" / "translations"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}


def test_english_is_the_default(page: FlaskClient) -> None:
    assert '<html lang="en"' in page.get("/").text


def test_the_browser_may_ask_for_japanese(page: FlaskClient) -> None:
    markup = page.get("/", headers={"Accept-Language": "ja-JP,ja;q=0.9,en;q=0.5"}).text
    assert '<html lang="ja"' in markup
    assert "<h1>今週</h1>" in markup


def test_the_reader_s_choice_outweighs_the_browser(page: FlaskClient) -> None:
    response = page.post("/language", data={"language": "ja", "next": "/standards/?q=x", "csrf_token": token(page)})
    assert response.headers["Location"] == "/standards/?q=x"
    assert '<html lang="ja"' in page.get("/", headers={"Accept-Language": "en"}).text


def test_dates_are_iso_in_english_and_in_kanji_in_japanese(page: FlaskClient) -> None:
    assert ">2026-12-04</time>" in page.get("/standards/items/90001").text
    japanese = page.get("/standards/items/90001", headers={"Accept-Language": "ja"}).text
    assert ">2026年12月4日</time>" in japanese
    assert "残り9日" in japanese
    assert "推定" in japanese
    published = page.get("/standards/items/90003", headers={"Accept-Language": "ja"}).text
    assert "2021年7月" in published


def test_japanese_pages_hold_no_english_of_ours(page: FlaskClient) -> None:
    """Headings and table heads, where a text that missed the catalogue would stand."""
    for address in ("/", "/standards/", "/standards/items/90001", "/changes/", "/sources/", "/search/?q=records"):
        markup = page.get(address, headers={"Accept-Language": "ja"}).text
        for text in re.findall(r"<(?:h2|th|dt|label|button)[^>]*>([^<]+)<", markup):
            text = text.strip()
            allowed = not text or re.search(r"[ぁ-んァ-ヶ一-龠]", text) or re.fullmatch(r"[A-Z0-9./ &;#:-]+", text)
            known = text in {"English", "Known"} or "ISO/IEC" in text or text in {"ICS", "SHA-256"}
            assert allowed or known, f"{address}: {text!r} is not Japanese"


def messages() -> set[str | tuple[str, ...]]:
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found: set[str | tuple[str, ...]] = set()
    for folder in ("workbench", "templates"):
        mine = [
            (pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)
        ]
        own_options = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, mine, own_options, KEYWORDS):
            found.add(message)
    return found


def test_every_text_is_in_the_catalogues_and_in_japanese() -> None:
    found = messages()
    assert len(found) > 200
    for language in ("en", "ja"):
        with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as lines:
            catalogue = read_po(lines, locale=language)
        known = {message.id: message for message in catalogue if message.id}
        missing = sorted(str(message) for message in found if message not in known)
        assert not missing, f"not in the {language} catalogue, run `make translations`: {missing}"
        if language == "ja":
            empty = sorted(str(message.id) for message in known.values() if not filled(message) or message.fuzzy)
            assert not empty, f"not translated: {empty}"
            unused = sorted(str(name) for name in known if name not in found)
            assert not unused, f"no longer used: {unused}"


def filled(message: Message) -> bool:
    texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(texts) and all(texts)


def test_translations_keep_every_placeholder() -> None:
    with (TRANSLATIONS / "ja" / "LC_MESSAGES" / "messages.po").open("rb") as lines:
        for message in read_po(lines, locale="ja"):
            if not message.id:
                continue
            source = message.id if isinstance(message.id, str) else message.id[0]
            text = message.string if isinstance(message.string, str) else next(iter(message.string or ()), "")
            placeholders = re.compile(r"%\(\w+\)[sd]")
            assert sorted(placeholders.findall(source)) == sorted(placeholders.findall(text)), source


def test_every_cell_of_the_stage_matrix_has_a_name() -> None:
    codes = [f"{group}.{substage}" for group, substages in STAGE_MATRIX.items() for substage in substages]
    assert all(stage_name(code) != code for code in codes)
    assert len({stage_name(code) for code in codes}) == len(codes)
    assert all(group_name(group) != group for group in STAGE_GROUPS)
    assert stage_name("77.77") == "77.77"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_relative_times_read_well(page: FlaskClient, language: str) -> None:
    from workbench.web import display

    expected = {
        "en": ["today", "in 1 day", "13 days ago", "in 3 weeks", "3 months ago", "in 2 years"],
        "ja": ["今日", "1日後", "13日前", "3週間後", "3か月前", "2年後"],
    }
    with page.application.test_request_context("/", headers={"Accept-Language": language}):
        today = dt.date(2026, 11, 25)
        days = [0, 1, -13, 21, -92, 731]
        assert [display.relative(today + dt.timedelta(days=each)) for each in days] == expected[language]
        assert display.file_size(1_234_567) == "1.2 MB"
