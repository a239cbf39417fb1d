"""The journey of a delegate who answers a ballot."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_answer_a_ballot(page: Page) -> None:
    page.goto("/")
    page.locator("#answer").get_by_role("link", name="ISO/IEC DIS 99001").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ISO/IEC DIS 99001")
    own = page.locator("#positions form").first
    own.get_by_label("Yes").check()
    own.get_by_label("Reasons; needed for a No").fill("SAMPLE: ready, with editorial comments")
    own.get_by_role("button", name="Set the company's position").click()
    expect(page.get_by_role("heading", name="Company: Yes")).to_be_visible()
    page.goto("/")
    expect(page.locator("#answer")).not_to_contain_text("ISO/IEC DIS 99001")


def test_monday_shows_what_to_do_first(page: Page) -> None:
    page.goto("/")
    sections = page.locator("main section.section").evaluate_all("found => found.map(each => each.id)")
    assert sections.index("due") < sections.index("answer") < sections.index("changed") < sections.index("coming")
    expect(page.locator("#due")).to_contain_text("must vote: duty at risk")
    # An announced day ends where ISO sits; for a reader in Tokyo that is the next morning. Estimates have no hour.
    announced = page.locator("#answer tbody tr").filter(has_text="ISO/IEC CD TS 99002")
    expect(announced).to_contain_text("ends 2027-01-05 07:59 here")
    expect(page.locator("#answer tbody tr").filter(has_text="ISO/IEC FDIS 99003")).not_to_contain_text("07:59")
    expect(page.locator("#limits")).to_contain_text("ISO/IEC FDIS 99003")
    expect(page.locator("#coming svg")).to_contain_text("SAMPLE plenary")
    expect(page.locator("#comments")).to_contain_text("SAMPLE: how long a descriptor stays valid")
