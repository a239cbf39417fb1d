"""A draft to comment on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from scrapers.records import ClauseKind
from tests.drafts import plant_draft
from workbench.db import Store, key_of
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.models import Clause, WorkItem

NOW = dt.datetime(2026, 11, 16, 0, 30, tzinfo=dt.UTC)
ISO_ID = 9900077
TEXTS = {
    "Foreword": "This sample was invented.",
    "1": "This document specifies how records of evaluations are kept.",
    "2": "The provider shall keep the record. The user may read the record. The record shall be signed.",
    "2.1": "The limit should be 5 %.\nKind | Limit | Unit\nThe limit should be tested.",
    "10": "性能の測定は，附属書Aによる。測定値を記録する。",
}
"""Texts of clauses by number; that of the foreword has none."""


def add_draft(store: Store, label: str, texts: dict[str, str], day: int) -> int:
    """A version of the sample item with these clauses; returns its key."""
    with store.write() as session:
        item = session.get(WorkItem, 1)
        if item is None:
            item = WorkItem(id=1, iso_id=ISO_ID, reference="ISO/IEC CD 99077", first_seen=NOW, last_seen=NOW)
            session.add(item)
            session.flush()
        draft = plant_draft(session, key_of(item), label, NOW, number=day, dated=dt.date(2026, 1, day))
        for order, (name, text) in enumerate(texts.items()):
            numbered = name[0].isdigit()
            session.add(
                Clause(
                    draft_id=key_of(draft),
                    order=order,
                    number=name if numbered else None,
                    title=f"Title {name}" if numbered else name,
                    level=1,
                    kind=ClauseKind.CLAUSE if numbered else ClauseKind.FOREWORD,
                    normative=numbered,
                    text=text,
                    blocks=[{"kind": "paragraph", "label": None, "start": 0, "end": len(text)}],
                )
            )
        return key_of(draft)


@pytest.fixture
def draft_id(store: Store) -> int:
    return add_draft(store, "CD 1", TEXTS, 1)


@pytest.fixture
def one_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"))


@pytest.fixture
def one_store(one_settings: Settings) -> Iterator[Store]:
    """For what cannot differ between databases."""
    store = Store(one_settings, Viewer.system())
    store.migrate()
    yield store
    store.close()
