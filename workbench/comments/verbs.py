"""What people do with comments. Each step is kept with who and when; what a comment said before is never lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from scrapers.comments.form import CommentType
from workbench.ballots.models import Ballot
from workbench.comments.matching import member_of, outcome_of
from workbench.comments.models import Comment, CommentEvent, CommentOrigin, CommentState, Outcome, ReturnedRow
from workbench.comments.passages import WHOLE, cleaned, locate, one_line
from workbench.db import key_of
from workbench.i18n import mark
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.standards.attachments import attached_in
from workbench.standards.models import Clause, Draft

MOST_TEXT: Final = 8000
"""Characters of a comment, of a wording and of a proposal: three of them fit into a cell of a spreadsheet."""
MOST_PASSAGE: Final = 4000
MOST_CELL: Final = 24_000
"""Characters of a cell of a form: a passage, its wording and a proposal are one."""
MOST_LABEL: Final = 100
KIND: Final = "comment"

_STEPS: Final = {
    CommentState.DRAFT: (CommentState.AGREED, CommentState.WITHDRAWN),
    CommentState.AGREED: (CommentState.DRAFT, CommentState.SUBMITTED, CommentState.WITHDRAWN),
    CommentState.SUBMITTED: (),
    CommentState.RESOLVED: (),
    CommentState.WITHDRAWN: (CommentState.DRAFT,),
}
_ANSWERABLE: Final = (CommentState.SUBMITTED, CommentState.RESOLVED)


class CommentError(Exception):
    """A comment cannot be kept so; `str(error)` says why and what to do.

    `message` is in the catalogues, with the places of `values`.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says in a comment.

    `passage` is text of the clause, `before` how many characters that count stand before it (see `passages.locate`).
    `wording` is the new wording of the passage, empty to delete it, None where none is proposed.
    """

    type: CommentType
    member: str
    text: str = ""
    passage: str = ""
    before: int | None = None
    wording: str | None = None
    proposal: str = ""
    paragraph: str = ""
    line: str = ""
    ballot_id: int | None = None


def next_states(comment: Comment) -> tuple[CommentState, ...]:
    """The states that a person may put a comment into now."""
    if comment.origin is CommentOrigin.IMPORTED or comment.merged_into is not None:
        return ()
    return _STEPS[comment.state]


def draft_comment(
    session: Session,
    viewer: Viewer,
    draft: Draft,
    clause: Clause | None,
    said: Said,
    *,
    at: dt.datetime,
    restates: int | None = None,
) -> Comment:
    """Keep a new comment on a clause, or on the whole draft. Raises CommentError."""
    if restates is not None:
        _stands_in(session, draft, restates)
    row = Comment(
        draft_id=key_of(draft),
        clause_order=None if clause is None else clause.order,
        clause=clause_label(clause),
        origin=CommentOrigin.OWN,
        owner_account=viewer.account_id,
        owner=viewer.name,
        state=CommentState.DRAFT,
        restates=restates,
        created_at=at,
        **_said(session, draft, clause, said),
    )
    session.add(row)
    session.flush()
    note_step(session, viewer, row, {}, at)
    record(session, viewer, TrailAction.CREATED, KIND, key_of(row), {"draft": row.draft_id}, at=at)
    return row


def clause_label(clause: Clause | None) -> str:
    """What stands in the form's third column: the number, the title of what has none, `General` for the whole."""
    if clause is None:
        return WHOLE
    return one_line(clause.number or clause.title or clause.kind.value)[:MOST_LABEL]


def reword(session: Session, viewer: Viewer, comment: Comment, said: Said, *, seen: int, at: dt.datetime) -> None:
    """Say a comment anew, while it is a draft. `seen` is the last step that the person saw. Raises CommentError."""
    _check(session, comment, seen)
    if comment.state is not CommentState.DRAFT or comment.origin is not CommentOrigin.OWN:
        raise CommentError(mark("only a comment that is a draft can be changed; take it back to draft first"))
    draft = session.get_one(Draft, comment.draft_id)
    clause = None
    if comment.clause_order is not None:
        clause = session.exec(
            select(Clause).where(Clause.draft_id == comment.draft_id, Clause.order == comment.clause_order)
        ).one()
    _change(session, viewer, comment, _said(session, draft, clause, said), at)


def put_into(
    session: Session, viewer: Viewer, comment: Comment, state: CommentState, *, seen: int, at: dt.datetime
) -> None:
    """Put a comment into another state; see `next_states`. Raises CommentError."""
    _check(session, comment, seen)
    if state not in next_states(comment):
        raise CommentError(mark("the comment cannot take this step from the state it is in; open the page again"))
    _change(session, viewer, comment, {"state": state}, at)


def submit_agreed(session: Session, viewer: Viewer, draft: Draft, member: str, *, at: dt.datetime) -> int:
    """Mark the agreed comments of a member body on a draft as submitted; returns how many."""
    statement = select(Comment).where(
        Comment.draft_id == draft.id,
        Comment.member == member,
        Comment.state == CommentState.AGREED,
        col(Comment.merged_into).is_(None),
    )
    rows = session.exec(statement.order_by(col(Comment.id))).all()
    for row in rows:
        _change(session, viewer, row, {"state": CommentState.SUBMITTED}, at)
    return len(rows)


def answer(
    session: Session,
    viewer: Viewer,
    comment: Comment,
    observation: str,
    outcome: Outcome | None,
    *,
    seen: int,
    at: dt.datetime,
) -> None:
    """Keep what the secretariat says to a submitted comment; with an outcome it is resolved. Raises CommentError."""
    _check(session, comment, seen)
    if comment.state not in _ANSWERABLE or comment.merged_into is not None:
        raise CommentError(mark("only a submitted comment can be answered; mark it as submitted first"))
    observed(session, viewer, comment, observation, outcome, at=at)


def observed(
    session: Session,
    viewer: Viewer,
    comment: Comment,
    observation: str,
    outcome: Outcome | None,
    *,
    number: str = "",
    in_trail: bool = True,
    at: dt.datetime,
) -> bool:
    """Keep an observation that came back, and the number the secretariat gave; returns whether anything is new.

    That the comment came back answered or numbered shows that it was submitted. An empty observation says nothing.
    An import, of which the trail tells as a whole, is not `in_trail` with each comment.
    """
    changes: dict[str, Any] = {}
    text = cleaned(observation)
    if len(text) > MOST_CELL:
        raise CommentError(mark("the observation is longer than %(most)s characters; shorten it"), most=MOST_CELL)
    if number:
        changes["number"] = one_line(number)[:MOST_LABEL]
    if text:
        changes["observation"] = text
    said = outcome or (outcome_of(text) if text and text != comment.observation else None)
    if said is not None:
        changes |= {"outcome": said, "state": CommentState.RESOLVED}
    elif (text or number) and comment.state not in _ANSWERABLE:
        changes["state"] = CommentState.SUBMITTED
    return _change(session, viewer, comment, changes, at, in_trail=in_trail)


def merge(session: Session, viewer: Viewer, comment: Comment, into: Comment, *, seen: int, at: dt.datetime) -> None:
    """Merge a comment into another that says the same: it stays as it is and is sent no more. Raises CommentError."""
    _check(session, comment, seen)
    if comment.id == into.id or comment.draft_id != into.draft_id or comment.member != into.member:
        raise CommentError(mark("choose another comment of the same member body on the same draft to merge this into"))
    if comment.state not in (CommentState.DRAFT, CommentState.AGREED) or comment.origin is not CommentOrigin.OWN:
        raise CommentError(mark("only a comment that is not submitted yet can be merged into another"))
    if comment.merged_into is not None or into.merged_into is not None or into.state is CommentState.WITHDRAWN:
        raise CommentError(mark("one of the two was merged or withdrawn already; open the page again"))
    for row in session.exec(select(Comment).where(Comment.merged_into == comment.id)).all():
        _change(session, viewer, row, {"merged_into": key_of(into)}, at)
    _change(session, viewer, comment, {"merged_into": key_of(into)}, at)


def unmerge(session: Session, viewer: Viewer, comment: Comment, *, seen: int, at: dt.datetime) -> None:
    """Let a merged comment stand by itself again. Raises CommentError."""
    _check(session, comment, seen)
    if comment.merged_into is None:
        raise CommentError(mark("the comment is not merged into another"))
    _change(session, viewer, comment, {"merged_into": None}, at)


def close_on(session: Session, viewer: Viewer, comment: Comment, draft: Draft, *, seen: int, at: dt.datetime) -> None:
    """Close a comment that was carried to a later version: it stands there no longer. Raises CommentError."""
    _check(session, comment, seen)
    _stands_in(session, draft, key_of(comment))
    _change(session, viewer, comment, {"closed_on": key_of(draft)}, at)


def assign_row(session: Session, viewer: Viewer, row: ReturnedRow, comment: Comment, *, at: dt.datetime) -> None:
    """Say that a waiting row is this comment of ours: its observation is the comment's. Raises CommentError."""
    if row.settled_at is not None or comment.draft_id != row.draft_id or comment.merged_into is not None:
        raise CommentError(mark("the row was settled already, or the comment is of another draft; open the page again"))
    observed(session, viewer, comment, row.observation, None, number=member_of(row.member)[1], at=at)
    _settle(session, viewer, row, comment, at)


def take_up_row(session: Session, viewer: Viewer, row: ReturnedRow, *, at: dt.datetime) -> Comment:
    """Keep a waiting row as a comment that somebody else of the member body wrote. Raises CommentError."""
    if row.settled_at is not None:
        raise CommentError(mark("the row was settled already; open the page again"))
    comment = imported_comment(row.draft_id, _clauses(session, row.draft_id).get(row.clause), row, at)
    session.add(comment)
    session.flush()
    note_step(session, viewer, comment, {}, at)
    _settle(session, viewer, row, comment, at)
    return comment


def imported_comment(draft_id: int, clause_order: int | None, row: ReturnedRow, at: dt.datetime) -> Comment:
    """A comment as a form has it, not yet in a session."""
    outcome = outcome_of(row.observation)
    member, number = member_of(row.member)
    return Comment(
        draft_id=draft_id,
        clause_order=clause_order,
        clause=row.clause,
        type=row.type,
        text=row.text,
        proposal=row.proposal,
        paragraph=row.paragraph,
        line=row.line,
        member=member,
        number=number,
        origin=CommentOrigin.IMPORTED,
        state=CommentState.SUBMITTED if outcome is None else CommentState.RESOLVED,
        observation=row.observation,
        outcome=outcome,
        created_at=at,
    )


def note_step(session: Session, viewer: Viewer, comment: Comment, changes: dict[str, Any], at: dt.datetime) -> None:
    """Keep a step of a comment."""
    session.add(
        CommentEvent(
            comment_id=key_of(comment),
            at=at,
            by_account=viewer.account_id,
            by=viewer.name,
            state=comment.state,
            changes=changes,
        )
    )


def _clauses(session: Session, draft_id: int) -> dict[str, int]:
    rows = session.exec(select(Clause).where(Clause.draft_id == draft_id).order_by(col(Clause.order).desc()))
    return {clause_label(row): row.order for row in rows}


def _settle(session: Session, viewer: Viewer, row: ReturnedRow, comment: Comment, at: dt.datetime) -> None:
    row.comment_id, row.settled_at = key_of(comment), at
    session.add(row)
    told = {"comment": key_of(comment)}
    record(session, viewer, TrailAction.DECIDED, "returned_row", key_of(row), told, at=at)


def _said(session: Session, draft: Draft, clause: Clause | None, said: Said) -> dict[str, Any]:
    values: dict[str, Any] = {
        "type": said.type,
        "member": one_line(said.member).upper(),
        "text": cleaned(said.text),
        "proposal": cleaned(said.proposal),
        "paragraph": one_line(said.paragraph),
        "line": one_line(said.line),
        "ballot_id": said.ballot_id,
    }
    if len(values["member"]) != 2 or not values["member"].isalpha() or not values["member"].isascii():
        raise CommentError(mark("give the member body its two letters of ISO 3166, such as JP"))
    if max(len(values["text"]), len(values["proposal"]), len(said.wording or "")) > MOST_TEXT:
        raise CommentError(
            mark("a comment and a proposed change hold at most %(most)s characters each; shorten it"), most=MOST_TEXT
        )
    if max(len(values["paragraph"]), len(values["line"])) > MOST_LABEL:
        raise CommentError(mark("line and paragraph hold at most %(most)s characters"), most=MOST_LABEL)
    if said.ballot_id is not None:
        ballot = session.get(Ballot, said.ballot_id)
        if ballot is None or ballot.work_item_id != draft.work_item_id:
            raise CommentError(mark("the ballot is not one of this work item"))
    values |= _passage(clause, said)
    if not values["text"] and not values["proposal"] and values["wording"] is None:
        raise CommentError(mark("say something: a comment, or a proposed change"))
    return values


def _passage(clause: Clause | None, said: Said) -> dict[str, Any]:
    nothing: dict[str, Any] = {"start": None, "end": None, "quote": None, "wording": None}
    if not said.passage.strip():
        if said.wording and said.wording.strip():
            raise CommentError(mark("a new wording needs the passage of the clause that it replaces"))
        return nothing
    if len(said.passage) > MOST_PASSAGE:
        raise CommentError(mark("the passage is longer than %(most)s characters; quote less"), most=MOST_PASSAGE)
    found = None if clause is None else locate(clause.text, said.passage, said.before)
    if clause is None or found is None:
        raise CommentError(mark("the passage does not stand in the clause word for word; copy it from there"))
    start, end = found
    quote = clause.text[start:end]
    wording = None if said.wording is None else cleaned(said.wording)
    return {"start": start, "end": end, "quote": quote, "wording": None if wording == cleaned(quote) else wording}


def _change(
    session: Session,
    viewer: Viewer,
    comment: Comment,
    values: dict[str, Any],
    at: dt.datetime,
    *,
    in_trail: bool = True,
) -> bool:
    changes = {name: [getattr(comment, name), value] for name, value in values.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        return False
    for name, (_, value) in changes.items():
        setattr(comment, name, value)
    session.add(comment)
    note_step(session, viewer, comment, changes, at)
    if in_trail:
        told = {"fields": sorted(changes), "state": comment.state.value}
        record(session, viewer, TrailAction.CHANGED, KIND, key_of(comment), told, at=at)
    return True


def _check(session: Session, comment: Comment, seen: int) -> None:
    if last_step(session, key_of(comment)) != seen:
        raise CommentError(mark("somebody changed the comment meanwhile; look at it and try again"))


def last_step(session: Session, comment_id: int) -> int:
    """The key of the last step of a comment; 0 where there is none."""
    statement = select(CommentEvent.id).where(CommentEvent.comment_id == comment_id)
    return session.exec(statement.order_by(col(CommentEvent.id).desc()).limit(1)).first() or 0


def _stands_in(session: Session, draft: Draft, comment_id: int) -> None:
    """That an earlier comment was carried to this version and was not closed or taken up here already."""
    carried: Sequence[int] = [each.id for each in attached_in(session, draft, {KIND}) if each.came_along]
    if comment_id not in carried:
        raise CommentError(mark("no such comment came along from an earlier version, or it was settled already"))
