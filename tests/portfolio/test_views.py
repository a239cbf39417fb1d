"""The pages of landscape, fortress, dormant patents and metrics: what they count, and who sees what of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.assessments.made import ITEM, charted, import_version, plant_claim
from tests.portfolio.own import NOW, Made, add_family, add_publication, plant
from workbench.db import Store
from workbench.declarations.models import AliasState, Party, PartyAlias
from workbench.export import KINDS, rows
from workbench.mapping.runs import drafts_of, map_draft
from workbench.patents.models import Claim
from workbench.people.completeness import IncompleteError
from workbench.people.permissions import Permission, Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.portfolio.landscape import Axis, Unit, YearOf
from workbench.portfolio.landscape_queries import Wanted, behind, grouped, landscape_of
from workbench.portfolio.metrics import MetricName
from workbench.portfolio.models import PatentChoice
from workbench.settings import Settings
from workbench.standards.models import Draft
from workbench.web import context, create_app

TODAY = NOW.date()
REASON = "SECRETREASON of the members of the matter."


@dataclass
class Site:
    """The application, asked on behalf of one person after the other."""

    store: Store
    client: FlaskClient
    made: Made
    who: Viewer

    def as_(self, viewer: Viewer) -> FlaskClient:
        self.who = viewer
        return self.client

    def taken(self, viewer: Viewer, page: str) -> list[dict[str, str]]:
        """The rows of the file that a page offers, each as the interface describes it."""
        offered = re.findall(r'href="(/export/[^"]+)\.jsonl([^"]*)"', self.as_(viewer).get(page).text)
        assert len(offered) == 1, page
        kind, filters = offered[0][0].removeprefix("/export/"), offered[0][1].replace("&amp;", "&")
        rows = self.client.get(f"{offered[0][0]}.jsonl{filters}", buffered=True).text.splitlines()
        for row in rows:
            KINDS[kind].shape.model_validate_json(row)
        text = self.client.get(f"{offered[0][0]}.csv{filters}", buffered=True).data.decode("utf-8-sig")
        found = list(csv.DictReader(io.StringIO(text)))
        assert len(found) == len(rows)
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(home=tmp_path_factory.mktemp("views") / "home", own_parties=("Own K.K.",))
    store = Store(settings, Viewer.system())
    store.migrate()
    made = plant(store)
    import_version(store, "CD 1")
    people = plant_claim(store, matter=False)
    with store.write() as session:
        for number, name, year in (("EP.701.A1", "Own Company", 2012), ("US.702.A1", "Other Inc.", 1999)):
            row = add_publication(session, number, applicants=[name], date=dt.date(year, 5, 1))
            session.flush()
            text = "A method comprising: sealing a test set of an evaluation; and signing the report."
            session.add(Claim(publication_id=row.id or 0, language="en", number=1, text=text, independent=True))
        family = add_family(session, "F7")
        for number, names in (("EP.703.A1", ["Own K.K.", "Other Inc."]), ("EP.704.A2", ["Own K.K."])):
            priority = [{"number": "x", "date": f"20{number[5:7]}-01-02"}]
            add_publication(session, number, family_ref=family, applicants=names, priorities=priority)
        party = Party(name="Own K.K.", normal_name="own", first_seen=NOW)
        session.add(party)
        session.flush()
        for name, state in (("Own Company", AliasState.ACCEPTED), ("Other Inc.", AliasState.SUGGESTED)):
            session.add(PartyAlias(party_id=party.id or 0, name=name, state=state, said_at=NOW))
    with store.read() as session:
        drafts = drafts_of(session, None)
    map_draft(store, drafts[0], now=lambda: NOW)
    charted(store, people["ann"])
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=True)
    found = Site(store, app.test_client(), made, made.insider)
    app.before_request(lambda: context.set_viewer(found.who))
    # Whoever asks is said after the door and before the checks of addresses.
    functions = app.before_request_funcs[None]
    functions.insert(1, functions.pop())
    yield found
    store.close()


@pytest.mark.parametrize("by", YearOf)
@pytest.mark.parametrize(("unit", "axis"), [(Unit.FAMILIES, Axis.PARTY), (Unit.PUBLICATIONS, Axis.OFFICE)])
def test_each_number_is_as_long_as_the_list_behind_it(site: Site, unit: Unit, axis: Axis, by: YearOf) -> None:
    wanted = Wanted(unit, by, axis)
    with site.store.read(site.made.insider) as session:
        table = landscape_of(session, wanted, TODAY)
        assert table.total > 5

        def long(row: str, column: str) -> int:
            return len(grouped(behind(session, wanted, row, column, TODAY), unit))

        assert long("", "") == table.total
        for row in table.rows:
            name = row.name or "*"
            assert long(name, "") == row.total
            for year in table.years:
                assert long(name, "unknown" if year is None else str(year)) == row.counts.get(year, 0)


def test_reviewed_names_are_one_party_and_suggested_ones_are_not(site: Site) -> None:
    with site.store.read(site.made.insider) as session:
        rows = {row.name: row for row in landscape_of(session, Wanted(by=YearOf.PUBLICATION), TODAY).rows}
        assert "Own Company" not in rows
        assert {"Own K.K.", "Other Inc."} <= rows.keys()
        assert rows["Own K.K."].counts[2012] == 1, "under its other name"
        assert rows["Other Inc."].counts[TODAY.year - 15] == 1, "what is older is in the first column"
        first = {row.name: row for row in landscape_of(session, Wanted(by=YearOf.PRIORITY), TODAY).rows}
        assert first["Own K.K."].counts[2019] == 1, "no priority: the filing of the register"
        filed = {row.name: row for row in landscape_of(session, Wanted(by=YearOf.FILING), TODAY).rows}
        assert filed["Own K.K."].counts[2019] == 1


def test_the_page_links_to_its_lists_and_marks_what_is_incomplete(site: Site) -> None:
    page = site.as_(site.made.outsider).get("/portfolio/landscape").text
    assert "from 2025 on the years are incomplete" in page
    address = next(
        each for each in re.findall(r'href="(/portfolio/landscape/list\?[^"]*)"', page) if "column=2019" in each
    )
    found = site.client.get(address.replace("&amp;", "&")).text
    assert "F1" in found
    assert site.client.get("/portfolio/landscape?unit=x").status_code == 200
    assert site.client.get("/export/landscape.csv?unit=x").status_code == 400
    rows = site.taken(site.made.outsider, "/portfolio/landscape")
    assert {row["incomplete"] for row in rows if row["year"] == "2026"} == {"True"}
    behind = site.taken(site.made.outsider, "/portfolio/landscape/list?row=Own+K.K.&by=filing&unit=publications")
    assert len(behind) == sum(
        int(row["count"])
        for row in site.taken(site.made.outsider, "/portfolio/landscape?by=filing&unit=publications")
        if row["name"] == "Own K.K."
    )
    assert "families behind" in site.client.get("/portfolio/landscape/list?row=%2A&column=unknown").text.lower()


def test_a_draft_and_a_clause_narrow_what_is_counted(site: Site) -> None:
    with site.store.read(site.made.insider) as session:
        draft = drafts_of(session, None)[0].draft_id
        whole = landscape_of(session, Wanted(draft_id=draft), TODAY).total
        part = landscape_of(session, Wanted(draft_id=draft, clause="6", top=10), TODAY).total
        none = landscape_of(session, Wanted(draft_id=draft, clause="999"), TODAY).total
    assert whole == 3
    assert 0 < part <= whole
    assert none == 0


def test_the_fortress_of_two_parties_stands_side_by_side(site: Site) -> None:
    page = site.as_(site.made.insider).get("/portfolio/fortress?party=own+k.k.&other=Other+Inc.&top=10").text
    assert "Own K.K.</th>" in page
    assert "Other Inc.</th>" in page
    rows = site.taken(site.made.counsel, "/portfolio/fortress?draft=1&party=Own+K.K.&other=Other+Inc.")
    found = {row["party"]: 0 for row in rows}
    for row in rows:
        found[row["party"]] += row["candidate_families"] != "[]"
    assert set(found) == {"Own K.K.", "Other Inc."}
    assert min(found.values()) > 0
    with site.store.read() as session:
        told = session.exec(select(TrailEntry).where(TrailEntry.key == "fortress", TrailEntry.action == "saw")).all()
        assert told
        assert told[-1].details["parties"] == ["Own K.K.", "Other Inc."], "who looked at whose patents is kept"
    assert "No publication names a party called Nobody" in site.client.get("/portfolio/fortress?party=Nobody").text


def test_what_others_claim_is_counted_for_who_may_read_it_and_for_nobody_else(site: Site) -> None:
    client = site.as_(Viewer(None, "signer", frozenset({Role.SIGNATORY})))
    page = client.get("/portfolio/fortress?party=Other+Inc.&top=10").text
    assert "the permission “Read the claims of others&#39; patents” as well" in page
    assert "Breadth" not in page
    with site.store.read() as session:
        draft = session.exec(select(Draft.id)).first()
    for view in ("matrix", "white-space"):
        address = f"/portfolio/{view}/{draft}"
        page = client.get(address).text
        assert "Only our own families are shown" in page
        assert '<option value="own" selected>' in page
        assert client.get(f"{address}?own=others").status_code == 403
    assert client.get(f"/portfolio/landscape?draft={draft}").status_code == 200
    assert client.get(f"/portfolio/landscape?draft={draft}&clause=6").status_code == 403


WHOLE = frozenset(
    {
        Permission.READ_STANDARDS,
        Permission.EXPORT_CONFIDENTIAL,
        Permission.READ_PATENTS,
        Permission.READ_MATCHES,
        Permission.READ_CASES,
        Permission.READ_PLANS,
        Permission.READ_OTHERS_CLAIMS,
    }
)
OF_DRAFT = {"work_item": str(ITEM), "label": "CD 1"}


@pytest.mark.parametrize(
    ("kind", "filters", "needed"),
    [
        ("dormant-patents", {}, "read_matches read_cases"),
        ("coverage", OF_DRAFT, "read_matches read_others_claims"),
        ("coverage", {**OF_DRAFT, "own": "own"}, "read_matches"),
        ("white-space", OF_DRAFT, "read_matches read_others_claims"),
        ("fortress", {**OF_DRAFT, "party": "Other Inc."}, "read_matches read_others_claims"),
        ("landscape", {**OF_DRAFT, "clause": "6"}, "read_matches read_others_claims"),
        ("landscape", {}, ""),
        ("metrics", {"metric": "worked"}, "read_matches read_cases read_plans"),
        ("declaration-cases", {}, "read_cases"),
    ],
)
def test_no_list_is_taken_out_that_lacks_what_is_hidden(
    site: Site, kind: str, filters: dict[str, str], needed: str
) -> None:
    for name in needed.split():
        client = site.as_(replace(site.made.counsel, scopes=WHOLE - {Permission(name)}))
        refused = client.get(f"/export/{kind}.csv", query_string=filters)
        assert refused.status_code == 403, name
        assert "Too much of this is hidden from you" in refused.text
        with site.store.read(site.who) as session, pytest.raises(IncompleteError, match=f"permission “{name}”"):
            list(rows(session, kind, filters))
    always = frozenset({Permission.READ_STANDARDS, Permission.READ_PATENTS, Permission.EXPORT_CONFIDENTIAL})
    client = site.as_(replace(site.made.counsel, scopes=always | frozenset(map(Permission, needed.split()))))
    assert client.get(f"/export/{kind}.csv", query_string=filters, buffered=True).status_code == 200


def test_a_choice_is_made_on_the_page_and_seen_by_members_only(site: Site) -> None:
    made = site.made
    form = {"choice": "keep", "reason": REASON, "matter": str(made.matter), "newest": "0"}
    assert site.as_(made.outsider).post("/portfolio/dormant/F9/choice", data=form).status_code == 404
    assert site.client.post("/portfolio/dormant/F1/choice", data=form).status_code == 400, "a matter of others"
    client = site.as_(made.insider)
    assert client.post("/portfolio/dormant/F1/choice", data={**form, "reason": "no"}).status_code == 409
    assert client.post("/portfolio/dormant/F1/choice", data={**form, "choice": "sell"}).status_code == 400
    assert client.post("/portfolio/dormant/F1/choice", data=form).status_code == 303
    again = client.post("/portfolio/dormant/F1/choice", data=form)
    assert again.status_code == 409
    assert "meanwhile" in again.text
    assert REASON in client.get("/portfolio/dormant/F1").text
    day = {"publication": "EP.100.B1", "due_on": "2027-01-05", "source": REASON, "matter": str(made.matter)}
    assert client.post("/portfolio/dormant/F1/annuity", data={**day, "due_on": "soon"}).status_code == 400
    assert client.post("/portfolio/dormant/F1/annuity", data={**day, "publication": "X"}).status_code == 400
    assert client.post("/portfolio/dormant/F1/annuity", data={**day, "newest": "0"}).status_code == 303
    outside = site.as_(made.outsider)
    for address in ("/portfolio/dormant", "/portfolio/dormant/F1"):
        page = outside.get(address).text
        assert "F1" in page
        assert "SECRETREASON" not in page
        assert "2027-01-05" not in page
    assert outside.get("/portfolio/dormant/F9").status_code == 404
    assert site.as_(made.delegate).get("/portfolio/dormant").status_code == 403
    with site.store.read() as session:
        assert len(session.exec(select(PatentChoice)).all()) == 1


def test_computed_days_are_marked_wherever_they_stand(site: Site) -> None:
    client = site.as_(site.made.outsider)
    for address in ("/portfolio/dormant", "/portfolio/dormant/F1"):
        page = client.get(address).text
        for day in ("2026-12-31", "2039-12-04"):
            for found in re.finditer(f'<time datetime="{day}">', page):
                assert 'class="est"' in page[found.end() : found.end() + 120], f"{day} is not marked on {address}"
            assert day in page
    by_family = {row["family"]: row for row in site.taken(site.made.counsel, "/portfolio/dormant")}
    assert by_family["US.101.B2"]["next_annuity_estimated"] == "True"
    assert by_family["F1"]["ends_estimated"] == "True"


@pytest.mark.parametrize("name", [each.value for each in MetricName])
def test_each_metric_has_a_definition_and_its_rows(site: Site, name: str) -> None:
    page = site.as_(site.made.counsel).get(f"/portfolio/metrics/{name}")
    assert page.status_code == 200
    assert '<p class="lede">' in page.text
    shown = re.search(r"1–\d+ of (\d+)", page.text)
    if shown:
        assert int(shown[1]) == len(site.taken(site.made.counsel, f"/portfolio/metrics/{name}"))
    else:
        answer = site.client.get(f"/export/metrics.csv?metric={name}", buffered=True)
        assert answer.data.decode("utf-8-sig").strip() == ""
    assert site.as_(site.made.delegate).get(f"/portfolio/metrics/{name}").status_code == 403


def test_a_chart_is_counted_and_no_number_of_declarations_stands_alone(site: Site) -> None:
    page = site.as_(site.made.insider).get("/portfolio/metrics").text
    assert re.search(r"Charted: <strong>1</strong>", page)
    assert re.search(r"Reviewed: <strong>0</strong> · Declared: <strong>0</strong>", page)
    assert site.client.get("/portfolio/metrics/other").status_code == 404


def test_each_kind_is_taken_out_by_who_may_and_the_trail_tells_of_it(site: Site) -> None:
    made = site.made
    kinds = ("coverage", "white-space", "landscape", "landscape-list", "fortress", "dormant-patents", "metrics")
    filters = {"work_item": ITEM, "label": "CD 1", "party": "Own K.K.", "metric": "stale"}
    for kind in kinds:
        given = {name: value for name, value in filters.items() if name in KINDS[kind].filters}
        # What is published is for whoever reads patents.
        open_to_all = kind.startswith("landscape")
        answer = site.as_(made.insider).get(f"/export/{kind}.jsonl", query_string=given, buffered=True)
        assert answer.status_code == (200 if open_to_all else 403), kind
        assert site.as_(made.delegate).get(f"/export/{kind}.jsonl", query_string=given).status_code == 403
        answer = site.as_(made.counsel).get(f"/export/{kind}.jsonl", query_string=given, buffered=True)
        assert answer.status_code == 200, kind
        assert answer.text, kind
        assert answer.headers["Cache-Control"] == "no-store"
    with site.store.read() as session:
        told = session.exec(select(TrailEntry.key).where(TrailEntry.action == "exported")).all()
    assert set(kinds) <= set(told)
    for wrong in ("fortress.csv?work_item=9900001&label=CD+1", "coverage.csv?work_item=9900001&label=CD+9"):
        assert site.client.get(f"/export/{wrong}").status_code == 400
