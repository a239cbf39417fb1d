"""People's triage: append-only, keyed by what it is about, carried from draft to draft."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench import export, sample
from workbench.db import Store, key_of
from workbench.history.queries import FilterError
from workbench.mapping.decisions import MAX_NOTE, DecisionError, DecisionKey, decide
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.mapping.decisions_queries import (
    chain,
    matches_choice,
    select_decisions,
    standing_in,
    standing_on,
    without_place,
)
from workbench.mapping.models import DraftPass, Match
from workbench.mapping.queries import count_matches, decisions_on, select_matches
from workbench.mapping.runs import drafts_of, map_draft
from workbench.patents.models import Claim, Publication
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.settings import Settings
from workbench.standards.carry_over import CarriedState
from workbench.standards.drafts import import_draft
from workbench.standards.lineage import LinkKind
from workbench.standards.lineage_queries import links_of
from workbench.standards.models import Clause, Draft

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
LOCAL = Viewer.local()
NUMBER = "EP.9990777.A1"
ON_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])
"""For rules that the database has no part in."""
FILES = ("iso-iec-cd-99001.sample.xml", "iso-iec-dis-99001.sample.xml")


@pytest.fixture
def drafts(store: Store, settings: Settings) -> list[Draft]:
    """Two versions of a sample draft, and a publication with a claim."""
    for file, label, day in zip(FILES, ("CD 1", "DIS"), (1, 2), strict=True):
        path = sample.folder() / "drafts" / file
        dated = dt.date(2026, 5, day)
        run = import_draft(store, settings, path, work_item="9900001", label=label, dated=dated)
        assert run.error is None
    with store.write() as session:
        publication = Publication(
            number=NUMBER, raw_number=NUMBER, country="EP", doc_number="9990777", source_format="sample",
            first_seen=NOW, last_seen=NOW,
        )  # fmt: skip
        session.add(publication)
        session.flush()
        text = "A method comprising: returning a score of an evaluation through an interface; and signing the score."
        session.add(Claim(publication_id=key_of(publication), language="en", number=1, text=text, independent=True))
    with store.read() as session:
        return list(session.exec(select(Draft).order_by(col(Draft.id))))


def claim_of(session: Session) -> Claim:
    return session.exec(select(Claim).join(Publication).where(Publication.number == NUMBER)).one()


def clause_at(session: Session, draft: Draft, order: int) -> Clause:
    return session.exec(select(Clause).where(Clause.draft_id == draft.id, Clause.order == order)).one()


def decided(
    store: Store, draft: Draft, order: int, verdict: Verdict, seen: list[int] | None = None, **more: str
) -> int:
    with store.write() as session:
        claim, clause = claim_of(session), clause_at(session, draft, order)
        row = decide(session, LOCAL, claim, clause, verdict, more.get("note", ""), seen=seen or [], at=NOW)
        return key_of(row)


def places(store: Store, drafts: list[Draft], kind: LinkKind) -> tuple[int, tuple[int, ...]]:
    """A clause of the first draft of which this became in the second, and the clauses it is there."""
    with store.read() as session:
        links = links_of(session, key_of(drafts[0]), key_of(drafts[1]))
    link = next(link for link in links if link.kind is kind and link.old)
    return link.old[0], link.new


@ON_SQLITE
def test_a_decision_says_who_when_and_on_which_texts(store: Store, drafts: list[Draft]) -> None:
    decided(store, drafts[0], 3, Verdict.PLAUSIBLE, note=" the\x00 score\n is signed ")
    with store.read() as session:
        (found,) = standing_on(session, drafts[0], 3, claim_of(session), NUMBER)
        row = found.decision
        assert (row.verdict, row.note, row.by, row.at) == (Verdict.PLAUSIBLE, "the score is signed", "local", NOW)
        assert (len(row.claim_hash), len(row.clause_hash), row.replaces) == (64, 64, None)
        assert found.holds
        entry = session.exec(select(TrailEntry).where(TrailEntry.entity == "decision")).one()
        assert (entry.action, entry.key, entry.details) == ("decided", str(row.id), {"verdict": "plausible"})
        assert standing_on(session, drafts[0], 4, claim_of(session), NUMBER) == []


def test_a_later_decision_replaces_and_none_is_lost(store: Store, drafts: list[Draft]) -> None:
    first = decided(store, drafts[0], 3, Verdict.PLAUSIBLE)
    second = decided(store, drafts[0], 3, Verdict.NOT, [first])
    taken_back = decided(store, drafts[0], 3, Verdict.OPEN, [second])
    with store.read() as session:
        assert standing_on(session, drafts[0], 3, claim_of(session), NUMBER) == []
        assert [row.id for row in chain(session, session.get_one(Decision, taken_back))] == [taken_back, second, first]
    again = decided(store, drafts[0], 3, Verdict.NEEDS_EXPERT, [taken_back])
    with store.read() as session:
        (found,) = standing_on(session, drafts[0], 3, claim_of(session), NUMBER)
        assert found.decision.id == again
    for statement in ("UPDATE decision SET note = 'x'", "DELETE FROM decision"):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"), store.engine.begin() as connection:
            connection.exec_driver_sql(statement)


@ON_SQLITE
def test_who_did_not_see_the_last_decision_is_told(store: Store, drafts: list[Draft]) -> None:
    first = decided(store, drafts[0], 3, Verdict.PLAUSIBLE)
    second = decided(store, drafts[0], 3, Verdict.NOT, [first])
    for seen in ([], [first], [first, second]):
        with pytest.raises(DecisionError, match="meanwhile"):
            decided(store, drafts[0], 3, Verdict.NEEDS_EXPERT, seen)
    with pytest.raises(DecisionError, match="not of this claim"):
        decided(store, drafts[0], 4, Verdict.NOT, [999])
    with pytest.raises(DecisionError, match="nothing was decided"):
        decided(store, drafts[0], 4, Verdict.OPEN)
    with pytest.raises(DecisionError, match="shorten it"):
        decided(store, drafts[0], 4, Verdict.NOT, note="x" * (MAX_NOTE + 1))


def test_decisions_are_carried_to_the_next_draft(store: Store, drafts: list[Draft]) -> None:
    states = {
        LinkKind.UNCHANGED: CarriedState.KEPT,
        LinkKind.REWORDED: CarriedState.REVIEW,
        LinkKind.GONE: CarriedState.REOPENED,
    }
    at = {kind: places(store, drafts, kind) for kind in states}
    made = {kind: decided(store, drafts[0], old, Verdict.PLAUSIBLE) for kind, (old, _) in at.items()}
    with store.read() as session:
        here = standing_in(session, drafts[1])
        found = [each for standings in here.values() for each in standings]
        (gone,) = without_place(session, drafts[1])
        assert {(each.decision.id, each.state) for each in (*found, gone)} == {
            (made[kind], state) for kind, state in states.items()
        }
        assert {each.made_on.label for each in found} == {"CD 1"}
        assert {key.clause_order for key in here} == {order for _, new in at.values() for order in new}
    old, new = at[LinkKind.REWORDED]
    second = decided(store, drafts[1], new[0], Verdict.NOT, [made[LinkKind.REWORDED]])
    with store.read() as session:
        (later,) = standing_on(session, drafts[1], new[0], claim_of(session), NUMBER)
        assert (later.decision.id, later.decision.replaces, later.holds) == (second, made[LinkKind.REWORDED], True)
        (earlier,) = standing_on(session, drafts[0], old, claim_of(session), NUMBER)
        assert earlier.decision.id == made[LinkKind.REWORDED]
    with pytest.raises(DecisionError, match="meanwhile"):
        decided(store, drafts[1], new[0], Verdict.NOT, [made[LinkKind.REWORDED]])
    free = min(set(range(20)) - {order for _, new in at.values() for order in new})
    elsewhere = decided(store, drafts[1], free, Verdict.PLAUSIBLE, [made[LinkKind.GONE]])
    with store.read() as session:
        assert without_place(session, drafts[1]) == []
        (moved,) = standing_on(session, drafts[1], free, claim_of(session), NUMBER)
        assert (moved.decision.id, moved.holds) == (elsewhere, True)


@ON_SQLITE
def test_a_claim_that_reads_otherwise_now_asks_for_review(store: Store, drafts: list[Draft]) -> None:
    decided(store, drafts[0], 3, Verdict.PLAUSIBLE)
    with store.write() as session:
        claim = claim_of(session)
        claim.text = f"{claim.text} Amended."
        session.add(claim)
    with store.read() as session:
        (found,) = standing_on(session, drafts[0], 3, claim_of(session), NUMBER)
        assert found.claim_changed
        assert not found.holds
        assert matches_choice([found], "review")
        key = DecisionKey(NUMBER, 1, "en", key_of(drafts[0]), 3)
        assert standing_in(session, drafts[0])[key][0].claim_changed


def test_matches_are_filtered_by_what_was_decided_and_a_new_mapping_keeps_it(store: Store, drafts: list[Draft]) -> None:
    with store.read() as session:
        names = drafts_of(session, None)
    for name in names:
        map_draft(store, name)
    with store.read() as session:
        orders = [row.clause.order for row in select_matches(session, {"draft": str(drafts[0].id)}, limit=2)]
        total = count_matches(session, {})
    decided(store, drafts[0], orders[0], Verdict.PLAUSIBLE)
    decided(store, drafts[0], orders[1], Verdict.NOT)
    with store.write() as session:
        session.exec(sa.delete(Match))
        session.exec(sa.delete(DraftPass))  # so that the next mapping begins from nothing
    for name in names:
        map_draft(store, name)
    with store.read() as session:
        of_first = {"draft": str(drafts[0].id)}
        rows = select_matches(session, of_first)
        by_choice = {
            choice: select_matches(session, of_first | {"decision": choice})
            for choice in ("plausible", "not", "needs_expert", "open")
        }
        assert [row.clause.order for row in by_choice["plausible"]] == [orders[0]]
        assert [row.clause.order for row in by_choice["not"]] == [orders[1]]
        assert by_choice["needs_expert"] == []
        assert len(by_choice["open"]) == len(rows) - 2
        assert sorted(decisions_on(session, rows)) == sorted(
            key_of(by_choice[choice][0].match) for choice in ("plausible", "not")
        )
        decided_anywhere = total - count_matches(session, {"decision": "open"})
        assert 2 <= decided_anywhere <= 4
        with pytest.raises(FilterError, match="'x' is none"):
            count_matches(session, {"decision": "x"})


@ON_SQLITE
def test_decisions_are_exported_with_domain_keys(store: Store, drafts: list[Draft]) -> None:
    first = decided(store, drafts[0], 3, Verdict.PLAUSIBLE, note="=1+1")
    decided(store, drafts[0], 3, Verdict.NOT, [first])
    with store.read() as session:
        rows = [json.loads(line) for line in export.write(export.rows(session, "decisions"), "jsonl")]
        assert [(row["publication"], row["claim"], row["iso_id"], row["draft"], row["verdict"]) for row in rows] == [
            (NUMBER, 1, 9900001, "CD 1", "plausible"),
            (NUMBER, 1, 9900001, "CD 1", "not"),
        ]
        assert rows[1]["replaces"] == rows[0]["id"] == first
        assert b"'=1+1" in b"".join(export.write(export.rows(session, "decisions", {"verdict": "plausible"}), "csv"))
        for filters, count in (
            ({"publication": NUMBER.lower()}, 2), ({"work_item": "9900001", "label": "DIS"}, 0), ({"by": "local"}, 2)
        ):  # fmt: skip
            assert len(select_decisions(session, filters)) == count
        for wrong in ({"verdict": "x"}, {"colour": "x"}):
            with pytest.raises(FilterError):
                select_decisions(session, wrong)
