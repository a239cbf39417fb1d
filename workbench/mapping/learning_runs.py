"""Learns the re-ranker from the decisions in the store, and says whether it is in force; nothing leaves the machine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import Store
from workbench.history.models import Run, RunKind, RunState
from workbench.mapping.decisions import claim_hash
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.mapping.learning import FEATURES, Assessment, Pair, Weights, assess
from workbench.mapping.learning_models import LearnedRanking, LearningSwitch
from workbench.mapping.models import Match
from workbench.patents.models import Claim, Publication
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.standards.models import Clause


@dataclass(frozen=True)
class LearningState:
    """What was learned last, and whether matches are ordered by it.

    `reason` is why they are not: `setting`, `switched_off`, `nothing_learned`, `not_better` or `other_engine`.
    """

    learned: LearnedRanking | None
    switch: LearningSwitch | None
    reason: str | None

    @property
    def weights(self) -> Weights | None:
        """The re-ranker in force, None where there is none."""
        if self.learned is None or self.reason is not None:
            return None
        return Weights(tuple(self.learned.means), tuple(self.learned.scales), tuple(self.learned.weights))


def learn(store: Store, viewer: Viewer, *, now: dt.datetime) -> Assessment:
    """Learn from all decisions on matches that stand, and keep what was learned with its figures.

    Nothing is kept where too little was decided. Every decision counts, whichever matter it belongs to: what is kept
    is a weight for each signal. `viewer` is the person who asks for it, for the trail.
    """
    everything = Viewer.system()
    with store.read(everything) as session:
        engine = _engine(session)
        found = assess(training_pairs(session))
    if found.weights is None or found.gain is None or found.base_ndcg is None or found.learned_ndcg is None:
        return found
    with store.write(everything) as session:
        row = LearnedRanking(
            at=now,
            engine=engine or "",
            pairs=found.pairs,
            plausible=found.plausible,
            families=found.families,
            queries=found.queries,
            means=list(found.weights.means),
            scales=list(found.weights.scales),
            weights=list(found.weights.weights),
            base_ndcg=found.base_ndcg,
            learned_ndcg=found.learned_ndcg,
            gain_low=found.gain[0],
            gain_high=found.gain[1],
        )
        session.add(row)
        session.flush()
        record(session, viewer, TrailAction.CREATED, "learned_ranking", row.id, {"pairs": row.pairs}, at=now)
    return found


def switch(session: Session, viewer: Viewer, *, on: bool, at: dt.datetime) -> None:
    """Order matches by what was learned, or by the engine alone, from now on."""
    session.add(LearningSwitch(on=on, by=viewer.name, at=at))
    record(session, viewer, TrailAction.CHANGED, "learning_switch", "on" if on else "off", at=at)


def learning_state(session: Session, *, wanted: bool) -> LearningState:
    """What was learned last and whether it is in force; `wanted` is the setting `learn_from_decisions`."""
    learned = session.exec(select(LearnedRanking).order_by(col(LearnedRanking.id).desc()).limit(1)).first()
    turned = session.exec(select(LearningSwitch).order_by(col(LearningSwitch.id).desc()).limit(1)).first()
    reason = None
    if not wanted:
        reason = "setting"
    elif turned is not None and not turned.on:
        reason = "switched_off"
    elif learned is None:
        reason = "nothing_learned"
    elif not learned.better:
        reason = "not_better"
    elif learned.engine != _engine(session):
        reason = "other_engine"
    return LearningState(learned, turned, reason)


def training_pairs(session: Session) -> list[Pair]:
    """The decisions that hold now, plausible or not, with the signals of the match they are on.

    Publications without a family stand for themselves; what needs an expert teaches nothing, nor does what was decided
    on another text of the claim than the one that was ranked, nor what another engine or encoder ranked than the last.
    """
    later = sa.orm.aliased(Decision)
    replaced = sa.exists().where(col(later.replaces) == col(Decision.id))
    statement = (
        sa.select(Decision, Claim, col(Publication.family_ref), *feature_columns())
        .join(Publication, col(Publication.number) == col(Decision.publication))
        .join(
            Claim,
            sa.and_(
                col(Claim.publication_id) == col(Publication.id),
                col(Claim.number) == col(Decision.claim),
                col(Claim.language) == col(Decision.language),
            ),
        )
        .join(
            Clause,
            sa.and_(col(Clause.draft_id) == col(Decision.draft_id), col(Clause.order) == col(Decision.clause_order)),
        )
        .join(Match, sa.and_(col(Match.claim_id) == col(Claim.id), col(Match.clause_id) == col(Clause.id)))
        .join(Run, col(Run.id) == col(Match.run_id))
        .where(col(Decision.verdict).in_([Verdict.PLAUSIBLE, Verdict.NOT]), ~replaced)
        .where(col(Run.parser_version) == _engine(session))
        .order_by(col(Decision.id))
    )
    return [
        Pair(
            f"p{claim.publication_id}" if family is None else f"f{family}",
            f"{claim.id}/{decision.draft_id}",
            tuple(None if value is None else float(value) for value in features),
            decision.verdict is Verdict.PLAUSIBLE,
        )
        for decision, claim, family, *features in session.execute(statement)
        if claim_hash(claim.text) == decision.claim_hash
    ]


def feature_columns() -> list[Any]:
    """The features of a match, as `FEATURES`, as SQL."""
    place = 1.0 / sa.cast(col(Match.rank), sa.Float)
    return [place if name == "place" else getattr(Match, name) for name in FEATURES]


def learned_order(weights: Weights) -> sa.ColumnElement[float]:
    """The value of a match by the re-ranker, as SQL: a signal that is not at hand counts nothing."""
    parts = [
        weight * (sa.func.coalesce(column, middle) - middle) / scale
        for column, middle, scale, weight in zip(
            feature_columns(), weights.means, weights.scales, weights.weights, strict=True
        )
    ]
    total: sa.ColumnElement[float] = sa.literal(0.0)
    for part in parts:
        total = total + part
    return total


def _engine(session: Session) -> str | None:
    """The ranking and encoder that matches were made with last."""
    done = col(Run.state).in_([RunState.OK, RunState.UNCHANGED])
    last = select(Run.parser_version).where(Run.kind == RunKind.MAP, done).order_by(col(Run.id).desc()).limit(1)
    return session.exec(last).first()
