"""Documents under another number, and such as were taken away: nothing is lost, and lists and mails follow."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from scrapers.documents import ListedDocument
from tests.digest.test_select import digest_of, names
from tests.documents.test_documents import HEAD, OURS, SOON
from tests.web.seed import NOW
from workbench.db import Store
from workbench.documents.models import CommitteeDocument
from workbench.documents.queries import (
    changes_of,
    document_at,
    former_keys,
    last_change,
    select_documents,
)
from workbench.documents.verbs import (
    DocumentError,
    correct_document,
    import_documents,
    put_back,
    take_away,
    type_document,
)
from workbench.history.models import Change
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.search import find

PERSON = Viewer(None, "dana", frozenset({Role.DELEGATE}))


def _record(number: str, title: str = "評価の記録", **fields: object) -> ListedDocument:
    return ListedDocument.model_validate({"body": OURS, "number": number, "title": title, **fields})


def _type(session: Session, number: str, title: str = "評価の記録", **fields: object) -> CommitteeDocument:
    return type_document(session, PERSON, _record(number, title, **fields), NOW)


def _correct(session: Session, row: CommitteeDocument, number: str, body: str = OURS) -> None:
    record = _record(number, row.title, body=body)
    correct_document(session, PERSON, row, record, NOW, seen=last_change(session, row))


def _take(session: Session, row: CommitteeDocument, why: str = "") -> None:
    take_away(session, PERSON, row, why, NOW, seen=last_change(session, row))


def _listed(store: Store, path: Path, *numbers: str) -> tuple[int, int]:
    """Import a list; how many documents were new and how many changed."""
    rows = "".join(f"{OURS},{number},評価の記録,,,,,,\n" for number in numbers)
    path.write_text(HEAD + rows, encoding="utf-8")
    run = import_documents(store, store.settings, path, now=lambda: NOW)
    return run.inserted, run.updated


def _told(session: Session, row: CommitteeDocument) -> list[tuple[str, str | None]]:
    found = session.exec(select(Change).where(changes_of(session, row)).order_by(col(Change.id)))
    return [(f"{each.key.removeprefix(OURS)} {each.kind}".strip(), each.field) for each in found]


def _kept(session: Session, **filters: str) -> dict[str, str | None]:
    """The numbers of the documents that are kept, each with that of what supersedes it."""
    found = select_documents(session, filters)
    return {each.row.number: each.superseded_by.number if each.superseded_by else None for each in found}


def test_under_another_number_a_document_keeps_its_history_and_what_names_the_old_one_leads_to_it(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    assert _listed(store, path, "N 7") == (1, 0)
    with store.write(PERSON) as session:
        row = session.exec(select(CommitteeDocument)).one()
        _type(session, "N 9", supersedes="N 7")
        with pytest.raises(DocumentError, match=f"{OURS} N 9 is the number of another document"):
            _correct(session, row, "N 9")
        _correct(session, row, "N 8")
        assert former_keys(session, row) == [f"{OURS} N 7"]
        assert document_at(session, f"{OURS} N 7") is row
        assert _told(session, row) == [("N 7 new", None), ("N 7 changed", "number")]
        assert _kept(session) == {"N 8": "N 9", "N 9": None}
        assert [hit.title for hit in find(session, "評価の記録 8")] == [f"{OURS} N 8"]
    assert _listed(store, path, "N 7") == (0, 0), "the list repeats what it said"
    with store.write(PERSON) as session:
        other = _type(session, "N 7", "Another")
        row = session.get_one(CommitteeDocument, row.id)
        assert _kept(session) == {"N 7": "N 9", "N 8": None, "N 9": None}
        assert _told(session, other) == [("N 7 new", None)], "what was told under a number is of who had it then"
        assert _told(session, row) == [("N 7 new", None), ("N 7 changed", "number")]
        first = session.exec(select(Change.id).order_by(col(Change.id))).first()
        assert document_at(session, f"{OURS} N 7", first) is row
        assert document_at(session, f"{OURS} N 7") is other
        _correct(session, other, "N 7", body="ISO/IEC JTC 1/SC 43")
    assert _listed(store, path, "N 7", "N 8") == (0, 0), "until the list has both numbers"
    assert _listed(store, path, "N 7", "N 8") == (1, 0)


def test_a_document_taken_away_is_in_no_list_and_can_be_put_back(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    _listed(store, path, "N 7")
    with store.write(PERSON) as session:
        row = session.exec(select(CommitteeDocument)).one()
        _type(session, "N 3", kind="experts", due_on=SOON)
        newer = _type(session, "N 4", supersedes="N 3", due_on=SOON)
        _correct(session, newer, "N 5")
        _take(session, newer)
        _take(session, row, " never\n circulated ")
        assert row.taken_away_why == "never circulated"
        with pytest.raises(DocumentError, match="taken away already"):
            _take(session, row)
        with pytest.raises(DocumentError, match="put it back first"):
            _correct(session, row, "N 8")
        assert _kept(session) == {"N 3": None}
        assert _kept(session, taken_away="yes").keys() == {"N 5", "N 7"}
        assert [hit.title for hit in find(session, "評価の記録")] == [f"{OURS} N 3"]
        assert _told(session, row)[-1] == ("N 7 removed", None)
    assert _listed(store, path, "N 7") == (0, 0), "what a person took away no list brings back"
    assert names(digest_of(store, at=NOW + dt.timedelta(hours=1))) == {"calls": [f"{OURS} N 3"]}
    with store.write(PERSON) as session:
        row = session.get_one(CommitteeDocument, row.id)
        again = _type(session, "N 7", "Another")
        with pytest.raises(DocumentError, match="number of another document"):
            put_back(session, PERSON, row, NOW)
        _correct(session, again, "N 70")
        put_back(session, PERSON, row, NOW)
        with pytest.raises(DocumentError, match="put back already"):
            put_back(session, PERSON, row, NOW)
        assert _kept(session).keys() == {"N 3", "N 7", "N 70"}
        assert _told(session, row) == [("N 7 new", None), ("N 7 removed", None), ("N 7 changed", "taken_away_at")]
        assert len(find(session, "評価の記録")) == 2
