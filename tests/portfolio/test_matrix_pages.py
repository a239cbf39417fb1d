"""The matrix, its cells and white space as pages: what they count, whom they tell it, and how they follow people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from tests.assessments.made import ITEM, NOW, NUMBER, charted, claim, clause, import_version, plant_claim
from workbench.assessments.charting import find, submit
from workbench.assessments.models import Assessment
from workbench.assessments.statuses import Act, Event, Status
from workbench.assessments.verbs import act, happened, triage
from workbench.db import Store, key_of
from workbench.mapping.decisions_models import Verdict
from workbench.mapping.runs import drafts_of, map_draft
from workbench.patents.models import Claim, Publication
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.portfolio import matrix
from workbench.settings import Settings
from workbench.web import context, create_app

OTHER = "US.99907770.B2"


@dataclass
class Site:
    """The application, asked on behalf of one person after the other."""

    store: Store
    client: FlaskClient
    people: dict[str, Viewer]
    who: Viewer

    def page(self, name: str, address: str) -> str:
        self.who = self.people[name]
        answer = self.client.get(address)
        assert answer.status_code == 200, address
        return answer.text

    def cells(self, name: str, filters: str = "", kind: str = "coverage") -> list[dict[str, str]]:
        """The rows of an export of the draft CD 1, for somebody with the walls of a person and the role of counsel."""
        self.who = replace(self.people[name], roles=self.people["counsel"].roles)
        address = f"/export/{kind}.csv?work_item={ITEM}&label=CD+1&{filters}"
        text = self.client.get(address, buffered=True).get_data(as_text=True)
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    def standing(self, name: str, number: str = "6.5") -> dict[str, str]:
        """Standing of the families on a clause, by name of the family."""
        return {row["family"]: row["standing"] for row in self.cells(name) if row["clause"] == number}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(home=tmp_path_factory.mktemp("site") / "home")
    store = Store(settings, Viewer.system())
    store.migrate()
    import_version(store, "CD 1")
    people = plant_claim(store)
    _another(store)
    people["outside"] = replace(people["ann"], account_id=998, name="outside", matters=frozenset())
    with store.read() as session:
        drafts = drafts_of(session, None)
    map_draft(store, drafts[0], now=lambda: NOW)
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=True)
    made = Site(store, app.test_client(), people, people["ann"])
    app.before_request(lambda: context.set_viewer(made.who))
    # Whoever asks is said after the door and before the checks of addresses.
    functions = app.before_request_funcs[None]
    functions.insert(1, functions.pop())
    yield made
    store.close()


def _another(store: Store) -> None:
    """A publication of somebody else that is in no matter."""
    with store.write() as session:
        ours = claim(session)
        row = session.get_one(Publication, ours.publication_id)
        values = row.model_dump(exclude={"id"}) | {"number": OTHER, "raw_number": OTHER, "country": "US"}
        values |= {"applicants": ["Sample Sealing AG"], "title": "Sample of a seal"}
        other = Publication(**values)
        session.add(other)
        session.flush()
        text = "A method comprising: sealing a test set; and keeping a record of every access to the test set."
        session.add(Claim(publication_id=key_of(other), language="en", number=1, text=text, independent=True))


def tally(page: str) -> dict[str, int]:
    """The cells of a matrix by standing, as the page counts them."""
    found = re.findall(r'<span class="square" data-standing="(\w+)">.*?<a href="[^"]*">(\d+)</a></li>', page)
    return {standing: int(count) for standing, count in found}


def kinds(page: str) -> dict[str, int]:
    """The normative clauses by how they are covered."""
    cell = r'<tr><td class="wide">([^<]+)</td><td class="number" data-name="Clauses">(?:<[^>]+>)?(\d+)'
    rows = re.findall(cell, page)
    return {name: int(count) for name, count in rows}


def spaces(page: str) -> dict[str, int]:
    """The normative clauses by what is known of them."""
    listed = re.findall(r'<ul class="standings".*?</ul>', page, re.DOTALL)[0]
    told = re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)
    words = [re.sub(r"<[^>]*>", "", each).strip().rsplit(" ", 1) for each in told]
    return {name.strip(): int(count) for name, count in words}


def test_candidates_are_those_of_the_mapping_and_every_number_leads_to_them(site: Site) -> None:
    rows = site.cells("ann")
    assert {row["family"] for row in rows} == {NUMBER, OTHER}
    assert {row["standing"] for row in rows} == {"candidate"}
    assert all(row["claims"] for row in rows)
    page = site.page("ann", "/portfolio/matrix/1")
    assert tally(page) == {"candidate": len(rows)}
    assert "2 families have something on a clause" in page
    found = kinds(page)
    assert found["Candidates or work under way"] == len({row["clause"] for row in rows if row["normative"] == "True"})
    assert f"0 of {sum(found.values())} normative clauses are covered" in page
    told = re.findall(r'<td class="total number"><a href="([^"]+)">(\d+)</a>', page)
    assert sum(int(count) for _, count in told) == len(rows)
    for address, count in told:
        assert f"1–{count} of {count}" in site.page("ann", address.replace("&amp;", "&"))


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ("own=own", {NUMBER}),
        ("own=others", {OTHER}),
        ("office=us", {OTHER}),
        ("party=Sample+Sealing+AG", {OTHER}),
        ("portfolio=Ours", {NUMBER}),
        (f"family={NUMBER}", {NUMBER}),
        ("matter=1", {NUMBER}),
        ("status=declared", set()),
        ("status=candidate&normative=1&clause=6", {OTHER}),
    ],
)
def test_filters_leave_what_they_say(site: Site, filters: str, left: set[str]) -> None:
    rows = site.cells("ann", filters)
    assert {row["family"] for row in rows} == left
    for by in matrix.By:
        page = site.page("ann", f"/portfolio/matrix/1?{filters}&by={by}")
        assert tally(page) == ({"candidate": len(rows)} if rows else {})
    assert {row["normative"] for row in rows} <= ({"True"} if "normative" in filters else {"True", "False"})


def test_what_no_filter_takes_is_said(site: Site) -> None:
    assert "there are: own, others" in site.page("ann", "/portfolio/matrix/1?own=mine")
    assert "is no whole number" in site.page("ann", "/portfolio/entries/1?place=six")


def test_nothing_is_cut_off_in_silence(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = site.page("ann", "/portfolio/matrix/1")
    monkeypatch.setattr(matrix, "COLUMNS", 1)
    monkeypatch.setattr(matrix, "LINES", 10)
    first = site.page("ann", "/portfolio/matrix/1")
    assert "Lines 1–10 of " in first
    assert "Columns 1–1 of 2." in first
    assert tally(first) == tally(whole)
    assert kinds(first) == kinds(whole)
    lines = int(re.findall(r"Lines 1–10 of (\d+)", first)[0])
    cells = 0
    for line_page in range(1, -(-lines // 10) + 1):
        for column_page in (1, 2):
            page = site.page("ann", f"/portfolio/matrix/1?lines={line_page}&columns={column_page}")
            cells += page.count('<td class="square')
    assert cells == sum(tally(whole).values())
    assert site.page("ann", "/portfolio/matrix/1?lines=99&columns=99").count('<th scope="row"') > 1


def test_folded_lines_hold_what_is_below_them(site: Site) -> None:
    page = site.page("ann", "/portfolio/matrix/1?depth=1")
    assert tally(page) == tally(site.page("ann", "/portfolio/matrix/1?depth=9"))
    rows = re.findall(r'href="([^"]+)">6 [^<]*</a> <span class="beside">\+(\d+)</span>', page)
    assert int(rows[0][1]) > 5
    below = [row for row in site.cells("ann") if (row["clause"] or "").startswith("6.") or row["clause"] == "6"]
    part = site.page("ann", rows[0][0].replace("&amp;", "&"))
    assert tally(part) == {"candidate": len(below)}


def test_a_matter_keeps_its_families_to_itself_and_delegates_see_nothing(site: Site) -> None:
    rows = site.cells("outside")
    assert {row["family"] for row in rows} == {OTHER}
    for address in ("/portfolio/matrix/1", "/portfolio/entries/1", "/portfolio/white-space/1", "/portfolio/"):
        assert NUMBER not in site.page("outside", address)
        site.who = site.people["delegate"]
        assert site.client.get(address).status_code == 403
    assert tally(site.page("outside", "/portfolio/matrix/1")) == {"candidate": len(rows)}
    assert "Ours" not in site.page("outside", "/portfolio/matrix/1")
    site.who = site.people["ann"]
    assert site.client.get("/export/coverage.csv").status_code == 403


def test_white_space_tells_what_was_searched_from_what_was_not(site: Site) -> None:
    anybody = spaces(site.page("ann", "/portfolio/white-space/1"))
    ours = site.page("ann", "/portfolio/white-space/1?own=own")
    assert "Mapped against 1 of 1 families with claims, 1 claims in all." in ours
    found = spaces(ours)
    assert found["not searched"] == found["covered"] == 0
    assert found["no patent found"] > anybody["no patent found"] > 0
    assert found["no patent found"] + found["candidates, nothing decided"] == found["in all"] == anybody["in all"]
    # For the one outside, the family of the matter is one that was not searched.
    outside = site.page("outside", "/portfolio/white-space/1")
    assert "Mapped against 1 of 2 families" in outside
    assert "1 family has not been searched" in outside
    # The families of the matter are ours alone.
    assert spaces(site.page("ann", "/portfolio/white-space/1?matter=1")) == found
    assert site.cells("ann", "matter=1", "white-space") == site.cells("ann", "own=own", "white-space")
    assert len(site.cells("ann", "own=own", "white-space")) == found["no patent found"]
    assert "there are: covered" in site.page("ann", "/portfolio/white-space/1?space=blank")
    nobody = site.page("ann", "/portfolio/white-space/1?party=Nobody")
    assert "Nothing was searched" in nobody
    assert spaces(nobody)["not searched"] == anybody["in all"]


def looks(site: Site, name: str) -> list[tuple[str, int | None, dict[str, object]]]:
    """What the trail tells of the looks of a person at what people found."""
    entries = select(TrailEntry).where(TrailEntry.entity == "portfolio_view", TrailEntry.name == name)
    with site.store.read(Viewer.system()) as session:
        return [(each.key, each.matter_id, each.details) for each in session.exec(entries)]


def test_people_s_word_takes_the_place_of_the_machine_s(site: Site) -> None:
    before = site.cells("outside")
    mine = next(row for row in site.cells("ann") if row["family"] == NUMBER and row["normative"] == "True")
    number = mine["clause"]

    def decide(verdict: Verdict, *seen: int) -> int:
        with site.store.write(site.people["ann"]) as session:
            at = clause(session, "CD 1", number)
            return triage(session, site.people["ann"], claim(session), at, verdict, seen=seen, at=NOW).id or 0

    key = decide(Verdict.NOT)
    assert site.standing("ann", number)[NUMBER] == "rejected"
    decide(Verdict.OPEN, key)
    assert site.standing("ann", number)[NUMBER] == "candidate"
    assert site.cells("outside") == before


def test_an_assessment_s_way_through_coverage(site: Site) -> None:
    ann, ben, counsel = (site.people[name] for name in ("ann", "ben", "counsel"))
    key = charted(site.store, ann)
    assert site.standing("ann")[NUMBER] == "under_way"
    assert looks(site, ann.name) == [], "so far nobody had assessed anything"
    for page in ("matrix", "entries", "white-space"):
        site.page("ann", f"/portfolio/{page}/1?status=under_way")
        site.page("ann", f"/portfolio/{page}/1?own=others")
        site.page("outside", f"/portfolio/{page}/1")
    told = {"draft": 1, "assessments": 1}
    assert looks(site, ann.name) == [(page, 1, told) for page in ("matrix", "entries", "white-space")]
    assert looks(site, "outside") == []

    def row(session: Session) -> Assessment:
        return session.get_one(Assessment, key)

    with site.store.write(ann) as session:
        submit(session, ann, row(session), seen=2, at=NOW, outcome=Status.LIKELY_ESSENTIAL, reasons="Word for word.")
    with site.store.write(ben) as session:
        find(session, ben, row(session), Status.LIKELY_ESSENTIAL, "Word for word.", seen=2, at=NOW)
    assert site.standing("ann")[NUMBER] == "likely_essential"
    page = site.page("ann", "/portfolio/matrix/1")
    assert kinds(page)["Covered"] == 1
    assert spaces(site.page("ann", "/portfolio/white-space/1?own=own"))["covered"] == 1
    assert kinds(site.page("outside", "/portfolio/matrix/1"))["Covered"] == 0
    with site.store.write(counsel) as session:
        act(session, counsel, row(session), Act.HOLD, NOW, reason="for secrecy, said counsel")
    assert '<td class="square held" data-standing="likely_essential">' in site.page(
        "ann", "/portfolio/matrix/1?by=family"
    )
    assert NUMBER not in site.standing("ann")
    with site.store.write(counsel) as session:
        act(session, counsel, row(session), Act.RELEASE, NOW, reason="published, said counsel")
        act(session, counsel, row(session), Act.DECLARE, NOW)
        happened(session, counsel, row(session), Event.LAPSE, NOW, {"key": "lapse"})
    assert site.standing("ann")[NUMBER] == "expired"
    page = site.page("ann", "/portfolio/matrix/1?own=own")
    assert (kinds(page)["Covered"], kinds(page)["Counts no longer"]) == (0, 1)
    assert '<td class="square stale" data-standing="expired">' in page
    assert f"/assessments/{key}" in site.page("ann", f"/portfolio/entries/1?status=expired&family={NUMBER}")
    # The next version is not mapped yet: its lines hold what was carried there, the rest was not searched.
    import_version(site.store, "DIS")
    page = site.page("ann", "/portfolio/matrix/2")
    assert sum(tally(page).values()) <= 1
    assert "Nothing was searched" in site.page("ann", "/portfolio/white-space/2")
    assert site.standing("ann")[NUMBER] == "expired"
