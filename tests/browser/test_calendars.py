"""The journey of a delegate who subscribes to a calendar: take the address, fetch it as a program does, revoke it."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect


def test_subscribe_to_a_calendar_and_revoke_it(page: Page, demo: str) -> None:
    page.goto("/calendars/")
    made = page.locator("form").filter(has_text="Make a calendar address")
    made.get_by_label("ISO deadlines").check()
    made.get_by_label("full: with the reference").check()
    made.get_by_role("button", name="Make a calendar address").click()
    shown = page.locator("code.secret").inner_text()
    subscribe = page.get_by_role("link", name="Subscribe in the calendar program")
    expect(subscribe).to_have_attribute("href", re.compile("^webcal://"))
    address = demo + urlsplit(shown).path
    with urlopen(address, timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/calendar")
        events = Calendar.from_ical(answer.read()).walk("VEVENT")
    assert any("ISO/IEC FDIS 99003" in str(each["SUMMARY"]) for each in events)
    page.goto("/calendars/")
    expect(page.locator("code.secret")).to_have_count(0)
    page.locator("#feeds tbody tr").first.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("The address answers no more.")
    with pytest.raises(HTTPError) as refused:
        urlopen(address, timeout=20)
    assert refused.value.code == HTTPStatus.NOT_FOUND
    refused.value.close()
