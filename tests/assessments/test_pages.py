"""The pages of assessments: triage with keys' forms, a chart from first element to conclusion, refusals."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from tests.assessments.made import NOW, import_version, plant_claim
from workbench.assessments.models import Assessment
from workbench.assessments.queries import current_chart
from workbench.assessments.statuses import Status
from workbench.assessments.watch import watch
from workbench.db import Store
from workbench.mapping.runs import drafts_of, map_draft
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import context, create_app


@dataclass
class Site:
    """The application, asked on behalf of one person after the other."""

    store: Store
    client: FlaskClient
    people: dict[str, Viewer]
    who: Viewer

    def as_(self, name: str) -> FlaskClient:
        self.who = self.people[name]
        return self.client

    def assessment(self) -> Assessment:
        with self.store.read() as session:
            return session.exec(select(Assessment).order_by(Assessment.id)).one()  # type: ignore[arg-type]

    def seen(self) -> int:
        with self.store.read() as session:
            version = current_chart(session, self._row(session))
        assert version is not None
        return version.number

    def _row(self, session: Session) -> Assessment:
        return session.exec(select(Assessment)).one()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(home=tmp_path_factory.mktemp("site") / "home")
    store = Store(settings, Viewer.system())
    store.migrate()
    import_version(store, "CD 1")
    people = plant_claim(store)
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


@pytest.fixture(scope="module")
def concluded(site: Site) -> Site:
    """One candidate is taken from triage to the conclusion of its readers."""
    ann = site.as_("ann")
    page = ann.get("/assessments/triage").text
    assert "Candidate 1 of" in page
    total = int(re.findall(r"Candidate 1 of (\d+)", page)[0])
    decide = re.findall(r'<form class="triage" method="post" action="([^"]+)"', page)[0]
    back = re.findall(r'name="back" value="([^"]+)"', page)[0]
    answer = ann.post(decide, data={"verdict": "not", "back": back})
    assert (answer.status_code, answer.location) == (303, back)
    page = ann.get(back).text
    assert f"of {total - 1} that wait" in page
    assert "you: 1 in the last hour, 1 today; all: 1 and 1" in page
    ann.post("/assessments/triage/undo", data={"back": back})
    page = ann.get(back).text
    assert f"of {total} that wait" in page
    decide = re.findall(r'<form class="triage" method="post" action="([^"]+)"', page)[0]
    ann.post(
        decide, data={"verdict": "plausible", "back": back, "seen": re.findall(r'name="seen" value="(\d+)"', page)}
    )
    row = site.assessment()
    place = f"/assessments/{row.id}"
    assert row.status is Status.CANDIDATE
    assert ann.post(f"{place}/start").status_code == 303
    page = ann.get(f"{place}/chart").text
    numbers = re.findall(r'name="row" value="(\d+)"', page)
    quote = re.findall(r'name="quote-1" value="([^"]+)"', page)[0]
    cut = ann.post(f"{place}/cut", data={"seen": "1", "elements": "A method of something else"})
    assert cut.status_code == 409
    assert "is not what the claim says" in cut.text
    assert "A method of something else</textarea>" in cut.text, "what was typed stays in the form"
    form = {"seen": "1", "page": "1", "row": numbers}
    for number in numbers:
        form |= {f"quote-{number}": quote, f"met-{number}": "yes", f"strength-{number}": "mandatory"}
        form |= {f"note-{number}": "日本語の注記 <b>"}
    assert ann.post(f"{place}/chart", data=form).status_code == 303
    page = ann.get(place).text
    assert "Every element is said to be met." in page
    assert "日本語の注記 &lt;b&gt;" in page
    assert ann.get(f"{place}/chart.docx").status_code == 403
    counsel = site.as_("counsel")
    files = {form: counsel.get(f"{place}/chart.{form}") for form in ("docx", "xlsx", "pdf")}
    assert [each.status_code for each in files.values()] == [200, 200, 200]
    site.as_("ann")
    for name in ("docx", "xlsx"):
        # Nothing is lost on the way out and in: a version like the last is not kept again.
        sent = {"seen": "2", "chart": (io.BytesIO(files[name].data), f"chart.{name}")}
        assert ann.post(f"{place}/import", data=sent).status_code == 303
        assert site.seen() == 2
    refused = ann.post(f"{place}/import", data={"seen": "2", "chart": (io.BytesIO(b"no"), "x.docx")})
    assert refused.status_code == 409
    assert "neither DOCX nor XLSX" in refused.text
    said = {"outcome": "likely_essential", "reasons": "Each element is met by the requirement quoted."}
    refused = ann.post(f"{place}/finding", data={"seen": "2", **said})
    assert refused.status_code == 409
    assert ann.post(f"{place}/submit", data={"seen": "2"}).status_code == 303
    refused = ann.post(f"{place}/finding", data={"seen": "2", **said})
    assert refused.status_code == 409
    assert "cannot review it" in refused.text
    assert "a review waits for you" in site.as_("ben").get("/assessments/").text
    assert site.client.post(f"{place}/finding", data={"seen": "2", **said}).status_code == 303
    assert "Each element is met" not in site.as_("cho").get(place).text
    assert site.client.post(f"{place}/finding", data={"seen": "2", **said, "commercial": "yes"}).status_code == 303
    assert site.assessment().status is Status.LIKELY_ESSENTIAL
    page = site.as_("ann").get(place).text
    assert "reviewed: likely essential" in page
    assert "no practical alternative" in page
    return site


def test_from_triage_to_a_conclusion(concluded: Site) -> None:
    assert concluded.assessment().round == 1


def test_the_list_is_taken_out_by_counsel(concluded: Site) -> None:
    assert concluded.as_("ann").get("/export/assessments.jsonl", buffered=True).status_code == 403
    rows = [
        json.loads(line)
        for line in concluded.as_("counsel").get("/export/assessments.jsonl", buffered=True).text.splitlines()
    ]
    assert [(row["publication"], row["status"], row["reviewed"]) for row in rows] == [
        ("EP.9990777.A1", "likely_essential", True)
    ]
    assert concluded.client.get("/export/assessments.csv?status=candidate", buffered=True).text.strip("\ufeff") == ""
    assert concluded.client.get("/export/assessments.csv?status=nothing").status_code == 400
    assert concluded.client.get("/export/assessments.csv?q=0888", buffered=True).text.strip("\ufeff") == ""


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=9990777&sort=claim", True),
        ("covering=yes&sort=-status", True),
        ("q=0888", False),
        ("matter=99", False),
        ("stale=yes", False),
        ("status=odd", False),
    ],
)
def test_the_list_is_filtered_and_ordered_by_its_address(concluded: Site, query: str, shown: bool) -> None:
    page = concluded.as_("counsel").get(f"/assessments/?{query}").text
    assert ('class="open"' in page) is shown


def test_the_trail_leads_to_what_it_tells_of(concluded: Site) -> None:
    row = concluded.assessment()
    page = concluded.as_("counsel").get("/administration/trail?entity=chart").text
    assert "looked at" in page
    assert f'href="/assessments/{row.id}"' in page
    assert f"/administration/trail?entity=chart&amp;key={row.id}" in page


def test_the_clause_is_reworded_then(concluded: Site) -> None:
    row = concluded.assessment()
    place = f"/assessments/{row.id}"
    import_version(concluded.store, "DIS")
    page = concluded.as_("ann").get(place).text
    assert "newest: DIS" in page
    watch(concluded.store, NOW)
    stale = concluded.as_("ann").get(place).text
    if "What has changed" in stale:
        assert "Bring the chart to DIS" in stale
        assert concluded.client.post(f"{place}/bring", data={"seen": "2"}).status_code == 303
        assert "Chart, version 3" in concluded.client.get(f"{place}/versions/3").text


def test_who_may_not_sees_nothing(concluded: Site) -> None:
    row = concluded.assessment()
    delegate = concluded.as_("delegate")
    for address in ("/assessments/", "/assessments/triage", f"/assessments/{row.id}", "/assessments/own"):
        assert delegate.get(address).status_code == 403
    page = delegate.get("/standards/items/9900001").text
    assert "essential" not in page.lower()
    assert "claim chart" not in page.lower()
    assert concluded.as_("ann").get("/assessments/999").status_code == 404


def test_own_portfolios_are_marked(site: Site) -> None:
    ann = site.as_("ann")
    key = re.findall(r'name="own" value="(\d+)" checked', ann.get("/assessments/own").text)
    assert len(key) == 1
    ann.post("/assessments/own", data={"shown": key})
    assert "others" in ann.get("/assessments/triage?own=others").text
    assert "checked" not in ann.get("/assessments/own").text
    ann.post("/assessments/own", data={"shown": key, "own": key})
