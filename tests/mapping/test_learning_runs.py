"""What is learned from decisions in a store, and when matches are ordered by it."""

from __future__ import annotations

import datetime as dt
import random

from sqlmodel import Session, col, select

from scrapers.records import ClauseKind
from workbench.db import Store, key_of
from workbench.history.models import Run, RunKind, RunState, Snapshot
from workbench.mapping.decisions import claim_hash
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.mapping.learning import FEATURES, Weights
from workbench.mapping.learning_runs import learn, learning_state, switch, training_pairs
from workbench.mapping.models import Match
from workbench.mapping.queries import select_matches
from workbench.patents.models import Claim, Family, Publication
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.standards.models import Clause, Draft, WorkItem

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
LOCAL = Viewer.local()
FAMILIES, CLAUSES = 22, 8


def mapping_run(session: Session, engine: str) -> int:
    run = Run(
        kind=RunKind.MAP, source="map:sample", parser_version=engine, state=RunState.OK,
        started_at=NOW, finished_at=NOW, clock=NOW,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return key_of(run)


def fill(session: Session, *, liking: str) -> None:
    """A draft, claims ranked on it, and decisions of people who like what is high by one signal."""
    source = random.Random(5)
    run = mapping_run(session, "engine-1")
    item = WorkItem(iso_id=9, reference="ISO 9", first_seen=NOW, last_seen=NOW)
    snapshot = Snapshot(url="file:9", sha256="9" * 64, fetched_at=NOW, last_fetched_at=NOW, size=1)
    session.add_all([item, snapshot])
    session.flush()
    draft = Draft(
        work_item_id=key_of(item), label="CD", format="sts", parser_version="1", snapshot_id=key_of(snapshot),
        imported_at=NOW,
    )  # fmt: skip
    session.add(draft)
    session.flush()
    clauses = [
        Clause(draft_id=key_of(draft), order=order, level=1, kind=ClauseKind.CLAUSE, normative=True, text="A text.")
        for order in range(CLAUSES)
    ]
    families = [Family(family_id=str(number)) for number in range(FAMILIES)]
    session.add_all([*clauses, *families])
    session.flush()
    for family in families:
        publication = Publication(
            number=f"XX.{family.family_id}.A", raw_number="-", country="XX", doc_number="1", source_format="sample",
            family_ref=key_of(family), first_seen=NOW, last_seen=NOW,
        )  # fmt: skip
        session.add(publication)
        session.flush()
        claim = Claim(publication_id=key_of(publication), language="en", number=1, text="A claim.", independent=True)
        session.add(claim)
        session.flush()
        for rank, clause in enumerate(clauses, start=1):
            signals = {"words": 10.0 - rank, "characters": 1.0, "meaning": source.random()}
            match = Match(
                run_id=run, draft_id=key_of(draft), claim_id=key_of(claim), clause_id=key_of(clause), rank=rank,
                score=1 / rank, words=signals["words"], characters=1.0, meaning=signals["meaning"],
            )  # fmt: skip
            bound = {"words": 6.0, "meaning": 0.6}[liking]
            verdict = Verdict.PLAUSIBLE if signals[liking] > bound else Verdict.NOT
            decision = Decision(
                publication=publication.number, claim=1, language="en", claim_hash=claim_hash(claim.text),
                draft_id=key_of(draft), clause_order=clause.order, clause_hash="0" * 64, verdict=verdict,
                by="a person", at=NOW,
            )  # fmt: skip
            session.add_all([match, decision])


def test_what_is_learned_is_kept_orders_matches_and_can_be_switched_off(store: Store) -> None:
    with store.write() as session:
        fill(session, liking="meaning")
    with store.read() as session:
        assert learning_state(session, wanted=True).reason == "nothing_learned"
        assert len(training_pairs(session)) == FAMILIES * CLAUSES
    found = learn(store, LOCAL, now=NOW)
    assert found.better
    with store.read() as session:
        state = learning_state(session, wanted=True)
        assert state.reason is None
        assert state.weights == found.weights
        assert isinstance(state.weights, Weights)
        ordered = select_matches(session, {}, sort="learned", learned=state.weights)
        values = [state.weights.value(features(row.match)) for row in ordered]
        assert values == sorted(values, reverse=True)
        upside_down = select_matches(session, {}, sort="-learned", learned=state.weights)
        assert upside_down[0].match.id == ordered[-1].match.id
        assert session.exec(select(TrailEntry).where(TrailEntry.entity == "learned_ranking")).one().name == "local"
        assert learning_state(session, wanted=False).reason == "setting"
    for on, reason in ((False, "switched_off"), (True, None)):
        with store.write() as session:
            switch(session, LOCAL, on=on, at=NOW)
        with store.read() as session:
            assert learning_state(session, wanted=True).reason == reason
    with store.write() as session:
        mapping_run(session, "engine-2")
    with store.read() as session:
        state = learning_state(session, wanted=True)
        assert (state.reason, state.weights) == ("other_engine", None)
        assert training_pairs(session) == []


def test_what_does_not_beat_the_engine_is_kept_with_its_figures_and_not_used(store: Store) -> None:
    with store.write() as session:
        fill(session, liking="words")
    assert not learn(store, LOCAL, now=NOW).better
    with store.read() as session:
        state = learning_state(session, wanted=True)
        assert state.learned is not None
        assert (state.reason, state.weights, state.learned.pairs) == ("not_better", None, FAMILIES * CLAUSES)


def test_only_the_decisions_that_hold_teach(store: Store) -> None:
    with store.write() as session:
        fill(session, liking="meaning")
        first = session.exec(select(Decision).order_by("id")).first()
        assert first is not None
        values = first.model_dump(exclude={"id", "verdict", "replaces"})
        session.add(Decision(**values, verdict=Verdict.NEEDS_EXPERT, replaces=first.id))
        changed = session.exec(select(Claim).order_by(col(Claim.id).desc())).first()
        assert changed is not None
        changed.text = "Another claim than was decided on."
        session.add(changed)
    with store.read() as session:
        assert len(training_pairs(session)) == FAMILIES * CLAUSES - 1 - CLAUSES


def features(match: Match) -> tuple[float | None, ...]:
    return tuple(1 / match.rank if name == "place" else getattr(match, name) for name in FEATURES)
