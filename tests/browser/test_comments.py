"""A comment on a selection, in a real browser: written, agreed, exported, answered by a returned form."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

SELECT = """() => {
  const says = document.querySelector("[data-comment] .says");
  const range = document.createRange();
  range.selectNodeContents(says);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}"""


def test_a_comment_on_a_selection_goes_out_and_comes_back_answered(page: Page) -> None:
    page.goto("/standards/drafts/1")
    page.evaluate(SELECT)
    link = page.locator(".comment-on[data-passage]")
    expect(link).to_have_count(1)
    link.click()
    passage = page.get_by_label("Passage of the clause, word for word").input_value()
    assert passage
    assert "REQ" not in passage
    expect(page.locator("main")).to_contain_text("patents go by declaration")
    page.get_by_label("Proposed change: new wording of the passage").fill(f"{passage} In writing.")
    page.get_by_label("Comment", exact=True).fill("The form of the record is not said (sample).")
    page.get_by_label("Member body, two letters").fill("JP")
    page.get_by_role("button", name="Keep as draft").click()
    expect(page.locator("main ins")).to_contain_text("In writing")
    page.get_by_role("button", name="Agree").click()
    expect(page.locator(".lede").first).to_contain_text("agreed")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Comments").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").last.click()
    form = download.value.path().read_bytes()
    assert b"The form of the record" in form
    returned = form.rstrip(b"\r\n") + b"Accepted in principle\r\n"
    page.get_by_role("link", name="Import a returned form").click()
    page.get_by_label(re.compile("Commenting form")).set_input_files(
        {"name": "returned.csv", "mimeType": "text/csv", "buffer": returned}
    )
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("status")).to_contain_text("imported")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Comments").click()
    expect(page.locator("table.data tbody tr")).to_contain_text("accepted with modifications")
