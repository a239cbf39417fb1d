"""Imports a commenting form that came back: read and checked first, then written in one transaction."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session, col, select

from scrapers.comments import CommentRow, read_form
from scrapers.errors import ScraperError, UnreadableFileError
from scrapers.set_aside import MAX_PLACE, BadRecord, one_line
from workbench.comments.matching import Known, matched, member_of
from workbench.comments.models import Comment, CommentOrigin, CommentState, ReturnedRow
from workbench.comments.passages import cleaned, form_row
from workbench.comments.verbs import MOST_CELL, MOST_LABEL, clause_label, imported_comment, note_step, observed
from workbench.db import Store, key_of
from workbench.history.files import beginning_of, keep_file
from workbench.history.log import ChangeLog, Counts, finish_run, keep_snapshot, start_run
from workbench.history.models import Run, RunKind, RunState
from workbench.history.quarantine import keep_bad_records, settle
from workbench.people.gate import viewer_of
from workbench.people.trail import record
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings
from workbench.standards.drafts import UnknownWorkItemError, find_work_item
from workbench.standards.models import Clause, Draft

PARSER_VERSION: Final = "1"
MAX_WARNINGS: Final = 200
_NEEDS_PERSON: Final = "rows under our member body are no comment of ours; a person must say what they are"


def import_comments(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    work_item: str,
    label: str,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """Import a returned form for the version `label` of a work item; returns the finished run.

    Rows that are comments of ours bring their observations. Rows of members for which nothing was written here become
    comments of others, once however often they come. Rows of our members that are no comment of ours wait for a person.
    A row that cannot be read is a warning and goes into quarantine; a file in which nothing can be read is a failed run
    that changes nothing.
    """
    clock = now()
    source = f"file:{path.name}"
    run_id = start_run(store, RunKind.IMPORT, source, PARSER_VERSION, clock)
    options = {"import": "comments", "work_item": work_item, "label": label}
    snapshot = None
    try:
        with store.read() as session:
            draft_id = key_of(draft_labelled(session, work_item, label))
        snapshot = keep_file(settings, path, clock)
        form = read_form(path)
        rows, refused = _within_limits(path.name, form.rows)
        refused = [*form.refused, *refused]
        if not rows:
            raise UnreadableFileError(f"{path.name}: nothing was imported; {refused[0] if refused else 'it is empty'}")
    except (ScraperError, UnknownWorkItemError) as error:
        with store.write() as session:
            if snapshot is not None:
                snapshot.believed = False
                log = ChangeLog(session, run_id, source, clock)
                bad = BadRecord(path.name, str(error), beginning_of(path), snapshot.sha256)
                kept = {snapshot.sha256: keep_snapshot(session, snapshot)}
                keep_bad_records(session, log, PARSER_VERSION, [bad], kept, options=options)
            return finish_run(session, run_id, RunState.FAILED, error=str(error))
    with store.write() as session:
        log = ChangeLog(session, run_id, source, clock)
        kept_snapshot = keep_snapshot(session, snapshot)
        counts, waiting = _write(session, session.get_one(Draft, draft_id), rows, run_id, clock)
        bad_rows = [_bad(line, kept_snapshot.sha256) for line in refused]
        snapshots = {kept_snapshot.sha256: kept_snapshot}
        fingerprints = keep_bad_records(session, log, PARSER_VERSION, bad_rows, snapshots, options=options)
        settle(session, log, [kept_snapshot], fingerprints)
        told: dict[str, Any] = {"draft": draft_id, "rows": counts.records, "new": counts.inserted, "waiting": waiting}
        record(session, viewer_of(session), TrailAction.IMPORTED, "comment_form", path.name, told, at=clock)
        state = RunState.OK if counts.inserted + counts.updated else RunState.UNCHANGED
        warnings = refused[:MAX_WARNINGS]
        if len(refused) > MAX_WARNINGS:
            warnings.append(f"{len(refused) - MAX_WARNINGS} further rows could not be read")
        if waiting:
            warnings.append(f"{waiting} {_NEEDS_PERSON}")
        return finish_run(session, run_id, state, counts, warnings=warnings)


def draft_labelled(session: Session, work_item: str, label: str) -> Draft:
    """The version of a work item with this label. Raises UnknownWorkItemError."""
    item = find_work_item(session, work_item)
    wanted = " ".join(label.split())
    drafts = session.exec(select(Draft).where(Draft.work_item_id == item.id).order_by(col(Draft.id))).all()
    found = next((draft for draft in drafts if draft.label == wanted), None)
    if found is None:
        known = ", ".join(draft.label for draft in drafts) or "none yet"
        raise UnknownWorkItemError(f"{item.reference} has no draft {wanted!r}; there are: {known}")
    return found


def _within_limits(name: str, rows: Sequence[CommentRow]) -> tuple[list[CommentRow], list[str]]:
    kept, refused = [], []
    for number, row in enumerate(rows, start=1):
        plain = CommentRow(
            cleaned(row.member),
            cleaned(row.line),
            cleaned(row.clause),
            cleaned(row.paragraph),
            row.type,
            cleaned(row.comment),
            cleaned(row.proposal),
            cleaned(row.observation),
        )
        long = [text for text in (plain.comment, plain.proposal, plain.observation) if len(text) > MOST_CELL]
        short = [text for text in (plain.member, plain.line, plain.clause, plain.paragraph) if len(text) > MOST_LABEL]
        if long or short:
            most = MOST_CELL if long else MOST_LABEL
            refused.append(f"{name}, comment {number}: a cell of more than {most:,} characters; shorten it")
        elif not plain.comment and not plain.proposal:
            refused.append(f"{name}, comment {number}: neither a comment nor a proposed change; write one of them")
        else:
            kept.append(plain)
    return kept, refused


def _bad(line: str, snapshot_sha256: str) -> BadRecord:
    place, _, reason = line.partition(": ")
    return BadRecord(one_line(place, MAX_PLACE), one_line(reason, MAX_PLACE), line, snapshot_sha256, place)


def _write(
    session: Session, draft: Draft, rows: Sequence[CommentRow], run_id: int, at: dt.datetime
) -> tuple[Counts, int]:
    """Returns the counts, and how many rows wait for a person."""
    viewer = viewer_of(session)
    statement = select(Comment).where(
        Comment.draft_id == draft.id,
        Comment.state != CommentState.WITHDRAWN,
        col(Comment.merged_into).is_(None),
    )
    comments = {key_of(each): each for each in session.exec(statement.order_by(col(Comment.id)))}
    ours = {each.member for each in comments.values() if each.origin is CommentOrigin.OWN}
    found = matched(rows, [Known(key, form_row(each), each.number) for key, each in comments.items()])
    places = _places(session, key_of(draft))
    met = _met(session, key_of(draft))
    counts, waiting = Counts(records=len(rows)), 0
    for place, row in enumerate(rows):
        member, number = member_of(row.member)
        if place in found:
            comment = comments[found[place]]
            if observed(session, viewer, comment, row.observation, None, number=number, in_trail=False, at=at):
                counts.updated += 1
            else:
                counts.unchanged += 1
            continue
        returned = _returned(draft, row, run_id)
        if member in ours:
            if met[_content(returned)] > 0:
                met[_content(returned)] -= 1
                counts.unchanged += 1
            else:
                session.add(returned)
                counts.inserted += 1
                waiting += 1
            continue
        comment = imported_comment(key_of(draft), places.get(row.clause.casefold()), returned, at)
        session.add(comment)
        session.flush()
        note_step(session, viewer, comment, {}, at)
        counts.inserted += 1
    return counts, waiting


def _places(session: Session, draft_id: int) -> dict[str, int]:
    """The places of the draft's clauses by what stands in the form, the first where several are called alike."""
    places: dict[str, int] = {}
    for clause in session.exec(select(Clause).where(Clause.draft_id == draft_id).order_by(col(Clause.order))):
        name = clause_label(clause).casefold()
        for called in (
            name,
            f"clause {name}",
            f"annex {name}" if len(name) <= 2 else name,
            name.removeprefix("annex "),
        ):
            places.setdefault(called, clause.order)
    return places


def _returned(draft: Draft, row: CommentRow, run_id: int) -> ReturnedRow:
    return ReturnedRow(
        draft_id=key_of(draft),
        run_id=run_id,
        member=row.member,
        line=row.line,
        clause=row.clause,
        paragraph=row.paragraph,
        type=row.type,
        text=row.comment,
        proposal=row.proposal,
        observation=row.observation,
    )


def _met(session: Session, draft_id: int) -> Counter[tuple[Any, ...]]:
    """The rows that waited before, settled or not: the same file again brings none twice."""
    return Counter(_content(row) for row in session.exec(select(ReturnedRow).where(ReturnedRow.draft_id == draft_id)))


def _content(row: ReturnedRow) -> tuple[Any, ...]:
    return (
        member_of(row.member)[0],
        row.line,
        row.clause,
        row.paragraph,
        row.type,
        row.text,
        row.proposal,
        row.observation,
    )
