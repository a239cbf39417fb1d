"""Invented drafts and portfolios of any size, in the words of the sample drafts and claims."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

import sqlalchemy as sa
from sqlmodel import Session, select

from scrapers.records import ClauseKind
from workbench import sample
from workbench.db import Store, key_of
from workbench.history.models import Snapshot
from workbench.mapping.draft_texts import DraftName
from workbench.patents.models import Claim, Publication
from workbench.standards.models import Clause, Draft, WorkItem

NOW = dt.datetime(2026, 11, 16, 0, 30, tzinfo=dt.UTC)
CLAIMS_OF_A_PUBLICATION = 15
_WRITTEN_AT_ONCE = 5_000


@cache
def words() -> tuple[list[str], list[float]]:
    """The words of the sample texts as often as they are there, others made of them by endings, and cumulative weights.

    A sentence encoder cuts them into about as many tokens as the words of published claims, 1.3 a word.
    """
    found: Counter[str] = Counter()
    for file in sorted(sample.folder().glob("**/*.xml")):
        found.update(re.findall(r"\b[a-z]{2,14}\b", re.sub(r"<[^>]*>", " ", file.read_text("utf-8")).lower()))
    weights = {word: float(count) for word, count in sorted(found.items())}
    for root in sorted(word for word in found if len(word) > 3):
        for ending in ("s", "ed", "ing"):
            weights.setdefault(root + ending, 0.1)
    return list(weights), list(accumulate(weights.values()))


def text(source: random.Random, length: int) -> str:
    """So many words, with a comma or a semicolon now and then."""
    vocabulary, weights = words()
    said = source.choices(vocabulary, cum_weights=weights, k=length)
    for at in range(8, length, 9):
        said[at] += source.choice((",", ",", ";"))
    return " ".join(said)


def claim_text(source: random.Random) -> str:
    """A claim of realistic length: a median of about 120 words, some of 40 and some of 400."""
    return f"A method comprising: {text(source, min(400, max(25, round(source.lognormvariate(4.75, 0.55)))))}."


def claims_of(source: random.Random, publication_id: int, count: int, first: int) -> Iterator[dict[str, object]]:
    """Rows of `Claim`, one in five independent, with keys from `first` on."""
    for number in range(1, count + 1):
        independent = number % 5 == 1
        yield {
            "id": first + number - 1,
            "publication_id": publication_id,
            "language": "en",
            "number": number,
            "text": claim_text(source),
            "independent": independent,
            "depends_on": [] if independent else [number - 1 - (number - 2) % 5],
        }


def add_publications(store: Store, claims: int, seed: int = 7) -> None:
    """Publications with this many claims altogether, into a store; one transaction for some thousand rows."""
    source = random.Random(seed)
    with store.read() as session:
        publication_id = int(session.execute(sa.select(sa.func.coalesce(sa.func.max(Publication.id), 0))).scalar_one())
        claim_id = int(session.execute(sa.select(sa.func.coalesce(sa.func.max(Claim.id), 0))).scalar_one())
    publications: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    left = claims
    while left:
        count = min(left, CLAIMS_OF_A_PUBLICATION)
        publication_id += 1
        publications.append(_publication(publication_id))
        rows += claims_of(source, publication_id, count, claim_id + 1)
        claim_id += count
        left -= count
        if len(rows) >= _WRITTEN_AT_ONCE or not left:
            with store.write() as session:
                session.execute(sa.insert(Publication), publications)
                session.execute(sa.insert(Claim), rows)
            publications, rows = [], []
    if not store.is_sqlite:
        # Keys were given above; rows that are added without one go on from there.
        with store.write() as session:
            for table in ("publication", "claim"):
                session.execute(sa.text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))


def _publication(key: int) -> dict[str, object]:
    number = f"{9_000_000 + key}"
    return {
        "id": key,
        "number": f"EP.{number}.A1",
        "raw_number": number,
        "country": "EP",
        "doc_number": number,
        "kind": "A1",
        "title": f"Sample {key}",
        "title_language": "en",
        "applicants": [f"Sample company {key % 40}"],
        "source_format": "sample",
        "first_seen": NOW,
        "last_seen": NOW,
        **{name: [] for name in ("priorities", "inventors", "ipc", "cpc")},
        "said": {},
    }


def add_draft(store: Store, clauses: int, seed: int = 1, words_in_a_clause: int = 150) -> DraftName:
    """A draft of this many clauses, of a work item of its own."""
    source = random.Random(f"draft {seed}")
    with store.write() as session:
        item = WorkItem(iso_id=9_900_000 + seed, reference=f"ISO/IEC CD 9{seed:04}", first_seen=NOW, last_seen=NOW)
        session.add_all([item, _snapshot(session, seed)])
        session.flush()
        snapshot = session.exec(select(Snapshot).where(Snapshot.sha256 == f"{seed:064}")).one()
        draft = Draft(
            work_item_id=key_of(item),
            label="CD 1",
            format="sample",
            parser_version="1",
            snapshot_id=key_of(snapshot),
            imported_at=NOW,
        )
        session.add(draft)
        session.flush()
        for order in range(clauses):
            length = max(5, round(source.lognormvariate(0, 0.6) * words_in_a_clause))
            session.add(
                Clause(
                    draft_id=key_of(draft),
                    order=order,
                    number=f"{order // 10 + 1}.{order % 10 + 1}",
                    title=text(source, 3),
                    level=2,
                    kind=ClauseKind.CLAUSE,
                    normative=True,
                    text=text(source, length),
                )
            )
        return DraftName(key_of(draft), item.reference, draft.label)


def _snapshot(session: Session, seed: int) -> Snapshot:
    return Snapshot(url=f"file:sample-{seed}.xml", sha256=f"{seed:064}", fetched_at=NOW, last_fetched_at=NOW, size=1)
