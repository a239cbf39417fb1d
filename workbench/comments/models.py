"""Tables of comments: what is drafted here and what others wrote, every step of each, and rows nobody could place."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import workbench.ballots.models
import workbench.standards.models  # noqa: F401 - the rows that foreign keys below name
from scrapers.comments.form import CommentType
from workbench.db import checked


class CommentState(StrEnum):
    """How far a comment is. What others wrote is `submitted` from the start; `withdrawn` was given up before."""

    DRAFT = "draft"
    AGREED = "agreed"
    SUBMITTED = "submitted"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class CommentOrigin(StrEnum):
    """Written here, or read from a form."""

    OWN = "own"
    IMPORTED = "imported"


class Outcome(StrEnum):
    """What the secretariat says became of a comment (the words of the commenting forms of JTC 1)."""

    ACCEPTED = "accepted"
    MODIFIED = "accepted_with_modifications"
    NOTED = "noted"
    REJECTED = "rejected"


class Comment(SQLModel, table=True):
    """A comment on a draft version: on a clause (`clause_order`), on a passage in it, or on the whole.

    `clause` is what stands in the form's third column. `start` and `end` are character offsets into the clause's text
    and `quote` the passage between them; `wording` is its new wording, empty where the passage is to be deleted.
    `proposal` is a proposed change in words. `number` is what the secretariat calls the comment, such as JP-012.
    `ballot_id` is the ballot with whose position it is sent. A duplicate names the comment it was merged into.
    `restates` is the comment on an earlier version that this one takes up again; `closed_on` the later version in which
    a person closed it.
    """

    __tablename__ = "comment"
    __table_args__ = (sa.Index("ix_comment_draft_id_clause_order", "draft_id", "clause_order"),)

    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id")
    clause_order: int | None = None
    clause: str = ""
    start: int | None = None
    end: int | None = None
    quote: str | None = None
    wording: str | None = None
    type: CommentType = Field(sa_type=checked(CommentType))
    text: str
    proposal: str = ""
    paragraph: str = ""
    line: str = ""
    member: str = Field(index=True)
    number: str = ""
    origin: CommentOrigin = Field(sa_type=checked(CommentOrigin))
    owner_account: int | None = Field(default=None, description="None for imported ones and in local mode.")
    owner: str = ""
    state: CommentState = Field(sa_type=checked(CommentState))
    ballot_id: int | None = Field(default=None, foreign_key="ballot.id", index=True)
    observation: str = ""
    outcome: Outcome | None = Field(default=None, sa_type=checked(Outcome))
    merged_into: int | None = Field(default=None, foreign_key="comment.id", index=True)
    restates: int | None = Field(default=None, foreign_key="comment.id", index=True)
    closed_on: int | None = Field(default=None, foreign_key="draft.id", index=True)
    created_at: dt.datetime


class CommentEvent(SQLModel, table=True):
    """One step of a comment: who, when, the state after it, each changed field as [before, after]; never changed."""

    __tablename__ = "comment_event"

    id: int | None = Field(default=None, primary_key=True)
    comment_id: int = Field(foreign_key="comment.id", index=True)
    at: dt.datetime
    by_account: int | None = None
    by: str
    state: CommentState = Field(sa_type=checked(CommentState))
    changes: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class ReturnedRow(SQLModel, table=True):
    """A row of a returned form under one of our member bodies that is no comment of ours, waiting for a person.

    `member` is the first column as it stands, with a number where it has one. Once a person said whose it is,
    `comment_id` names the comment and `settled_at` says when.
    """

    __tablename__ = "returned_row"

    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id", index=True)
    run_id: int = Field(foreign_key="run.id")
    member: str
    line: str = ""
    clause: str = ""
    paragraph: str = ""
    type: CommentType = Field(sa_type=checked(CommentType))
    text: str
    proposal: str = ""
    observation: str = ""
    comment_id: int | None = Field(default=None, foreign_key="comment.id")
    settled_at: dt.datetime | None = None
