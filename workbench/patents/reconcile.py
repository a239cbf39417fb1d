"""Turns records of publications into rows: insert, update or leave, each change logged."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from scrapers import records
from workbench.db import key_of
from workbench.history import rows
from workbench.history.log import ChangeLog, Outcome
from workbench.history.models import Entity
from workbench.patents.models import Claim, Family, Publication
from workbench.search import SearchEntry
from workbench.search import put as put_search_entries

_NOT_FIELDS = {"number", "claims", "source_format"}
_SEARCHED_CLAIMS = 200_000


def reconcile_publication(
    session: Session, log: ChangeLog, record: records.Publication, snapshot_id: int | None
) -> tuple[Publication, Outcome]:
    """Bring the row of a publication up to what a file says of it.

    A file that lacks a field (claims without bibliographic data, and the reverse) leaves what is known of it.
    """
    row = session.exec(select(Publication).where(Publication.number == record.number)).one_or_none()
    inserted = row is None
    if row is None:
        row = Publication(
            number=record.number,
            raw_number=record.raw_number,
            country=record.country,
            doc_number=record.doc_number,
            source_format=record.source_format,
            first_seen=log.at,
            last_seen=log.at,
        )
    family = None if row.family_ref is None else session.get_one(Family, row.family_ref).family_id
    differences = rows.update(
        row, record, log, leave_out=_NOT_FIELDS, source=record.source_format, elsewhere={"family_id": family}
    )
    for each in differences:
        if each.field == "family_id":
            row.family_ref = None if each.new is None else _family(session, each.new)
    row.last_seen = max(row.last_seen, log.at)
    session.add(row)
    session.flush()
    outcome = log.reconciled(Entity.PUBLICATION, row.number, row.title, differences, snapshot_id, inserted=inserted)
    if _write_claims(session, log, row, record.claims, snapshot_id, silent=inserted) and not inserted:
        outcome = Outcome.UPDATED
    if outcome is not Outcome.UNCHANGED:
        put_search_entries(session, [_search_entry(session, row)])
    return row, outcome


def _family(session: Session, family_id: str) -> int:
    family = session.exec(select(Family).where(Family.family_id == family_id)).one_or_none()
    if family is None:
        family = Family(family_id=family_id)
        session.add(family)
        session.flush()
    return key_of(family)


def _write_claims(
    session: Session,
    log: ChangeLog,
    row: Publication,
    claims: Sequence[records.Claim],
    snapshot_id: int | None,
    *,
    silent: bool,
) -> bool:
    """Write the claims of each language that the file speaks of; returns whether any changed."""
    changed = False
    for language in sorted({claim.language for claim in claims}):
        known = {
            claim.number: claim
            for claim in session.exec(select(Claim).where(Claim.publication_id == row.id, Claim.language == language))
        }
        old_texts = {number: claim.text for number, claim in known.items()}
        read = {claim.number: claim for claim in claims if claim.language == language}
        if read and not known and not silent:
            log.changed(Entity.PUBLICATION, row.number, f"claims ({language})", None, len(read), snapshot_id)
        for number in sorted(known.keys() | read.keys()):
            old, new = known.get(number), read.get(number)
            if new is not None:
                written = _write_claim(session, row, old, new)
            else:
                session.delete(old)
                written = True
            if written and known and not silent:
                before, after = (old_texts.get(number), None if new is None else new.text)
                log.changed(Entity.PUBLICATION, row.number, f"claim {number} ({language})", before, after, snapshot_id)
            changed = changed or written
    return changed


def _write_claim(session: Session, row: Publication, held: Claim | None, claim: records.Claim) -> bool:
    fields = {"text": claim.text, "independent": claim.independent, "depends_on": list(claim.depends_on)}
    if held is not None and all(getattr(held, name) == value for name, value in fields.items()):
        return False
    held = held or Claim(
        publication_id=key_of(row), language=claim.language, number=claim.number, text="", independent=True
    )
    for name, value in fields.items():
        setattr(held, name, value)
    session.add(held)
    return True


def _search_entry(session: Session, row: Publication) -> SearchEntry:
    session.flush()
    texts = session.exec(
        select(Claim.text).where(Claim.publication_id == row.id).order_by(col(Claim.language), col(Claim.number))
    )
    claims = "\n".join(texts)[:_SEARCHED_CLAIMS]
    parts = (row.raw_number, *row.applicants, *row.inventors, row.abstract or "", claims)
    return SearchEntry(
        kind="publication",
        key=row.number,
        title=f"{row.number} {row.title or ''}".strip(),
        body="\n".join(part for part in parts if part),
    )
