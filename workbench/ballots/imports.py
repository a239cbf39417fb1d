"""Imports files of ballots: read and checked first, then written in one transaction a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import to_jsonable_python
from sqlmodel import Session, col, select

from scrapers.ballots import PARSER_VERSION, AnnouncedBallot, BallotMap, load_map, read_ballots
from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import StandardRef
from workbench.ballots.changes import note_ballot
from workbench.ballots.models import Ballot, BallotResult, BallotState, WaitingBallot, WaitingState
from workbench.ballots.queries import arrivals, p_members
from workbench.ballots.verbs import BallotError, answers_for, put_vote
from workbench.db import Store, key_of
from workbench.history.file_imports import FileKind, import_file
from workbench.history.log import ChangeLog, ChangeWriter, Counts, Outcome
from workbench.history.merge import merge
from workbench.history.models import Run, Snapshot
from workbench.i18n import mark
from workbench.people.gate import viewer_of
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings
from workbench.standards.ballots import BallotKind, load_ballot_rules
from workbench.standards.models import StageEvent, WorkItem
from workbench.standards.tallies import Answer

BALLOTS: Final = FileKind("ballots", PARSER_VERSION, load_map, read_ballots)
_FIELDS: Final = ("opens_on", "closes_on", "state", "result", "countries")
_DAYS: Final = ("opens_on", "closes_on")


def import_ballots(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    columns: Path | BallotMap | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """Import one export, mail or calendar; returns the finished run.

    What cannot be read is a warning with its place and goes into quarantine. A ballot of a work item that nobody knows
    waits for a person. A file in which nothing can be read is a failed run that changes nothing.
    """

    def write(
        session: Session, log: ChangeLog, snapshot: Snapshot, found: Sequence[AnnouncedBallot], counts: Counts
    ) -> Sequence[str]:
        notes: list[str] = []
        by_reference = _items(session)
        for announced in found:
            item = _item_of(session, announced, by_reference)
            if item is None:
                counts.add(_wait(session, log, announced, snapshot))
                notes.append(
                    f"{announced.reference}: no work item has this reference; say which on the page of ballots"
                )
            else:
                counts.add(reconcile_ballot(session, log, item, announced, key_of(snapshot), notes))
        return notes

    return import_file(store, settings, BALLOTS, path, write, columns=columns, clock=now())


def reconcile_ballot(
    session: Session,
    log: ChangeWriter,
    item: WorkItem,
    announced: AnnouncedBallot,
    snapshot_id: int | None,
    notes: list[str],
    *,
    known_at: dt.datetime | None = None,
) -> Outcome:
    """Bring a ballot and its votes up to what a file says; what the file leaves out stays as it is.

    A vote that the ballot does not ask for, and days that contradict those known, go to `notes`. `known_at` is when
    the change became known, where that is later than the file was read.
    """
    kind = BallotKind(announced.kind)
    statement = select(Ballot).where(Ballot.work_item_id == item.id, Ballot.kind == kind)
    known = session.exec(statement.order_by(col(Ballot.iteration))).all()
    iteration = announced_iteration(known, announced, 1 if known else _times(session, item, kind, announced))
    row = next((each for each in known if each.iteration == iteration), None)
    inserted = row is None
    if row is None:
        row = Ballot(
            work_item_id=key_of(item),
            kind=kind,
            iteration=iteration,
            source=log.source,
            first_seen=log.at,
            last_seen=log.at,
        )
    word = announced.model_dump(mode="json", exclude_unset=True, include=set(_FIELDS))
    current = {name: to_jsonable_python(getattr(row, name)) for name in word}
    opened = to_jsonable_python(row.opens_on)
    differences, row.said = merge(current, word, source=log.source, at=log.at, said=row.said, trusted=_FIELDS)
    for each in differences:
        setattr(row, each.field, _value(each.field, each.new))
    told = {each.field: (each.old, each.new) for each in differences}
    if row.opens_on and row.closes_on and row.closes_on < row.opens_on:
        notes.append(
            f"{item.reference} {kind.value}: closes before it opened by an earlier file; its opening is left open"
        )
        row.opens_on = None
        told["opens_on"] = (opened, None)
    told = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
    if log.at >= row.last_seen:
        row.last_seen = log.at
        if inserted or "closes_on" in told:
            row.source, row.snapshot_id = log.source, snapshot_id
    session.add(row)
    session.flush()
    changed = _write_votes(session, log, item, row, announced, snapshot_id, notes)
    if inserted or told:
        note_ballot(replace(log, at=known_at or log.at), item, row, told, snapshot_id, inserted=inserted)
        details = {"iso_id": item.iso_id, "kind": kind.value, "iteration": iteration, **told}
        record(session, viewer_of(session), TrailAction.IMPORTED, "ballot", key_of(row), details, at=log.at)
    return Outcome.of(inserted=inserted, changed=bool(told) or changed)


def _times(session: Session, item: WorkItem, kind: BallotKind, announced: AnnouncedBallot) -> int:
    """How often the item had come to the stage of such a ballot by the time it closes."""
    stages = {rule.stage for rule in load_ballot_rules() if rule.kind is kind}
    until = announced.closes_on or announced.opens_on or dt.date.max
    events = session.exec(select(StageEvent).where(StageEvent.work_item_id == item.id))
    return sum(day <= until for (_, stage), days in arrivals(events).items() if stage in stages for day in days)


def announced_iteration(known: Sequence[Ballot], announced: AnnouncedBallot, times: int = 1) -> int:
    """Which iteration of its kind an announced ballot is: as it says, else the last, or the next where that is over.

    Of the first that is announced, `times` tells: how often the item came to the stage until the ballot closes.

    Without an iteration a moved closing day cannot be told from a second ballot by days alone, so a ballot counts as
    another one only where it opens after the last closed, or where the last has a result or was closed by a file.
    """
    if announced.iteration is not None:
        return announced.iteration
    if not known:
        return max(1, times)
    by_opening = [each for each in known if announced.opens_on and each.opens_on == announced.opens_on]
    by_closing = [each for each in known if announced.closes_on and each.closes_on == announced.closes_on]
    if by_opening or by_closing:
        return (by_opening or by_closing)[-1].iteration
    last = known[-1]
    if last.closes_on is None:
        return last.iteration
    anew = announced.opens_on is not None and announced.opens_on > last.closes_on
    over = last.state is not BallotState.OPEN or last.result is not None
    later = announced.closes_on is not None and announced.closes_on > last.closes_on
    return last.iteration + 1 if anew or (over and later) else last.iteration


def resolve_waiting(session: Session, viewer: Viewer, waiting_id: int, item: WorkItem | None, at: dt.datetime) -> None:
    """Say to which work item a waiting ballot belongs, or with None dismiss it. Raises BallotError."""
    row = session.get(WaitingBallot, waiting_id)
    if row is None or row.state is not WaitingState.WAITING:
        raise BallotError(mark("somebody settled this ballot meanwhile; look at the list again"))
    row.decided_by, row.decided_at = viewer.name, at
    row.state = WaitingState.DISMISSED if item is None else WaitingState.RESOLVED
    if item is not None:
        row.work_item_id = item.id
        # No run of its own: the ballot is that of the file, read when it was read.
        log = ChangeWriter(session, None, row.source, row.last_seen)
        reconcile_ballot(session, log, item, _announced(row), row.snapshot_id, [], known_at=at)
    session.add(row)
    details = {"reference": row.reference, "work_item": item.iso_id if item else None}
    record(session, viewer, TrailAction.DECIDED, "waiting_ballot", waiting_id, details, at=at)


def _announced(row: WaitingBallot) -> AnnouncedBallot:
    """The ballot as it was read. Raises BallotError where what was kept of it is damaged."""
    try:
        return AnnouncedBallot.model_validate(row.record)
    except ValidationError as error:
        damaged = mark("what was kept of this ballot can no longer be read; dismiss it and import its file again")
        raise BallotError(damaged) from error


def _write_votes(
    session: Session,
    log: ChangeWriter,
    item: WorkItem,
    row: Ballot,
    announced: AnnouncedBallot,
    snapshot_id: int | None,
    notes: list[str],
) -> bool:
    if not announced.votes:
        return False
    roster, _ = p_members(session, row.roster or item.committee, row.closes_on or log.at.date())
    changed = False
    for vote in announced.votes:
        answer = Answer(vote.answer)
        if answer not in answers_for(row.kind):
            notes.append(
                f"{item.reference} {row.kind.value}: {vote.member} votes {vote.answer}, which is not asked for"
            )
            continue
        changed |= put_vote(
            session,
            viewer_of(session),
            row,
            vote.member,
            answer,
            log.at,
            p_member=vote.member in roster if vote.p_member is None else vote.p_member,
            reasons=vote.reasons,
            names_expert=vote.names_expert,
            comment=vote.comment,
            source=log.source,
            snapshot_id=snapshot_id,
        )
    return changed


def _items(session: Session) -> dict[str, list[WorkItem]]:
    """Work items by what remains of their reference at any stage and in any edition."""
    found: dict[str, list[WorkItem]] = {}
    for item in session.exec(select(WorkItem).order_by(col(WorkItem.iso_id))):
        try:
            key = str(StandardRef.parse(item.reference).undated)
        except InvalidIdentifierError:
            key = item.reference
        found.setdefault(key, []).append(item)
    return found


def _item_of(session: Session, announced: AnnouncedBallot, by_reference: dict[str, list[WorkItem]]) -> WorkItem | None:
    """By ISO id, by reference, or as a person said of this reference; None where several editions could be meant."""
    if announced.iso_id is not None:
        return session.exec(select(WorkItem).where(WorkItem.iso_id == announced.iso_id)).one_or_none()
    try:
        key = str(StandardRef.parse(announced.reference).undated)
    except InvalidIdentifierError:
        key = announced.reference
    fitting = by_reference.get(key, [])
    exact = [item for item in fitting if item.reference == announced.reference]
    published = announced.kind in ("SR", "WDRL")
    likely = fitting
    if len(fitting) > 1:
        likely = [item for item in fitting if ((item.stage or "00") >= "60") is published]
    for choice in (exact, likely):
        if len(choice) == 1:
            return choice[0]
    said = select(WaitingBallot).where(
        WaitingBallot.reference == announced.reference, WaitingBallot.state == WaitingState.RESOLVED
    )
    resolved = session.exec(said.order_by(col(WaitingBallot.decided_at).desc())).first()
    return session.get(WorkItem, resolved.work_item_id) if resolved and resolved.work_item_id else None


def _wait(session: Session, log: ChangeLog, announced: AnnouncedBallot, snapshot: Snapshot) -> Outcome:
    days = announced.opens_on or announced.closes_on
    key = "|".join(str(each) for each in (announced.reference, announced.kind, announced.iteration or days))
    row = session.exec(select(WaitingBallot).where(WaitingBallot.key == key)).one_or_none()
    said = announced.model_dump(mode="json", exclude_unset=True)
    outcome = Outcome.INSERTED
    if row is None:
        row = WaitingBallot(
            reference=announced.reference, key=key, source=log.source, first_seen=log.at, last_seen=log.at
        )
    else:
        outcome = Outcome.UNCHANGED if row.record == said else Outcome.UPDATED
        if outcome is Outcome.UPDATED and row.state is WaitingState.DISMISSED:
            row.state = WaitingState.WAITING
    row.record, row.source, row.snapshot_id, row.last_seen = said, log.source, snapshot.id, log.at
    session.add(row)
    session.flush()
    return outcome


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DAYS:
        return dt.date.fromisoformat(value)
    if name == "state":
        return BallotState(value)
    return BallotResult(value) if name == "result" else value
