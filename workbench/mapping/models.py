"""Tables of the mapping: what the machine suggests, per draft version, and what it has read to say so.

Decisions are other tables. Everything here but `Match` can be made anew from claims and drafts.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from workbench.patents.walls import of_open_claim, of_open_publication
from workbench.people.gate import confidential
from workbench.people.permissions import Permission
from workbench.people.rules import needs

_READERS = needs(Permission.READ_MATCHES)


@confidential(_READERS, of_open_claim())
class Match(SQLModel, table=True):
    """The engine put this clause at `rank` for this claim. `score` fuses the signals; it is a reading priority.

    `words`, `characters` and `meaning` are the signals as they were before fusion; None where a signal was not at hand
    (`meaning` without a sentence encoder). A claim keeps its best clauses of a draft and a clause its best claims, so
    a claim that many others beat may lack some of its ranks.
    """

    __tablename__ = "match"
    __table_args__ = (
        sa.UniqueConstraint("claim_id", "clause_id"),
        # With all that counting, ordering by rank and the walls ask for, so that they need not go to the rows.
        sa.Index("ix_match_draft_id_rank_score_claim_id", "draft_id", "rank", "score", "claim_id"),
        # With all that the sums of a pass and the claims of a clause are made of.
        sa.Index("ix_match_clause_id_score_claim_id_rank", "clause_id", "score", "claim_id", "rank"),
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id")
    draft_id: int = Field(foreign_key="draft.id")
    claim_id: int = Field(foreign_key="claim.id", ondelete="CASCADE")
    clause_id: int = Field(foreign_key="clause.id")
    rank: int
    score: float
    words: float | None = None
    characters: float | None = None
    meaning: float | None = None


class EncoderModel(SQLModel, table=True):
    """A sentence encoder that vectors were made with; `name` holds the hash of its files."""

    __tablename__ = "encoder_model"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    dimensions: int


@confidential(_READERS)
class TextVectors(SQLModel, table=True):
    """The vectors of a text or of the passages of one, kept once per text and encoder.

    `hash` is the start of the SHA-256 of the passages; `vectors` are half-precision numbers, little-endian, passage
    after passage.
    """

    __tablename__ = "text_vectors"
    __table_args__ = (sa.UniqueConstraint("hash", "encoder_model_id"),)

    id: int | None = Field(default=None, primary_key=True)
    encoder_model_id: int = Field(foreign_key="encoder_model.id")
    hash: bytes = Field(sa_type=sa.LargeBinary)
    vectors: bytes = Field(sa_type=sa.LargeBinary)


@confidential(_READERS)
class Word(SQLModel, table=True):
    """A word of claims as the engine compares it; readings name it by its key."""

    __tablename__ = "word"

    id: int | None = Field(default=None, primary_key=True)
    word: str = Field(unique=True)


@confidential(_READERS, of_open_claim())
class ClaimReading(SQLModel, table=True):
    """What the engine keeps of a claim so that a new draft is ranked without reading the claim again.

    `fingerprint` is the hash of the texts that were read and of the reader's version; `run_id` the run that read them.
    `words` holds keys of words (32-bit integers, ascending) and then the weight of each (single precision);
    `passages` the hash under which the vectors of its passages are kept.
    """

    __tablename__ = "claim_reading"

    claim_id: int = Field(foreign_key="claim.id", primary_key=True, ondelete="CASCADE")
    run_id: int = Field(foreign_key="run.id")
    fingerprint: bytes = Field(sa_type=sa.LargeBinary)
    words: bytes = Field(sa_type=sa.LargeBinary)
    passages: bytes = Field(sa_type=sa.LargeBinary)


@confidential(_READERS)
class DraftPass(SQLModel, table=True):
    """How far a draft is mapped: the claims in `covered` are ranked as they were read up to the run `run_id`.

    `engine` names ranking and encoder, `clauses` is the hash of the texts that were ranked. `covered` has a bit for
    each key of a claim, compressed. `cut` says that a clause had more claims than are kept.
    """

    __tablename__ = "draft_pass"

    draft_id: int = Field(foreign_key="draft.id", primary_key=True)
    run_id: int = Field(foreign_key="run.id")
    engine: str
    clauses: bytes = Field(sa_type=sa.LargeBinary)
    covered: bytes = Field(sa_type=sa.LargeBinary)
    cut: bool


@confidential(_READERS, of_open_publication())
class MappedPublication(SQLModel, table=True):
    """How many claims of a publication have matches in a draft, and how many matches, as the last mapping left them.

    Counting millions of matches takes too long for a page.
    """

    __tablename__ = "mapped_publication"
    # All of it once more, so that a million rows are summed up without going to each.
    __table_args__ = (sa.Index("ix_mapped_publication_counts", "draft_id", "publication_id", "claims", "matches"),)

    draft_id: int = Field(foreign_key="draft.id", primary_key=True)
    publication_id: int = Field(foreign_key="publication.id", primary_key=True, ondelete="CASCADE")
    claims: int
    matches: int


@confidential(_READERS, of_open_publication())
class SearchedPublication(SQLModel, table=True):
    """A publication that a draft was mapped against, as the last mapping left it: `claims` of it were ranked.

    `foremost` are the places (`Clause.order`) of the clauses that are among the best `sums.FOREMOST` of one of its
    claims: 32-bit integers, little-endian, ascending, each once a claim; empty where there is none.
    """

    __tablename__ = "searched_publication"

    draft_id: int = Field(foreign_key="draft.id", primary_key=True)
    publication_id: int = Field(foreign_key="publication.id", primary_key=True, ondelete="CASCADE")
    claims: int
    foremost: bytes = Field(sa_type=sa.LargeBinary)


@confidential(_READERS)
class ClaimChoice(SQLModel, table=True):
    """Which claims a choice (`name`: language, portfolio and so on) gave, and what the store held then.

    As long as the store holds the same (`mark`), the choice gives the same `claims` and all of them have been read.
    """

    __tablename__ = "claim_choice"

    name: str = Field(primary_key=True)
    mark: bytes = Field(sa_type=sa.LargeBinary)
    claims: bytes = Field(sa_type=sa.LargeBinary)
