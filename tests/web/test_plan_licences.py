"""What the licence of a release gives away beside the option of the declaration, and the split that keeps it."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.web.seed import NOW
from workbench.db import Store, key_of
from workbench.patents.models import Claim, Family, Publication
from workbench.people.matters import make_matter
from workbench.people.viewer import Viewer
from workbench.planning.verbs import AssetEdit, EventEdit, make_plan, set_asset, set_event, set_fact
from workbench.web.app import create_app


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def planned(store: Store) -> None:
    viewer = Viewer.system()
    with store.write() as session:
        matter = make_matter(session, viewer, "Sample matter", None, NOW)
        plan = make_plan(session, viewer, matter.id or 0, "Sample harness", NOW)
        set_event(session, viewer, plan, "OSS", EventEdit(day=NOW.date(), licence="Apache-2.0"), NOW)
        set_fact(session, viewer, plan, "option", "2", "", NOW)
        frame = AssetEdit("The framework", layer="base_framework", releases=["OSS"])
        set_asset(session, viewer, plan, frame, NOW)
        method = AssetEdit("The scoring", layer="test_harness", releases=["OSS"], families=["99000001"])
        set_asset(session, viewer, plan, method, NOW)
        closed = AssetEdit("The weights", layer="weights", families=["99000002"])
        set_asset(session, viewer, plan, closed, NOW)


def page(store: Store, **arguments: str) -> TestResponse:
    app = create_app(store.settings, store, open_local=True, clock=lambda: NOW)
    return app.test_client().get("/plans/licences", query_string=arguments)


def test_what_is_given_away_and_the_split(store: Store) -> None:
    text = page(store).text
    assert "conflict: the licence gives free what the option would charge for" in text
    assert "99000001" in text
    assert "99000002" not in text
    assert "Goes out: The framework. Stays outside the release: The scoring." in " ".join(text.split())
    assert "Without a linked family: The framework." in " ".join(text.split())


def test_the_claims_that_would_be_given_away_are_named(store: Store) -> None:
    assert "none known here" in page(store).text
    with store.write() as session:
        family = Family(family_id="99000001")
        session.add(family)
        session.flush()
        publication = Publication(
            number="EP.9900001.B1",
            raw_number="EP9900001B1",
            country="EP",
            doc_number="9900001",
            family_ref=family.id,
            source_format="SAMPLE",
            first_seen=NOW,
            last_seen=NOW,
        )
        session.add(publication)
        session.flush()
        for number, independent in ((1, True), (2, False), (7, True)):
            for language in ("en", "de"):
                claim = Claim(publication_id=key_of(publication), language=language, number=number, text="SAMPLE",
                              independent=independent)  # fmt: skip
                session.add(claim)
    text = " ".join(page(store).text.split())
    assert "EP.9900001.B1</a>: 1, 7</div>" in text


def test_another_licence_or_option_is_tried_without_keeping_it(store: Store) -> None:
    silent = page(store, licence="MIT").text
    assert "risk: an implied licence may be argued" in silent
    assert "A split to consider" not in silent
    assert "tried out, not planned" in silent
    free = page(store, option="1").text
    assert "A split to consider" not in free
    strong = page(store, licence="AGPL-3.0-only").text
    assert "strong conflict" in strong
    assert "tried out" not in page(store).text


@pytest.mark.parametrize("arguments", [{"licence": "Nobody-1.0"}, {"option": "9"}, {"option": "x"}])
def test_what_the_table_does_not_know_is_not_tried(store: Store, arguments: dict[str, str]) -> None:
    answer = page(store, **arguments)
    assert answer.status_code == 200
    assert "tried out" not in answer.text
