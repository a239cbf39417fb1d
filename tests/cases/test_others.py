"""What others declare reopens what was assessed on the document, once, however often a list is imported."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from sqlmodel import select

from tests.assessments.made import NOW, assessment, charted, import_version, plant_claim
from workbench.assessments.charting import bring_over
from workbench.assessments.models import AssessmentEvent
from workbench.assessments.statuses import Event
from workbench.assessments.watch import watch
from workbench.cases import others  # noqa: F401 - what it registers with the watch
from workbench.db import Store
from workbench.declarations.imports import import_declarations
from workbench.people.viewer import Viewer
from workbench.settings import Settings

HEADINGS = ["ISO standard reference", "Id. Number", "Organization", "Patent Number", "Patent Country", "Option"]
OURS = ["ISO/IEC 99001:2024", "99001-01", "Sample AI K.K.", "9990777", "EP", "2"]
THEIRS = ["ISO/IEC 99001:2024", "99001-02", "Sample Gauge Co., Ltd.", "9999001", "JP", "1"]
MORE = ["ISO/IEC 99001:2027", "99001-03", "Sample Gauge Co., Ltd.", "9999002", "JP", "1"]
ELSEWHERE = ["ISO/IEC 99002", "99002-01", "Sample Robot Inc.", "9999003", "US", "1"]


def test_a_declaration_of_somebody_else_reopens(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", own_parties=("Sample AI K.K.",))
    store = Store(settings, Viewer.system())
    store.migrate()
    import_version(store, "CD 1")
    ann = plant_claim(store)["ann"]
    charted(store, ann)

    def listed(*rows: list[str], hours: int) -> int:
        path = tmp_path / "list.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([HEADINGS, *rows])
        at = NOW + dt.timedelta(hours=hours)
        assert import_declarations(store, settings, path, now=lambda: at).error is None
        return watch(store, at)

    # Known before the texts were pinned, our own, and of another document: no news.
    assert listed(THEIRS, hours=-1) == 0
    assert listed(THEIRS, OURS, ELSEWHERE, hours=1) == 0
    assert listed(THEIRS, OURS, ELSEWHERE, MORE, hours=2) == 1
    assert listed(THEIRS, OURS, ELSEWHERE, MORE, hours=3) == 0
    with store.write(ann) as session:
        assert assessment(session).stale
        noted = session.exec(select(AssessmentEvent).where(AssessmentEvent.what == Event.COMPETITOR_DECLARATION)).one()
        assert noted.details["party"] == "Sample Gauge Co., Ltd."
        assert "99001-03" in noted.details["declaration"]
        bring_over(session, ann, assessment(session), seen=2, at=NOW + dt.timedelta(hours=4))
        assert not assessment(session).stale
    assert listed(THEIRS, OURS, MORE, hours=5) == 0
    store.close()
