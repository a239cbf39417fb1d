"""One pass: a draft's clauses are ranked for the claims that are new to it, and its matches brought up to date."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final, Self

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col, delete

from workbench.db import Store
from workbench.history.log import Counts, finish_run
from workbench.history.models import Run, RunState
from workbench.mapping.bulk import insert_rows
from workbench.mapping.draft_texts import DraftName, clauses_hash
from workbench.mapping.foremost import is_kept, keep_searched
from workbench.mapping.keys import Keys, pack_keys, unpack_keys
from workbench.mapping.models import ClaimReading, DraftPass, MappedPublication, Match
from workbench.mapping.passes import CLAIMS_KEPT, SCORE_DIGITS, KeptMatches
from workbench.mapping.ranking import ClauseText
from workbench.mapping.reader import READER_VERSION
from workbench.mapping.vectors import StoredEncoder, in_blocks
from workbench.patents.models import Claim

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
            cut = self._shorten(session) or found.cut
            if self._before is not None and not work.afresh:
                cut = cut or self._before.cut
            counts.unchanged = self._standing(session, work)
            changed = bool(counts.inserted or counts.removed)
            if changed:
                self._count_publications(session)
            covered = np.union1d(work.kept, work.todo)
            if changed or not self._is_searched(session, covered):
                keep_searched(session, self._draft.draft_id, covered)
            self._note(session, run_id, self._engine, covered, cut=cut)
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
        standing = np.setdiff1d(np.intersect1d(covered, read), again)
        gone = np.setdiff1d(standing, asked) if self._whole else none
        kept = np.setdiff1d(standing, gone)
        same = (before.engine, before.clauses) == (self._engine, self._hash)
        # Where a clause had more claims than it keeps, one that leaves makes room for one that is not kept anywhere.
        if same and not (before.cut and len(kept) < len(covered)):
            return _Work(afresh=False, kept=kept, todo=np.setdiff1d(asked, kept), gone=gone)
        covered = none if self._whole else np.intersect1d(covered, read)
        return _Work(afresh=True, kept=none, todo=np.union1d(covered, asked), gone=none)

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
        for asked in in_blocks(np.union1d(work.todo, work.gone).tolist(), _ASKED_AT_ONCE):
            gone = turns.session.exec(statement.where(col(Match.claim_id).in_(asked))).rowcount
            removed += gone
            turns.wrote(gone)
        return removed

    def _insert(self, turns: _Turns, run_id: int, matches: NDArray[np.void], signals: Sequence[str]) -> int:
        clause_ids = np.array([int(str(clause.id)) for clause in self.clauses], dtype=np.int64)
        columns = ("claim_id", "clause_id", "rank", "score", *signals, "run_id", "draft_id")
        inserted = 0
        for first in range(0, len(matches), _WRITTEN_AT_ONCE):
            part = matches[first : first + _WRITTEN_AT_ONCE]
            # A claim that an import took away meanwhile has no match to be kept.
            between = col(Claim.id).between(int(part["claim"][0]), int(part["claim"][-1]))
            present = turns.session.execute(sa.select(col(Claim.id)).where(between)).scalars().all()
            part = part[np.isin(part["claim"], np.array(present, dtype=np.int64))]
            values = [part["claim"].tolist(), clause_ids[part["clause"]].tolist(), part["rank"].tolist()]
            values += [_rounded(part[name]) for name in ("score", *signals)]
            rows = zip(*values, repeat(run_id), repeat(self._draft.draft_id), strict=False)
            insert_rows(turns.session, Match, columns, rows)
            inserted += len(part)
            turns.wrote(len(part))
        return inserted

    def _shorten(self, session: Session) -> bool:
        """Take away what new claims pushed out of the best of a clause; whether there was any."""
        mine = col(Match.draft_id) == self._draft.draft_id
        counted = sa.select(col(Match.clause_id)).where(mine).group_by(col(Match.clause_id))
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
        return int(np.isin(claims, np.intersect1d(work.kept, self._asked)).sum())

    def _count_publications(self, session: Session) -> None:
        session.exec(delete(MappedPublication).where(col(MappedPublication.draft_id) == self._draft.draft_id))
        counted = (
            sa.select(
                sa.literal(self._draft.draft_id),
                col(Claim.publication_id),
                sa.func.count(sa.distinct(col(Match.claim_id))),
                sa.func.count(),
            )
            .join(Claim, col(Claim.id) == col(Match.claim_id))
            .where(col(Match.draft_id) == self._draft.draft_id)
            .group_by(col(Claim.publication_id))
        )
        columns = ["draft_id", "publication_id", "claims", "matches"]
        session.execute(sa.insert(MappedPublication).from_select(columns, counted))

    def _is_searched(self, session: Session, covered: Keys) -> bool:
        """Whether what the draft is mapped against was written down, for these claims."""
        same = self._before is not None and self._before.covered == pack_keys(covered)
        return same and is_kept(session, self._draft.draft_id)

    def _note_unfinished(self, session: Session, run_id: int) -> None:
        """What is there is neither what was nor what will be: whoever maps the draft next begins from nothing."""
        before = np.empty(0, dtype=np.int64) if self._before is None else unpack_keys(self._before.covered)
        self._note(session, run_id, _UNFINISHED, np.union1d(before, self._plan.todo), cut=False)

    def _note(self, session: Session, run_id: int, engine: str, covered: Keys, *, cut: bool) -> None:
        session.merge(
            DraftPass(
                draft_id=self._draft.draft_id,
                run_id=run_id,
                engine=engine,
                clauses=self._hash,
                covered=pack_keys(covered),
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


def _rounded(values: NDArray[np.float32]) -> list[float]:
    rounded: list[float] = np.round(values.astype(np.float64), SCORE_DIGITS).tolist()
    return rounded
