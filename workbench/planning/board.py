"""The constraint board of a plan: regimes by asset, two tracks side by side, and what lies on both."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.i18n import ToldError, mark
from workbench.people.models import Account
from workbench.people.tracks import side_of, tracks_of
from workbench.people.viewer import Track, Viewer
from workbench.people.walls_models import MatterMember
from workbench.planning.board_models import Aspect, BoardEntry, Standing, TrackCell
from workbench.planning.changes import keep
from workbench.planning.models import AssetTrack, PlanAsset, StoredPlan
from workbench.planning.rules import Finding, Verdict
from workbench.planning.verbs import PlanEditError, asset_of
from workbench.rule_files import read_rules

FILE: Final = Path(__file__).with_name("board.toml")
MOST_WORDS: Final = 2000
_ORDER: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)
_SIDES: Final = {AssetTrack.US_WEST: Track.US_WEST, AssetTrack.CHINA: Track.CHINA}


class BoardFileError(ToldError):
    """The file of regimes cannot be used; `str(error)` names file, place and remedy on one line."""


class SpanKind(StrEnum):
    """What can lie on both tracks."""

    REPOSITORY = "repository"
    FAMILY = "family"
    ARTEFACT = "artefact"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Spanning:
    """Something on both tracks without clearance. `places` are the assets it belongs to, or the side of a person."""

    kind: SpanKind
    name: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Firewall:
    """What was looked at and found. `without_track` are assets of which nobody said the track: not known, no pass.

    `people_unseen` counts members of the matter whose side the viewer may not know, or nobody has said.
    """

    spanning: Sequence[Spanning]
    without_track: Sequence[str]
    people_unseen: int


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    regimes: dict[str, tuple[str, ...]]


@functools.cache
def regimes() -> Mapping[str, tuple[str, ...]]:
    """The regimes in the order of the file, each with how the ids of its rules begin."""
    return read_rules(FILE, _File, mark("regimes of the board"), BoardFileError).regimes


def findings_by_regime(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """What the rules say under each regime, the worst first; those that do not apply are left out."""
    told = [each for each in findings if each.verdict is not Verdict.NOT_APPLICABLE]
    told.sort(key=lambda each: _ORDER.index(each.verdict))
    return {
        name: [each for each in told if each.rule.id.startswith(beginnings)] for name, beginnings in regimes().items()
    }


def entries_of(session: Session, plan: StoredPlan) -> dict[tuple[int, str], BoardEntry]:
    """The newest word on each asset and regime."""
    statement = select(BoardEntry).where(BoardEntry.plan_id == plan.id).order_by(col(BoardEntry.id))
    return {(each.asset_id, each.regime): each for each in session.exec(statement)}


def history_of_entry(session: Session, plan: StoredPlan, asset_id: int, regime: str) -> Sequence[BoardEntry]:
    """Everything said of an asset under a regime, newest first."""
    statement = select(BoardEntry).where(
        BoardEntry.plan_id == plan.id, BoardEntry.asset_id == asset_id, BoardEntry.regime == regime
    )
    return session.exec(statement.order_by(col(BoardEntry.id).desc())).all()


def cells_of(session: Session, plan: StoredPlan) -> dict[tuple[Aspect, Track], TrackCell]:
    """The newest words of each cell of the matrix."""
    statement = select(TrackCell).where(TrackCell.plan_id == plan.id).order_by(col(TrackCell.id))
    return {(each.aspect, each.track): each for each in session.exec(statement)}


def say(
    session: Session,
    viewer: Viewer,
    plan: StoredPlan,
    asset_id: int,
    regime: str,
    standing: Standing,
    evidence: str,
    as_of: dt.date,
    now: dt.datetime,
) -> BoardEntry:
    """Say how an asset stands under a regime, and on what evidence. Raises PlanEditError."""
    asset = asset_of(session, plan, asset_id)
    if asset is None or regime not in regimes():
        raise PlanEditError(mark("the board has no such asset or regime"))
    evidence = evidence.strip()
    if standing is not Standing.OPEN and not evidence:
        raise PlanEditError(mark("say on what evidence; without it the question stays open"))
    if len(evidence) > MOST_WORDS:
        raise PlanEditError(mark("more than 2,000 characters; shorten the text or name the document it stands in"))
    old = entries_of(session, plan).get((asset_id, regime))
    row = BoardEntry(
        plan_id=key_of(plan),
        asset_id=asset_id,
        regime=regime,
        standing=standing,
        evidence=evidence,
        as_of=as_of,
        by_account=viewer.account_id,
        by=viewer.name,
        at=now,
    )
    session.add(row)
    session.flush()
    keep(session, viewer, plan, "board", f"{asset.name}: {regime}", _told(old) if old else None, _told(row), now)
    return row


def write_cell(
    session: Session, viewer: Viewer, plan: StoredPlan, aspect: Aspect, track: Track, words: str, now: dt.datetime
) -> TrackCell | None:
    """Write what the plan does on a track in one respect; None where nothing changed. Raises PlanEditError."""
    words = words.strip()
    if len(words) > MOST_WORDS:
        raise PlanEditError(mark("more than 2,000 characters; shorten the text or name the document it stands in"))
    old = cells_of(session, plan).get((aspect, track))
    if words == (old.words if old else ""):
        return None
    row = TrackCell(
        plan_id=key_of(plan),
        aspect=aspect,
        track=track,
        words=words,
        by_account=viewer.account_id,
        by=viewer.name,
        at=now,
    )
    session.add(row)
    session.flush()
    before = {"words": old.words} if old else None
    keep(session, viewer, plan, "board", f"{aspect}: {track}", before, {"words": words}, now)
    return row


def firewall(session: Session, plan: StoredPlan, assets: Sequence[PlanAsset]) -> Firewall:
    """What lies on both tracks: repositories, families and artefacts on either side, and people of the plan's matter.

    An asset that is marked as cleared for both is on neither side. Assets of other plans that the viewer may see count
    too, for a wall between plans is no wall when they share one. An artefact is an asset by its name, whatever its
    plan: the same weights or data on the other side are one thing.
    """
    everywhere = session.exec(select(PlanAsset).order_by(col(PlanAsset.id))).all()
    sides = {_SIDES[each.track] for each in assets if each.track in _SIDES}
    spanning = [
        *_shared(SpanKind.REPOSITORY, assets, ((name, each) for each in everywhere for name in each.repositories)),
        *_shared(SpanKind.FAMILY, assets, ((name, each) for each in everywhere for name in each.families)),
        *_shared(SpanKind.ARTEFACT, assets, ((" ".join(each.name.casefold().split()), each) for each in everywhere)),
    ]
    members = session.exec(
        select(MatterMember.account_id).where(MatterMember.matter_id == plan.matter_id).order_by(sa.text("1"))
    ).all()
    unseen = 0
    for account_id in members:
        side = side_of(session, account_id)
        if side is None:
            unseen += 1
        elif sides - tracks_of(session, account_id):
            account = session.get(Account, account_id)
            spanning.append(Spanning(SpanKind.PERSON, account.name if account else str(account_id), (side.value,)))
    return Firewall(spanning, [each.name for each in assets if each.track is None], unseen)


def _shared(kind: SpanKind, assets: Sequence[PlanAsset], named: Iterable[tuple[str, PlanAsset]]) -> Iterable[Spanning]:
    own = {each.id for each in assets}
    by_name: dict[str, list[PlanAsset]] = {}
    for name, asset in named:
        by_name.setdefault(name, []).append(asset)
    for name, holders in sorted(by_name.items()):
        tracks = {each.track for each in holders}
        if set(_SIDES) <= tracks and any(each.id in own for each in holders):
            yield Spanning(kind, name, tuple(f"{each.name} ({each.track})" for each in holders if each.track in _SIDES))


def _told(row: BoardEntry) -> dict[str, str]:
    return {"standing": row.standing.value, "evidence": row.evidence, "as_of": row.as_of.isoformat()}
