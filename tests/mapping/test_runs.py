"""Mapping a draft stores what the engine suggests, once, and follows claims and drafts when they change."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from tests.mapping.fake_encoder import WordEncoder
from tests.mapping.invented import add_draft, add_publications
from workbench.db import Store, key_of
from workbench.history.models import Run, RunKind, RunState
from workbench.mapping import draft_pass, passes, runs
from workbench.mapping.draft_pass import MappingTakenOverError
from workbench.mapping.models import ClaimChoice, ClaimReading, DraftPass, Match
from workbench.mapping.progress import Progress, Stage, progress_of
from workbench.mapping.reader import DraftIndex
from workbench.mapping.readings import Vocabulary
from workbench.mapping.runs import TOP, DraftName, UnknownPortfolioError, drafts_of, map_draft, map_drafts
from workbench.patents.models import Claim, Family, Publication
from workbench.patents.portfolios import put_into

Kept = list[tuple[Any, ...]]


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> WordEncoder:
    encoder = WordEncoder()
    monkeypatch.setattr(runs, "installed_encoder", lambda settings: encoder)
    return encoder


@pytest.fixture
def filled(store: Store) -> Store:
    """A draft of thirty clauses, and forty-five claims of three publications, one of them in the portfolio "ours"."""
    add_draft(store, 30)
    add_publications(store, 45)
    with store.write() as session:
        put_into(session, "ours", session.exec(select(Publication).order_by(col(Publication.id)).limit(1)).all())
    return store


def _draft(store: Store) -> DraftName:
    with store.read() as session:
        return drafts_of(session, None)[0]


def kept(store: Store) -> Kept:
    """Everything that matches say, without the book-keeping of runs."""
    columns = (Match.claim_id, Match.clause_id, Match.rank, Match.score, Match.words, Match.characters, Match.meaning)
    with store.read() as session:
        return sorted(tuple(row) for row in session.execute(sa.select(*map(col, columns))))


def _change(store: Store) -> None:
    """More publications, and other words in two independent claims that were there."""
    add_publications(store, 30, seed=8)
    with store.write() as session:
        for number in (1, 6):
            claim = session.exec(select(Claim).where(Claim.number == number).order_by(col(Claim.id))).first()
            assert claim is not None
            claim.text = f"{claim.text} and scores of an interface for evaluation of trustworthiness"
            session.add(claim)


def test_matches_hold_their_signals_and_claims_their_best_clauses_without_gaps(filled: Store) -> None:
    run = map_draft(filled, _draft(filled))
    assert (run.state, run.parser_version.split()[-1]) == (RunState.OK, "words-of-tests")
    ranks: dict[int, list[tuple[int, float]]] = {}
    with filled.read() as session:
        for match in session.exec(select(Match)):
            assert match.words is not None
            assert match.meaning is not None
            ranks.setdefault(match.claim_id, []).append((match.rank, match.score))
    assert sum(map(len, ranks.values())) == run.inserted > 0
    for held in map(sorted, ranks.values()):
        assert [rank for rank, _ in held] == list(range(1, len(held) + 1))
        assert len(held) <= TOP
        assert [score for _, score in held] == sorted((score for _, score in held), reverse=True)


def test_without_an_encoder_words_alone_are_compared(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "installed_encoder", lambda settings: None)
    assert map_draft(filled, _draft(filled)).inserted > 0
    with filled.read() as session:
        assert {match.meaning for match in session.exec(select(Match))} == {None}


def test_mapping_again_encodes_and_changes_nothing(filled: Store, encoder: WordEncoder) -> None:
    first = map_draft(filled, _draft(filled))
    before, encoded = kept(filled), encoder.encoded
    ours = map_draft(filled, _draft(filled), portfolio="ours")
    again = map_draft(filled, _draft(filled))
    assert (ours.state, again.state, again.unchanged) == (RunState.UNCHANGED, RunState.UNCHANGED, first.inserted)
    assert 0 < ours.unchanged < again.unchanged
    assert (kept(filled), encoder.encoded) == (before, encoded)


def test_a_portfolio_maps_only_its_own_and_an_unknown_one_is_named(filled: Store) -> None:
    with pytest.raises(UnknownPortfolioError, match="ours"):
        map_draft(filled, _draft(filled), portfolio="theirs")
    ours = map_draft(filled, _draft(filled), portfolio="ours")
    rest = map_draft(filled, _draft(filled))
    assert 0 < ours.records < rest.records
    assert (rest.unchanged, rest.removed) == (ours.inserted, 0)


def test_only_new_and_changed_claims_are_ranked_and_the_result_is_that_of_mapping_afresh(
    filled: Store, encoder: WordEncoder
) -> None:
    draft = _draft(filled)
    first = map_draft(filled, draft)
    encoded = encoder.encoded
    _change(filled)
    run = map_draft(filled, draft)
    assert run.records > first.records
    assert run.unchanged > 0
    assert encoder.encoded > encoded
    followed = kept(filled)
    with filled.write() as session:
        session.execute(sa.delete(Match))
        session.execute(sa.delete(DraftPass))
        session.execute(sa.delete(ClaimReading))
        session.execute(sa.delete(ClaimChoice))
    map_draft(filled, draft)
    assert kept(filled) == followed


def test_another_engine_or_encoder_maps_the_draft_afresh(
    filled: Store, monkeypatch: pytest.MonkeyPatch, encoder: WordEncoder
) -> None:
    first = map_draft(filled, _draft(filled))
    monkeypatch.setattr(runs, "installed_encoder", lambda settings: WordEncoder("another"))
    run = map_draft(filled, _draft(filled))
    assert (run.removed, run.unchanged) == (first.inserted, 0)
    monkeypatch.setattr(runs, "installed_encoder", lambda settings: encoder)
    monkeypatch.setattr(draft_pass, "READER_VERSION", "next")
    encoded = encoder.encoded
    assert map_draft(filled, _draft(filled)).removed == run.inserted
    assert encoder.encoded == encoded


def test_a_claim_that_goes_takes_its_matches_along(filled: Store) -> None:
    map_draft(filled, _draft(filled))
    before = kept(filled)
    gone = before[0][0]
    with filled.write() as session:
        session.delete(session.get_one(Claim, gone))
    left = kept(filled)
    assert left == [row for row in before if row[0] != gone]
    assert map_draft(filled, _draft(filled)).state is RunState.UNCHANGED
    assert kept(filled) == left


def test_dependent_claims_are_mapped_where_they_are_asked_for(filled: Store) -> None:
    independent = map_draft(filled, _draft(filled)).records
    filled.settings = filled.settings.model_copy(update={"dependent_claims": True})
    every = map_draft(filled, _draft(filled))
    with filled.read() as session:
        claims = session.exec(select(Claim)).all()
    assert independent == sum(claim.independent for claim in claims)
    assert every.records == len(claims) > independent
    filled.settings = filled.settings.model_copy(update={"dependent_claims": False})
    back = map_draft(filled, _draft(filled))
    assert (back.removed, back.inserted) == (every.inserted, 0)


def test_a_japanese_publication_is_mapped_by_the_english_claims_of_its_family(filled: Store) -> None:
    with filled.write() as session:
        english = session.exec(select(Publication).order_by(col(Publication.id))).first()
        assert english is not None
        family = Family(family_id="9990099")
        session.add(family)
        session.flush()
        english.family_ref = family.id
        session.add(english)
        other = Publication(
            **english.model_dump(exclude={"id", "number", "doc_number"}), number="JP.9990099.A", doc_number="9990099"
        )
        session.add(other)
        session.flush()
        session.add(Claim(publication_id=key_of(other), language="ja", number=1, text="評価手法。", independent=True))
    map_draft(filled, _draft(filled))
    with filled.read() as session:
        mapped = set(session.exec(select(Claim.publication_id).join(Match)))
    assert key_of(english) in mapped
    assert key_of(other) not in mapped


def test_a_clause_keeps_its_best_claims_and_says_so_when_it_had_more(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = _draft(filled)
    map_draft(filled, draft)
    everything = kept(filled)
    for module in (passes, draft_pass):
        monkeypatch.setattr(module, "CLAIMS_KEPT", 2)
    monkeypatch.setattr(passes.KeptMatches.__init__, "__kwdefaults__", {"top": TOP, "claims_kept": 2})
    with filled.write() as session:
        session.execute(sa.delete(DraftPass))
    map_draft(filled, draft)
    cut = kept(filled)
    by_clause: dict[int, Kept] = {}
    for row in everything:
        by_clause.setdefault(row[1], []).append(row)
    best = [row for held in by_clause.values() for row in sorted(held, key=lambda row: (-row[3], row[0]))[:2]]
    assert cut == sorted(best)
    # New claims push others out; a claim that changes may make room for one that was not kept: both as if afresh.
    add_publications(filled, 15, seed=9)
    map_draft(filled, draft)
    _change(filled)
    map_draft(filled, draft)
    followed = kept(filled)
    with filled.write() as session:
        session.execute(sa.delete(DraftPass))
    map_draft(filled, draft)
    assert kept(filled) == followed


def test_a_run_that_was_taken_over_writes_nothing(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = _draft(filled)
    score = DraftIndex.score

    def slow(self: DraftIndex, *arguments: Any) -> Any:
        monkeypatch.setattr(DraftIndex, "score", score)
        map_draft(filled, draft)
        return score(self, *arguments)

    monkeypatch.setattr(DraftIndex, "score", slow)
    with pytest.raises(MappingTakenOverError, match="CD 1"):
        map_draft(filled, draft)
    with filled.read() as session:
        states = list(session.exec(select(Run.state).where(Run.kind == RunKind.MAP).order_by(col(Run.id))))
        assert set(session.exec(select(Match.run_id))) == {session.exec(select(sa.func.max(Run.id))).one()}
    assert states == [RunState.FAILED, RunState.OK]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_two_that_read_claims_at_once_give_no_key_twice(store: Store) -> None:
    with store.read() as session:
        one, other = Vocabulary(session), Vocabulary(session)
    for vocabulary, words in ((one, "score grade"), (other, "grade seal")):
        with store.write() as session:
            vocabulary.catch_up(session)
            for word in words.split():
                vocabulary.key(word)
            vocabulary.write(session)
    with store.read() as session:
        assert Vocabulary(session).words() == other.words() == {"score": 1, "grade": 2, "seal": 3}


def test_drafts_that_are_too_many_for_one_sweep_are_ranked_in_several(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [_draft(filled), add_draft(filled, 12, 2), add_draft(filled, 12, 3)]
    assert len(list(map_drafts(filled, drafts))) == 3
    together = kept(filled)
    with filled.write() as session:
        session.execute(sa.delete(DraftPass))
    monkeypatch.setattr(runs, "CLAUSES_AT_ONCE", 30)
    told: set[str] = set()
    ended = [run.source for run in map_drafts(filled, drafts, progress=lambda progress: told.add(progress.draft))]
    assert ended == [f"map:{draft.work_item}/{draft.label}" for draft in drafts]
    assert len(told) == 2
    assert kept(filled) == together


def test_a_mapping_that_stops_while_it_writes_in_turns_leaves_the_draft_to_be_mapped_afresh(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = _draft(filled)
    map_draft(filled, draft)
    _change(filled)
    for name in ("_WRITTEN_AT_ONCE", "_IN_A_TURN", "_ASKED_AT_ONCE"):
        monkeypatch.setattr(draft_pass, name, 4)
    turns: list[float] = []

    def stop(seconds: float) -> None:
        turns.append(seconds)
        with filled.write():  # others write meanwhile
            pass
        if len(turns) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("workbench.mapping.draft_pass.time.sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        map_draft(filled, draft)
    with filled.read() as session:
        assert session.exec(select(DraftPass.engine)).one() == ""
    run = map_draft(filled, draft)
    assert run.unchanged == 0
    assert len(turns) > 5
    resumed = kept(filled)
    with filled.write() as session:
        session.execute(sa.delete(DraftPass))
    map_draft(filled, draft)
    assert kept(filled) == resumed


def test_progress_is_told_and_kept_with_the_run(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Progress] = []
    shown: list[Progress | None] = []

    def hear(progress: Progress) -> None:
        told.append(progress)
        with filled.read() as session:
            run = session.exec(select(Run).where(Run.kind == RunKind.MAP, Run.state == RunState.RUNNING)).one()
            shown.append(progress_of(run))

    (run,) = map_drafts(filled, [_draft(filled)], progress=hear)
    assert [progress.stage for progress in told] == [Stage.READING, Stage.RANKING, Stage.WRITING]
    assert all(progress.done == progress.total == run.records for progress in told[:2])
    assert (told[2].done, told[2].total) == (0, 1)
    assert [each and each.stage for each in shown] == [None, Stage.READING, Stage.RANKING]
    assert progress_of(run) is None
