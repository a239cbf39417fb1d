"""One pass: a draft's clauses are ranked for the claims that are new to it, and its matches brought up to date."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, Final, Self

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col, delete

from workbench.db import Store, in_blocks
from workbench.history.log import Counts, finish_run
from workbench.history.models import Run, RunState
from workbench.mapping.bulk import insert_rows
from workbench.mapping.draft_texts import DraftName, clauses_hash
from workbench.mapping.keys import Keys, pack_keys, union, unpack_keys
from workbench.mapping.models import ClaimReading, DraftPass, Match
from workbench.mapping.passes import CLAIMS_KEPT, SCORE_DIGITS, KeptMatches
from workbench.mapping.ranking import ClauseText
from workbench.mapping.reader import READER_VERSION
from workbench.mapping.sums import are_kept, keep_sums
from workbench.mapping.vectors import StoredEncoder
from workbench.patents.models import Claim
from workbench.standards.models import Clause

_WRITTEN_AT_ONCE: Final = 10_000
_IN_A_TURN: Final = 20_000
"""Matches after which others may write: a second's work, where a web request waits half a minute at most."""
_BETWEEN_TURNS: Final = 0.05
"""Seconds: SQLite lets nobody in by turns, who waits tries again every tenth of a second."""
_ASKED_AT_ONCE: Final = 1_000
_UNFINISHED: Final = ""
"""The engine of a draft whose matches are being written."""


class MappingTakenOverError(Exception):
    """Another mapping of the same draft began meanwhile; this one went no further."""


def engine_name(encoder: StoredEncoder | None) -> str:
    """The ranking and the encoder in use: where either is another, a draft is mapped afresh."""
    return READER_VERSION if encoder is None else f"{READER_VERSION} {encoder.name}"


@dataclass(frozen=True, slots=True)
class _Work:
    """What a pass has to do, as keys of claims: the matches of `kept` stand, `todo` are to be ranked, `gone` no longer
    count. `afresh` says that no match stands.
    """

    afresh: bool
    kept: Keys
    todo: Keys
    gone: Keys


class Pass:
    """One draft against the claims asked for; `whole` where these are all there are.

    It is made, its claims `todo` are scored on its `clauses` (`sweep`), and `write` keeps what was found.
    """

    def __init__(
        self,
        store: Store,
        encoder: StoredEncoder | None,
        draft: DraftName,
        clauses: Sequence[ClauseText],
        asked: Keys,
        *,
        whole: bool,
    ) -> None:
        self._store, self._draft, self.clauses = store, draft, clauses
        self._asked, self._whole = asked, whole
        self._engine, self._hash = engine_name(encoder), clauses_hash(clauses)
        with store.read() as session:
            self._before = session.get(DraftPass, draft.draft_id)
            self._plan = self._work(session)

    @property
    def todo(self) -> Keys:
        """The claims that are to be ranked."""
        return self._plan.todo

    def write(self, run_id: int, found: KeptMatches) -> Run:
        """Bring the matches up to date and close the run: in one transaction, or in several where much is written.

        Raises MappingTakenOverError.
        """
        work, matches = self._plan, found.matches()
        counts = Counts(records=len(self._asked))
        with _Turns(self._store, run_id, self._note_unfinished) as turns:
            counts.removed = self._remove_all(turns) if work.afresh else self._remove(turns, work)
            counts.inserted = self._insert(turns, run_id, matches, found.signals)
            session = turns.session
            cut = found.cut
            if self._before is not None and not work.afresh:
                cut = self._shorten(session) or cut or self._before.cut
            counts.unchanged = self._standing(session, work)
            changed = bool(counts.inserted or counts.removed)
            covered = union(work.kept, work.todo)
            packed = pack_keys(covered)
            if changed or not self._is_summed(session, packed):
                keep_sums(session, self._draft.draft_id, covered)
            self._note(session, run_id, self._engine, packed, cut=cut)
            return finish_run(session, run_id, RunState.OK if changed else RunState.UNCHANGED, counts)

    def _work(self, session: Session) -> _Work:
        """Compare what the draft was mapped with and what there is now."""
        before, asked = self._before, self._asked
        none = np.empty(0, dtype=np.int64)
        if before is None:
            return _Work(afresh=True, kept=none, todo=asked, gone=none)
        rows = session.execute(sa.select(col(ClaimReading.claim_id), col(ClaimReading.run_id))).all()
        read = np.array([row[0] for row in rows], dtype=np.int64)
        again = read[np.array([row[1] for row in rows], dtype=np.int64) > before.run_id]
        covered = unpack_keys(before.covered)
        standing = _without(np.intersect1d(covered, read, assume_unique=True), again)
        gone = _without(standing, asked) if self._whole else none
        kept = _without(standing, gone)
        same = (before.engine, before.clauses) == (self._engine, self._hash)
        # Where a clause had more claims than it keeps, one that leaves makes room for one that is not kept anywhere.
        if same and not (before.cut and len(kept) < len(covered)):
            return _Work(afresh=False, kept=kept, todo=_without(asked, kept), gone=gone)
        covered = none if self._whole else np.intersect1d(covered, read, assume_unique=True)
        return _Work(afresh=True, kept=none, todo=union(covered, asked), gone=none)

    def _remove_all(self, turns: _Turns) -> int:
        """Take away every match of the draft."""
        some = sa.select(col(Match.id)).where(col(Match.draft_id) == self._draft.draft_id).limit(_WRITTEN_AT_ONCE)
        removed = 0
        while gone := turns.session.exec(delete(Match).where(col(Match.id).in_(some))).rowcount:
            removed += gone
            turns.wrote(gone)
        return removed

    def _remove(self, turns: _Turns, work: _Work) -> int:
        """Take away the draft's matches of the claims that are ranked now or no longer count."""
        statement = delete(Match).where(col(Match.draft_id) == self._draft.draft_id)
        removed = 0
        for asked in in_blocks(union(work.todo, work.gone).tolist(), _ASKED_AT_ONCE):
            gone = turns.session.exec(statement.where(col(Match.claim_id).in_(asked))).rowcount
            removed += gone
            turns.wrote(gone)
        return removed

    def _insert(self, turns: _Turns, run_id: int, matches: NDArray[np.void], signals: Sequence[str]) -> int:
        clause_ids = np.array([int(str(clause.id)) for clause in self.clauses], dtype=np.int64)
        columns = ("run_id", "draft_id", "claim_id", "clause_id", "rank", "score", *signals)
        inserted = 0
        for first in range(0, len(matches), _WRITTEN_AT_ONCE):
            part = _of_present_claims(turns.session, matches[first : first + _WRITTEN_AT_ONCE])
            values = [part["claim"].tolist(), clause_ids[part["clause"]].tolist(), part["rank"].tolist()]
            values += [_rounded(part[name]) for name in ("score", *signals)]
            rows = zip(repeat(run_id), repeat(self._draft.draft_id), *values, strict=False)
            insert_rows(turns.session, Match, columns, rows)
            inserted += len(part)
            turns.wrote(len(part))
        return inserted

    def _shorten(self, session: Session) -> bool:
        """Take away what new claims pushed out of the best of a clause; whether there was any."""
        mine = sa.select(col(Clause.id)).where(col(Clause.draft_id) == self._draft.draft_id)
        counted = sa.select(col(Match.clause_id)).where(col(Match.clause_id).in_(mine)).group_by(col(Match.clause_id))
        full = session.execute(counted.having(sa.func.count() > CLAIMS_KEPT)).scalars().all()
        score, claim = col(Match.score), col(Match.claim_id)
        for clause_id in full:
            of_clause = col(Match.clause_id) == clause_id
            last = (
                sa.select(score, claim).where(of_clause).order_by(score.desc(), claim).offset(CLAIMS_KEPT - 1).limit(1)
            )
            bar, last_claim = session.execute(last).one()
            behind = sa.or_(score < bar, sa.and_(score == bar, claim > last_claim))
            session.execute(sa.delete(Match).where(of_clause, behind))
        return bool(full)

    def _standing(self, session: Session, work: _Work) -> int:
        """How many matches of the claims asked for were left as they are."""
        if work.afresh or not len(work.kept):
            return 0
        held = sa.select(col(Match.claim_id)).where(col(Match.draft_id) == self._draft.draft_id)
        claims = np.array(session.execute(held).scalars().all(), dtype=np.int64)
        return int(np.isin(claims, np.intersect1d(work.kept, self._asked, assume_unique=True)).sum())

    def _is_summed(self, session: Session, covered: bytes) -> bool:
        """Whether the sums of the draft were written down, for these claims."""
        same = self._before is not None and self._before.covered == covered
        return same and are_kept(session, self._draft.draft_id)

    def _note_unfinished(self, session: Session, run_id: int) -> None:
        """What is there is neither what was nor what will be: whoever maps the draft next begins from nothing."""
        self._note(session, run_id, _UNFINISHED, self._begun, cut=False)

    @cached_property
    def _begun(self) -> bytes:
        """What the draft was or will be mapped against, packed."""
        before = np.empty(0, dtype=np.int64) if self._before is None else unpack_keys(self._before.covered)
        return pack_keys(union(before, self._plan.todo))

    def _note(self, session: Session, run_id: int, engine: str, covered: bytes, *, cut: bool) -> None:
        session.merge(
            DraftPass(
                draft_id=self._draft.draft_id,
                run_id=run_id,
                engine=engine,
                clauses=self._hash,
                covered=covered,
                cut=cut,
            )
        )


class _Turns:
    """A transaction that others get their turn beside: ended and begun anew once much was written in it.

    From then on `unfinished` stands in the store until the last transaction takes it back.
    """

    def __init__(self, store: Store, run_id: int, unfinished: Callable[[Session, int], None]) -> None:
        self._store, self._run_id, self._unfinished = store, run_id, unfinished
        self._open = ExitStack()
        self.session: Session

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)

    def wrote(self, rows: int) -> None:
        """So many rows more were written or taken away."""
        self._written += rows
        if self._written >= _IN_A_TURN:
            self._unfinished(self.session, self._run_id)
            self._open.close()
            time.sleep(_BETWEEN_TURNS)
            self._begin()

    def _begin(self) -> None:
        with ExitStack() as begun:
            self.session = begun.enter_context(self._store.write())
            run = self.session.get_one(Run, self._run_id)
            if run.state is not RunState.RUNNING:
                raise MappingTakenOverError(f"{run.source}: another mapping took over; this one went no further")
            self._open = begun.pop_all()
        self._written = 0


def _without(keys: Keys, others: Keys) -> Keys:
    return np.setdiff1d(keys, others, assume_unique=True)


def _of_present_claims(session: Session, matches: NDArray[np.void]) -> NDArray[np.void]:
    """A claim that an import took away meanwhile has no match to be kept."""
    first, last = int(matches["claim"][0]), int(matches["claim"][-1])
    there = col(Claim.id).between(first, last)
    if session.execute(sa.select(sa.func.count()).select_from(Claim).where(there)).scalar_one() == last - first + 1:
        return matches
    present = session.execute(sa.select(col(Claim.id)).where(there)).scalars().all()
    return matches[np.isin(matches["claim"], np.array(present, dtype=np.int64))]


def _rounded(values: NDArray[np.float32]) -> list[float]:
    rounded: list[float] = np.round(values.astype(np.float64), SCORE_DIGITS).tolist()
    return rounded
