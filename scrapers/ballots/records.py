"""A ballot as a file announces it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from scrapers.records import Record

Kind = Literal["NP", "CIB", "CD", "DIS", "FDIS", "DTS", "DTR", "DPAS", "SR", "WDRL"]
VoteAnswer = Literal["yes", "no", "abstain", "confirm", "revise", "withdraw"]
Result = Literal["approved", "not_approved", "confirm", "revise", "withdraw"]
State = Literal["open", "closed", "cancelled"]

MAX_NAME = 120
MAX_COMMENT = 2000


class AnnouncedVote(Record):
    """The vote of a member body. `p_member` and `reasons` stay unset where the file does not tell."""

    member: str = Field(min_length=1, max_length=MAX_NAME)
    answer: VoteAnswer
    p_member: bool | None = None
    reasons: bool | None = None
    names_expert: bool = False
    comment: str = Field(default="", max_length=MAX_COMMENT)


class AnnouncedBallot(Record):
    """A ballot of the document `reference` (or ISO project `iso_id`); what a file does not say stays unset.

    `iteration` counts ballots of the kind on the document from 1.
    """

    reference: str = Field(max_length=200)
    iso_id: int | None = Field(default=None, ge=1, le=2**31 - 1)
    kind: Kind
    iteration: int | None = Field(default=None, ge=1, le=99)
    opens_on: dt.date | None = None
    closes_on: dt.date | None = None
    state: State | None = None
    result: Result | None = None
    countries: int | None = Field(default=None, ge=0, le=1000)
    votes: tuple[AnnouncedVote, ...] = ()

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> AnnouncedBallot:
        if self.opens_on and self.closes_on and self.closes_on < self.opens_on:
            raise ValueError(f"closes on {self.closes_on}, before it opens on {self.opens_on}; correct one of them")
        return self
