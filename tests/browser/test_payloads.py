"""Payloads in every text of every table: in no page does anything of them run, or lead anywhere.

The columns are those of the tables, the pages those of the addresses, so that new ones are looked at by themselves. The
browser is told to ignore the policy of the pages, so that only the escaping is left to hold.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, Route
from playwright.sync_api import Error as BrowserError
from waitress import create_server

from tests.browser.serving import running
from tests.catalogues import compile_catalogues
from tests.walls.addresses import values_of
from tests.walls.filling import free_text
from tests.walls.planted import Planted, plant, without_refusals
from tests.web.seed import NOW
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.tables import METADATA
from workbench.web import create_app

PAYLOAD: Final = (
    "\"'`><script>window.ran=1</script><img src=//evil.example/x onerror=window.ran=1><svg onload=window.ran=1>"
    '<a href="javascript:window.ran=1">x</a></title></textarea></style><b onfocus=window.ran=1 autofocus tabindex=0>'
    "\" onmouseover=\"window.ran=1\" x=\"' onmouseover='window.ran=1' x='{{ 7*7 }}"
)
FIXED: Final = {
    "keys by which rows find each other": """
        annuity_date.publication application_status.application application_status.application_key
        assessment.publication case_patent.publication change.key cited_document.application
        cited_document.application_key decision.publication declared_patent.publication extended_family_member.asked
        extended_family_member.number filed_claims.application filed_claims.application_key legal_event.application
        legal_event.application_key legal_event.number matter_application.application_key patent_choice.publication
        publication.application publication.number search_entry.key""",
    "words of ours, taken from a list": """
        account.roles application_status.said assessment_event.what ballot.said case_form.option case_patent.status
        committee_document.said declaration.said declaration_case.form plan.offices plan.template plan_asset.layer
        plan_asset.made_in plan_change.what plan_event.name plan_fact.name plan_override.rule plan_override.rule_version
        publication.said publication.title_language release.said trail_entry.action trail_entry.entity trail_entry.roles
        work_item.said""",
    "numbers, and what has to be as it was written by us": """
        case_patent.claims claim.depends_on clause.blocks column_map.content learned_ranking.means
        learned_ranking.scales learned_ranking.weights lineage_correction.came_from lineage_link.facts plan.gaps
        plan_change.old plan_fact.value plan_scenario.dates plan_scenario.gaps quarantined_record.options
        run.field_counts run.measures""",
    "what only whoever signs in and the server know": """
        account.openid_issuer account.openid_subject account.totp_key""",
}
"""Columns that hold no text from outside, and why; every other one is planted."""
SHAPED: Final = {
    "change.old": PAYLOAD,
    "comment_event.changes": {"text": [PAYLOAD, PAYLOAD]},
    "filed_claims.claims": [{"number": 1, "independent": True, "language": "en", "text": PAYLOAD}],
    "plan_asset.clauses": [{"work_item": 9900001, "draft": PAYLOAD, "clause": PAYLOAD}],
    "task.found": dict.fromkeys(("reference", "title", "label"), PAYLOAD),
    "waiting_ballot.record": dict.fromkeys(("reference", "kind", "title"), PAYLOAD),
}
"""What JSON holds where it is no list of texts."""
FILES: Final = (".csv", ".xlsx", ".jsonl", ".pdf", ".docx", ".png", ".ics", ".atom", "/body", ".md", ".json", ".xml")
"""Ends of addresses of files; the browser would save them."""
SANDBOXED: Final = "/html"
"""The end of addresses of mails, which are HTML as it was sent: their policy is what keeps anything from running."""
FOUND: Final = """() => {
  const bad = [];
  for (const each of document.querySelectorAll('*')) {
    for (const {name, value} of each.attributes) {
      const leads = ['href', 'src', 'action', 'formaction', 'xlink:href', 'hx-get', 'hx-post'].includes(name);
      if (name.startsWith('on') || (leads && /^\\s*(javascript|data|vbscript):/i.test(value))) {
        bad.push(each.tagName + ' ' + name);
      }
    }
    if (each.tagName === 'SCRIPT' && /window\\.ran/.test(each.textContent)) bad.push('script');
  }
  return {bad, ran: Boolean(window.ran), shown: document.documentElement.textContent.includes('window.ran=1')};
}"""
MET: Final = 0.4
"""The share of the pages that show something of what was planted, at least: the others are forms."""


def _plant_the_rest(database: Path) -> list[str]:
    """Plant what tests/walls/given.py gives plain words to; the columns in which there is still nothing planted."""
    fixed = {column for columns in FIXED.values() for column in columns.split()}
    empty = []
    with without_refusals(database), closing(sqlite3.connect(database)) as connection:
        texts = "json_set(content, '$.en', :said, '$.ja', :said, '$.source', :said)"
        connection.execute(f"UPDATE rule_version SET content = {texts}", {"said": PAYLOAD})
        for table in METADATA.sorted_tables:
            for column in table.c:
                name = f"{table.name}.{column.name}"
                is_json = isinstance(getattr(column.type, "impl_instance", column.type), sa.JSON)
                if name in fixed or not (is_json or free_text(column, {})):
                    continue
                held = f'SELECT count(*) FROM "{table.name}" WHERE "{column.name}" LIKE ?'
                if connection.execute(held, ("%window.ran%",)).fetchone()[0]:
                    continue
                key = next(iter(table.primary_key)).name
                value = json.dumps(SHAPED.get(name, [PAYLOAD])) if is_json else PAYLOAD
                change = f'UPDATE "{table.name}" SET "{column.name}" = ? || CASE ? WHEN 1 THEN \'\' ELSE "{key}" END'
                connection.execute(change, (value, is_json))
                if not connection.execute(held, ("%window.ran%",)).fetchone()[0]:
                    empty.append(name)
        connection.commit()
    return empty


def _addresses(app: Flask, planted: Planted) -> list[str]:
    """An address of each page, with a key of something behind a wall where there is one."""
    found, adapter = [], app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or rule.endpoint.startswith("api."):
            continue
        values = {name: values_of(planted, rule, name) for name in rule.arguments - set(rule.defaults or ())}
        found.append(adapter.build(rule.endpoint, {name: each[min(1, len(each) - 1)] for name, each in values.items()}))
    return [*(each for each in found if not each.endswith(FILES)), f"/search/?q={PAYLOAD}", f"/standards/?q={PAYLOAD}"]


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str], list[str]]]:
    """Where it is served, the addresses of its pages, and the columns in which nothing could be planted."""
    compile_catalogues()
    home = tmp_path_factory.mktemp("poisoned") / "home"
    # What must be unique is told apart by its start; what may not be long is cut off.
    planted = plant(home, words=lambda table, wall: "RULED" if table == "rule_version" else f"{wall}{PAYLOAD}")
    empty = _plant_the_rest(home / "workbench.db")
    settings = Settings(home=home)
    store = Store(settings, Viewer.system())
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    with running(server) as address:
        yield address, _addresses(app, planted), empty
    store.close()


def test_nothing_that_was_planted_runs(browser: Browser, poisoned: tuple[str, list[str], list[str]]) -> None:
    base, addresses, empty = poisoned
    assert empty == [], "say in FIXED why nothing can be planted there"
    elsewhere: list[str] = []

    def only_here(route: Route) -> None:
        if route.request.url.startswith(base):
            route.continue_()
        else:
            # A mail in a frame is without its policy here; it is looked at with it below.
            if not route.request.frame.url.endswith(SANDBOXED) or sandboxed:
                elsewhere.append(f"{route.request.frame.url} asks for {route.request.url}")
            route.abort()

    def dismiss(dialog: Any) -> None:
        elsewhere.append(f"dialog {dialog.message}")
        dialog.dismiss()

    shown, wrong = 0, []
    for sandboxed in (False, True):
        context = browser.new_context(base_url=base, bypass_csp=not sandboxed, service_workers="block")
        context.route("**/*", only_here)
        page = context.new_page()
        page.on("dialog", dismiss)
        for address in addresses:
            if address.endswith(SANDBOXED) is sandboxed:
                told = _look(page, address)
                shown += "shown" in told
                wrong += [
                    f"{address}: {each}" for each in told if each == "it ran" or (each != "shown" and not sandboxed)
                ]
        context.close()
    assert not wrong, "\n".join(wrong)
    assert elsewhere == []
    assert shown > MET * len(addresses), f"{shown} of {len(addresses)} pages show what was planted"


def _look(page: Page, address: str) -> list[str]:
    """What is wrong with a page, and whether it shows what was planted; nothing where it is a file to save."""
    try:
        answer = page.goto(address, wait_until="load")
    except BrowserError as error:
        if "Download is starting" in str(error):
            return []
        raise
    found = page.evaluate(FOUND)
    wrong = [*found["bad"], *(["it ran"] if found["ran"] else [])]
    if answer is not None and answer.status >= 500:
        wrong.append(f"fails with {answer.status}")
    return [*wrong, *(["shown"] if found["shown"] else [])]
