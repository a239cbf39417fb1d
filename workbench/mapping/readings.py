"""What the engine reads of claims, once a claim: its weighted words, and the passages whose vectors stand for it.

A new draft is then ranked for every claim without reading a single one again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from scipy import sparse
from sqlmodel import Session, col, select

from workbench.db import Store
from workbench.mapping.claims import ancestors
from workbench.mapping.claims_family import claim_sources
from workbench.mapping.models import ClaimReading, Word
from workbench.mapping.ranking import ClaimText
from workbench.mapping.reader import READER_VERSION, claim_passages, claim_words
from workbench.mapping.vectors import HASH_BYTES, StoredEncoder, in_blocks, text_hash
from workbench.patents.models import Claim, Portfolio, PortfolioMember, Publication

BLOCK: Final = 2048
_PUBLICATIONS: Final = 200

Keys = NDArray[np.int64]


class UnknownPortfolioError(Exception):
    """No portfolio has that name; `str(error)` lists those there are."""


@dataclass(frozen=True, slots=True)
class ClaimBlock:
    """Some claims as they were read: `words` is claims × vocabulary; `passages` the hashes of each claim's passages."""

    claims: Keys
    words: sparse.csr_array[np.float32]
    passages: list[tuple[bytes, ...]]


class Vocabulary:
    """The words of all readings and their keys; it only grows."""

    def __init__(self, session: Session) -> None:
        self._keys = {word: key for key, word in session.execute(sa.select(col(Word.id), col(Word.word)))}
        self._new: list[dict[str, object]] = []
        self._next = max(self._keys.values(), default=0) + 1

    def __len__(self) -> int:
        """One more than the highest key: the width of a matrix whose columns are keys."""
        return self._next

    def key(self, word: str) -> int:
        """The key of a word, a new one where it has none."""
        key = self._keys.get(word)
        if key is None:
            key = self._keys[word] = self._next
            self._next += 1
            self._new.append({"id": key, "word": word})
        return key

    def words(self) -> dict[str, int]:
        """The keys by word."""
        return self._keys

    def write(self, session: Session) -> None:
        """Keep the words that became known since the last time."""
        if self._new:
            session.execute(sa.insert(Word), self._new)
            self._new = []


def chosen_claims(
    store: Store, language: str, *, portfolio: str | None = None, dependent: bool = False
) -> Iterator[ClaimText]:
    """The claims to be ranked: those that are read for each publication (`claim_sources`), each once.

    Independent claims only, unless `dependent`; a dependent one brings the texts of those that it depends on, the
    nearest first. The ids are keys of `Claim`. Each publication is read as it stands when its turn comes; no
    transaction stays open between.
    """
    last = 0
    seen: set[tuple[int, str]] = set()
    while True:
        with store.read() as session:
            statement = select(Publication.id).where(col(Publication.id) > last).order_by(col(Publication.id))
            if portfolio is not None:
                statement = statement.where(col(Publication.id).in_(_members(portfolio)))
            publications = [key for key in session.exec(statement.limit(_PUBLICATIONS)) if key is not None]
            if not publications:
                return
            found = claim_sources(session, publications, language)
            sources = {(found[key].publication, found[key].language) for key in publications if key in found} - seen
            seen |= sources
            claims = _claims_of(session, sources)
        last = publications[-1]
        for _, of_source in groupby(claims, key=lambda row: (row.publication_id, row.language)):
            texts = list(of_source)
            yield from (_claim_text(row, texts) for row in texts if dependent or row.independent)


def _claims_of(session: Session, sources: set[tuple[int, str]]) -> list[Any]:
    """The claims of publications in a language each, as rows in the order of publication, language and number."""
    columns = (Claim.publication_id, Claim.language, Claim.number, Claim.id, Claim.text, Claim.independent)
    statement = sa.select(*map(col, columns), col(Claim.depends_on)).order_by(*map(col, columns[:3]))
    rows = session.execute(statement.where(col(Claim.publication_id).in_({key for key, _ in sources})))
    return [row for row in rows if (row.publication_id, row.language) in sources]


def _claim_text(row: Any, claims: Sequence[Any]) -> ClaimText:
    parents = [] if row.independent else ancestors(claims, row.number)
    by_number = {claim.number: claim.text for claim in claims} if parents else {}
    return ClaimText(row.id, row.text, "\n".join(by_number[each] for each in parents) or None, row.language)


def count_claims(session: Session, *, portfolio: str | None = None, dependent: bool = False) -> int:
    """How many claims there are to choose from, in all languages; at least as many as are chosen."""
    statement = sa.select(sa.func.count()).select_from(Claim)
    if portfolio is not None:
        statement = statement.where(col(Claim.publication_id).in_(_members(portfolio)))
    if not dependent:
        statement = statement.where(col(Claim.independent))
    return int(session.execute(statement).scalar_one())


def require_portfolio(session: Session, name: str) -> None:
    """Raises UnknownPortfolioError where no portfolio has that name."""
    if session.exec(select(Portfolio.id).where(Portfolio.name == name)).one_or_none() is None:
        names = ", ".join(session.exec(select(Portfolio.name).order_by(col(Portfolio.name)))) or "none yet"
        raise UnknownPortfolioError(f"no portfolio is called {name!r}; there are: {names}")


def _members(portfolio: str) -> sa.Select[int]:
    return (
        sa.select(col(PortfolioMember.publication_id))
        .join(Portfolio, col(Portfolio.id) == col(PortfolioMember.portfolio_id))
        .where(col(Portfolio.name) == portfolio)
    )


def read_claims(
    store: Store,
    encoder: StoredEncoder | None,
    claims: Iterable[ClaimText],
    run_id: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Keys:
    """Read the claims that are new or changed and keep what was read; returns the keys of all of them, ascending.

    Each block is kept in a transaction of its own, so a run that was killed goes on where it stopped. `progress` hears
    how many claims were looked at.
    """
    with store.read() as session:
        vocabulary = Vocabulary(session)
    keys: list[int] = []
    for block in in_blocks(claims, BLOCK):
        ids = [int(str(claim.id)) for claim in block]
        with store.read() as session:
            statement = sa.select(*map(col, (ClaimReading.claim_id, ClaimReading.fingerprint, ClaimReading.passages)))
            statement = statement.where(col(ClaimReading.claim_id).in_(ids))
            held = {row.claim_id: row for row in session.execute(statement)}
        marks = [_fingerprint(claim) for claim in block]
        changed = {
            key for key, mark in zip(ids, marks, strict=True) if key not in held or held[key].fingerprint != mark
        }
        if encoder is not None:
            passages = {key: _split(row.passages) for key, row in held.items() if key not in changed}
            _keep_vectors(store, encoder, block, passages)
        if changed:
            rows = [
                _row(claim, key, mark, run_id, vocabulary)
                for claim, key, mark in zip(block, ids, marks, strict=True)
                if key in changed
            ]
            _write(store, rows, vocabulary)
        keys += ids
        progress(len(keys))
    return np.array(sorted(keys), dtype=np.int64)


def _keep_vectors(
    store: Store, encoder: StoredEncoder, block: Sequence[ClaimText], passages: Mapping[int, tuple[bytes, ...]]
) -> None:
    """Keep the vectors of a block. `passages`, by claim, are known of those that stand as they were read."""
    with store.read() as session:
        missing = encoder.missing(session, (key for each in passages.values() for key in each))
    standing = {key for key, each in passages.items() if missing.isdisjoint(each)}
    encoder.keep(text for claim in block if claim.id not in standing for text in claim_passages(claim))


def _row(claim: ClaimText, key: int, mark: bytes, run_id: int, vocabulary: Vocabulary) -> dict[str, object]:
    words = sorted((vocabulary.key(word), weight) for word, weight in claim_words(claim).items())
    return {
        "claim_id": key,
        "run_id": run_id,
        "fingerprint": mark,
        "words": np.array([word for word, _ in words], dtype="<i4").tobytes()
        + np.array([weight for _, weight in words], dtype="<f4").tobytes(),
        "passages": b"".join(text_hash(text) for text in claim_passages(claim)),
    }


def _write(store: Store, rows: list[dict[str, object]], vocabulary: Vocabulary) -> None:
    with store.write() as session:
        keys = [row["claim_id"] for row in rows]
        # A claim that an import took away meanwhile needs no reading.
        present = set(session.execute(sa.select(col(Claim.id)).where(col(Claim.id).in_(keys))).scalars())
        vocabulary.write(session)
        session.execute(sa.delete(ClaimReading).where(col(ClaimReading.claim_id).in_(keys)))
        rows = [row for row in rows if row["claim_id"] in present]
        if rows:
            session.execute(sa.insert(ClaimReading), rows)


def stored_block(session: Session, claims: Keys, width: int) -> ClaimBlock:
    """What was read of these claims, in ascending order of their keys; claims never read are left out.

    `width` is the length of the vocabulary.
    """
    columns = map(col, (ClaimReading.claim_id, ClaimReading.words, ClaimReading.passages))
    statement = sa.select(*columns).where(col(ClaimReading.claim_id).in_(claims.tolist()))
    rows = sorted(session.execute(statement), key=lambda row: row[0])
    return ClaimBlock(
        np.array([row[0] for row in rows], dtype=np.int64),
        _matrix([row[1] for row in rows], width),
        [_split(row[2]) for row in rows],
    )


def _matrix(packed: Sequence[bytes], width: int) -> sparse.csr_array[np.float32]:
    """Rows of packed words as a matrix claims × vocabulary."""
    counts = [len(each) // 8 for each in packed]
    starts = np.cumsum([0, *counts], dtype=np.int64)
    columns = b"".join(each[: 4 * count] for each, count in zip(packed, counts, strict=True))
    weights = b"".join(each[4 * count :] for each, count in zip(packed, counts, strict=True))
    return sparse.csr_array(
        (np.frombuffer(weights, dtype="<f4"), np.frombuffer(columns, dtype="<i4"), starts), shape=(len(packed), width)
    )


def _split(passages: bytes) -> tuple[bytes, ...]:
    return tuple(passages[at : at + HASH_BYTES] for at in range(0, len(passages), HASH_BYTES))


def _fingerprint(claim: ClaimText) -> bytes:
    return text_hash("\0".join((READER_VERSION, claim.language, claim.text, claim.parent_text or "")))
