"""Pages of plans: from a template, a block and why, the solver's repair, scenarios, exports, the rules."""

from __future__ import annotations

import ast
import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.seed import NOW
from workbench.db import Store, key_of
from workbench.people.matters import make_matter
from workbench.people.viewer import Viewer
from workbench.planning.expressions import parse
from workbench.planning.rules import load_rules
from workbench.settings import Settings
from workbench.web import create_app
from workbench.web.plans.fact_words import FACTS

CHANGE = re.compile(r'name="change" value="([^"]*)"')
RULE = """id: OWN-01
jurisdiction: all
severity: block
holds: FF + days(400) <= OSS
en: Wait for the search report.
ja: 調査報告を待ってください。
source: Company rule
confidence: unverified
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = Settings(home=Path(tmp_path_factory.mktemp("plans")) / "home")
    store = Store(settings, Viewer.system())
    store.migrate()
    with store.write() as session:
        assert key_of(make_matter(session, Viewer.system(), "A matter", None, NOW)) == 1
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    made = {"name": "First", "matter": "1", "template": "defacto_then_dejure", "start": "2026-12-01"}
    assert client.post("/plans/", data=made).location == "/plans/1"
    for form in ({"name": "OSS", "day": "2026-11-30", "licence": "Apache-2.0"}, {"name": "FF_JP", "day": "2026-12-14"}):
        assert client.post("/plans/1/event", data=form).status_code == 303
    yield client
    store.close()


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:2000]
    return html.unescape(answer.text)


def test_the_list_says_what_blocks(client: FlaskClient) -> None:
    assert "No usable grace period here" in page(client, "/plans/")


def test_a_finding_says_why_in_both_languages_with_source_and_inputs(client: FlaskClient) -> None:
    text = page(client, "/plans/1")
    for words in ("NOV-02", "EPC Art. 55", "PUBLIC >= FF", "ここでは使える新規性喪失の例外がありません", "2026-11-30"):
        assert words in text


@pytest.mark.parametrize(
    ("address", "form", "words"),
    [
        ("/plans/", {"name": "", "matter": "1"}, "1 to 120 characters"),
        ("/plans/", {"name": "x", "matter": "99"}, "choose a matter"),
        ("/plans/1/event", {"name": "OSS", "day": "2026-13-45"}, "could not be read"),
        ("/plans/1/event", {"name": "o s s"}, "in capitals"),
        ("/plans/1/asset", {"name": "x", "layer": "cellar"}, "no such layer"),
        ("/plans/1/gaps", {"first": "OSS", "then": "OSS", "at_least": "1", "at_most": ""}, "between two events"),
        ("/plans/1/fact", {"name": "Made", "value": "yes"}, "small letters"),
        ("/plans/1/way-out", {"change": "rule|NOV-01|", "name": "x"}, "cannot be taken over"),
        ("/plans/1/aside", {"rule": "NOV-02", "office": "EP", "reason": "a good reason"}, "two people"),
        ("/plans/rules/rule/NOV-01", {"text": "id: [", "reason": "a good reason"}, "not valid YAML"),
    ],
)
def test_what_cannot_be_done_is_said(client: FlaskClient, address: str, form: dict[str, str], words: str) -> None:
    answer = client.post(address, data=form)
    assert answer.status_code == 409
    assert words in answer.text
    if address == "/plans/1/asset":
        assert 'value="x"' in answer.text, "what was typed stays in the form"


def test_what_is_wrong_with_a_rule_is_said_in_the_language_of_the_page(client: FlaskClient) -> None:
    """Whole sentences of the catalogue are filled in, one within the other."""
    form = {"text": RULE.replace("FF + days(400) <= OSS", "FF + days(400)"), "reason": "a good reason", "seen": "0"}
    answer = client.post(
        "/plans/rules/rule/NEW", data=form | {"action": "keep"}, headers={"Accept-Language": "ja-JP,ja;q=0.9"}
    )
    assert answer.status_code == 409
    assert "OWN-01：「FF + days(400)」：はい・いいえで" in html.unescape(answer.text)


def test_without_room_the_page_says_what_contradicts_and_offers_ways_out(client: FlaskClient) -> None:
    text = page(client, "/plans/1/dates?aim=earliest")
    assert "Rules that no date can keep" in text
    assert "the distance from First filing in Japan (FF_JP)" in text
    changes = CHANGE.findall(text)
    assert changes[0].startswith("days|OSS|")
    form = {"change": changes[0], "name": "Way out", "as": "scenario"}
    assert client.post("/plans/1/way-out", data=form).status_code == 303
    assert "Way out" in page(client, "/plans/1/compare")


def test_the_solver_repairs_and_scenarios_are_compared_exported_and_taken_over(client: FlaskClient) -> None:
    assert "Dates that keep every rule" in page(client, "/plans/1/dates?aim=earliest_release&room=60")
    form = {"aim": "earliest_release", "room": "60", "name": "Repaired", "as": "scenario"}
    assert client.post("/plans/1/dates", data=form).status_code == 303
    compared = page(client, "/plans/1/compare")
    assert "Repaired" in compared
    assert "NOV-02" in compared.split("Findings that are alike")[0]
    number = re.findall(r"\?scenario=(\d+)\"[^>]*>Repaired", page(client, "/plans/1"))[0]
    rows = list(csv.DictReader(io.StringIO(client.get(f"/plans/1/events.csv?scenario={number}").text.lstrip("\ufeff"))))
    assert {"FF_JP", "OSS"} <= {row["event"] for row in rows}
    assert client.get("/plans/1/findings.xlsx").data.startswith(b"PK")
    assert client.post(f"/plans/1/scenarios/{number}", data={"action": "take"}).status_code == 303
    assert "No usable grace period here" not in page(client, "/plans/")
    history = page(client, "/plans/1/history") + page(client, "/plans/1/history?page=2")
    assert "scenario" in history.casefold()
    assert "null" not in history
    assert '<span class="hint">Value:</span> no' in history, "that a fact is no is told"


def test_what_is_not_planned_carries_no_finding_of_what_is(client: FlaskClient) -> None:
    text = page(client, "/plans/1")
    row = re.findall(r'<tr id="event-PAPER">.*?</tr>', text, re.S)[0]
    assert "not planned" in row
    assert "finding-mark" not in row


def test_rules_are_found_by_words_severity_and_place(client: FlaskClient) -> None:
    def shown(query: str) -> set[str]:
        return set(re.findall(r"/plans/rules/rule/([A-Z0-9-]+)\"><code>", page(client, f"/plans/rules?{query}")))

    assert shown("q=usable+grace") == {"NOV-02"}
    assert {"NOV-01", "NOV-02"} <= shown("where=EP&severity=block"), "what holds everywhere holds there too"
    assert not shown("where=EP") & {"NOV-04", "STD-03"}
    assert shown("q=nothing+such") == set()


def test_a_rule_is_looked_at_before_it_is_kept(client: FlaskClient) -> None:
    shown = client.post(
        "/plans/rules/rule/NEW", data={"action": "preview", "text": RULE}, headers={"HX-Request": "true"}
    )
    assert shown.status_code == 200
    assert "Wait for the search report." in shown.text
    assert "<html" not in shown.text
    assert "OWN-01" not in page(client, "/plans/rules")
    form = {"action": "keep", "text": RULE, "reason": "the board asked for it", "seen": "0"}
    assert client.post("/plans/rules/rule/NEW", data=form).location == "/plans/rules/rule/OWN-01"
    assert "the board asked for it" in page(client, "/plans/rules/rule/OWN-01")
    assert "Wait for the search report." in page(client, "/plans/1")


@pytest.mark.parametrize("address", ["/plans/9", "/plans/1?scenario=99", "/plans/9/compare", "/plans/rules/rule/NONE"])
def test_what_is_not_there_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_every_fact_that_a_rule_asks_for_has_words() -> None:
    book = load_rules()
    asked = [text for rule in book.rules for text in (rule.when, rule.holds)] + list(book.definitions.values())
    nodes = [node for text in asked for node in ast.walk(parse(text))]
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    names = {node.id for node in nodes if isinstance(node, ast.Name)} - called
    assert {name for name in names if not name.isupper()} <= set(FACTS)
