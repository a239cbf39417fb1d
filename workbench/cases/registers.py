"""What was declared beside what was assessed: two lists of what does not fit together, and the counts of both.

A number of declarations says nothing of essentiality, so no count of it stands alone: so many families declared, of
which so many charted, of which so many reviewed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from scrapers.records import ClauseKind
from workbench.assessments.queries import Stand, current_chart, is_reviewed, reviewed, standing
from workbench.assessments.statuses import Status
from workbench.ballots.rulebook import Rulebook
from workbench.cases.contents import GRANTED, PatentEntry, newest_form, patents_of
from workbench.cases.gates import Gate, GateState
from workbench.cases.models import CasePatent, DeclarationCase
from workbench.cases.notices import Notice, Said, notice
from workbench.cases.queries import Gates
from workbench.cases.statuses import STANDS, UNDER_WAY
from workbench.db import key_of, settings_of
from workbench.declarations.models import Declaration, DeclaredPatent
from workbench.declarations.parties import Parties
from workbench.declarations.queries import declarations_of_item, patent_rows, work_items_by_key
from workbench.declarations.reconcile import deliverable_key
from workbench.patents.models import Family, Publication
from workbench.patents.office_queries import office_view
from workbench.patents.status import LegalStatus
from workbench.patents.walls import is_own
from workbench.people.gate import viewer_of
from workbench.standards.models import Clause, Draft, WorkItem
from workbench.standards.tasks import stage_group

_PUBLISHED = 60
_DUE = (Status.LIKELY_ESSENTIAL, Status.OPTION_ESSENTIAL)


@dataclass
class DeclaredFamily:
    """A family, or a patent of none, that the company declared for a document: where, and what is assessed of it."""

    document: str
    items: Sequence[WorkItem]
    family: str
    numbers: set[str] = field(default_factory=set)
    cases: set[int] = field(default_factory=set)
    declarations: set[int] = field(default_factory=set)
    charted: bool = False
    reviewed: bool = False


@dataclass(frozen=True)
class Undeclared:
    """An own family that readers found likely essential, or essential to an option, and that nobody declares."""

    stand: Stand
    family: str
    gate: Gate | None

    @property
    def due(self) -> bool:
        """Whether the day by which to declare is past."""
        return self.gate is not None and self.gate.state is GateState.OVERDUE


@dataclass(frozen=True, slots=True)
class Counts:
    """Families declared, of these charted, and of these reviewed on the texts as they are."""

    declared: int
    charted: int
    reviewed: int


@dataclass(frozen=True)
class Evidence:
    """What is known of patents of a document: what registers list of others and of us, and what it says itself."""

    item: WorkItem
    own: Sequence[Declaration]
    others: Sequence[Declaration]
    draft: Draft | None
    notice: Notice


def own_names(session: Session) -> frozenset[str]:
    """The parties that are the company: those of the settings and the holders of its cases."""
    parties = Parties(session)
    holders = session.exec(select(DeclarationCase.holder).distinct()).all()
    return frozenset(parties.of(name) for name in (*settings_of(session).own_parties, *holders))


def declared_families(session: Session) -> list[DeclaredFamily]:
    """What the company declared, by its cases that stand and by registers, with what is assessed of it."""
    found: dict[tuple[str, str], DeclaredFamily] = {}
    stands = _stands_by_document(session)
    items: dict[int, WorkItem] = {}
    for case in session.exec(select(DeclarationCase).where(col(DeclarationCase.status).in_(STANDS))):
        item = items.setdefault(case.work_item_id, session.get_one(WorkItem, case.work_item_id))
        document = deliverable_key(None, item.reference)
        for row in patents_of(session, newest_form(session, case)):
            entry = found.setdefault((document, _family_of(row)), DeclaredFamily(document, (item,), _family_of(row)))
            entry.numbers.add(row.publication or f"{row.country} {row.number}")
            entry.cases.add(key_of(case))
    for declaration, document, family, number, related in _of_registers(session):
        entry = found.setdefault((document, family), DeclaredFamily(document, related, family))
        entry.numbers.add(number)
        entry.declarations.add(key_of(declaration))
    of_documents = [stand for document in {document for document, _ in found} for stand in stands.get(document, [])]
    read = reviewed(session, of_documents)
    for (document, family), entry in found.items():
        for stand in stands.get(document, []):
            if family == _family_of_stand(stand) or stand.assessment.publication in entry.numbers:
                entry.charted |= current_chart(session, stand.assessment) is not None
                entry.reviewed |= stand.assessment.id in read
    return sorted(found.values(), key=lambda entry: (entry.document, entry.family))


def counts(families: Collection[DeclaredFamily]) -> Counts:
    """Of families declared: how many, how many charted, how many of these reviewed."""
    charted = [entry for entry in families if entry.charted]
    return Counts(len(families), len(charted), sum(entry.reviewed for entry in charted))


def without_chart(families: Iterable[DeclaredFamily]) -> list[DeclaredFamily]:
    """What was declared without a chart that is reviewed on the texts as they are."""
    return [entry for entry in families if not (entry.charted and entry.reviewed)]


def undeclared(session: Session, rules: Rulebook, today: dt.date) -> list[Undeclared]:
    """Own families reviewed as likely essential that no case under way or standing names, the overdue ones first."""
    gates, named = Gates(session, rules, today), _named(session)
    own = set(session.exec(select(Publication.number).where(is_own(Publication, viewer_of(session)))))
    found: dict[tuple[int, str], Undeclared] = {}
    stands = [each for each in standing(session) if each.state.status in _DUE]
    read = reviewed(session, stands)
    for stand in stands:
        family = _family_of_stand(stand)
        key = (key_of(stand.item), family)
        if stand.state.stale or stand.assessment.publication not in own:
            continue
        if key in found or key in named or (key[0], stand.assessment.publication) in named:
            continue
        if stand.assessment.id in read:
            found[key] = Undeclared(stand, family, gates.of(stand.item, "common"))
    far = dt.date.max
    return sorted(
        found.values(),
        key=lambda each: (not each.due, each.gate.day or far if each.gate else far, each.stand.item.reference),
    )


def suggested(session: Session, case: DeclarationCase, today: dt.date) -> dict[int, PatentEntry]:
    """What readers found likely essential to the case's document and its form does not name yet, by assessment."""
    rows = patents_of(session, newest_form(session, case))
    held = {row.publication for row in rows} | {_family_of(row) for row in rows}
    found: dict[int, PatentEntry] = {}
    for stand in standing(session, item_id=case.work_item_id):
        publication = session.exec(
            select(Publication).where(
                Publication.number == stand.assessment.publication, is_own(Publication, viewer_of(session))
            )
        ).first()
        if publication is None or stand.state.status not in _DUE or stand.state.stale:
            continue
        if {publication.number, _family_of_stand(stand)} & held or not is_reviewed(session, stand):
            continue
        granted = office_view(session, publication, today).standing.status is LegalStatus.GRANTED
        found[key_of(stand.assessment)] = PatentEntry(
            country=publication.country,
            number=publication.doc_number,
            status=GRANTED if granted else "pending",
            title=publication.title or "",
            publication=publication.number,
            application=publication.application,
            claims=(stand.assessment.claim,),
            assessment_id=stand.assessment.id,
        )
    return found


def evidence_of(session: Session, item: WorkItem) -> Evidence:
    """What registers and the document itself tell of patents of a work item."""
    own, parties = own_names(session), Parties(session)
    rows = declarations_of_item(session, item)
    draft, said = _notice(session, item)
    return Evidence(
        item,
        [row for row in rows if parties.of(row.holder) in own],
        [row for row in rows if parties.of(row.holder) not in own],
        draft,
        said,
    )


def _notice(session: Session, item: WorkItem) -> tuple[Draft | None, Notice]:
    """What the newest published text says; drafts say nothing of patents."""
    statement = (
        select(Draft).where(Draft.work_item_id == item.id, Draft.language == "en").order_by(col(Draft.id).desc())
    )
    published = next((each for each in session.exec(statement) if stage_group(each.label) == _PUBLISHED), None)
    if published is None:
        return None, Notice(Said.UNKNOWN)
    texts = dict.fromkeys((ClauseKind.FOREWORD, ClauseKind.INTRODUCTION), "")
    parts = select(Clause).where(Clause.draft_id == published.id, col(Clause.kind).in_(list(texts)))
    for clause in session.exec(parts.order_by(col(Clause.order))):
        texts[clause.kind] += f"\n{clause.text}"
    return published, notice(texts[ClauseKind.FOREWORD], texts[ClauseKind.INTRODUCTION])


def _stands_by_document(session: Session) -> dict[str, list[Stand]]:
    found: dict[str, list[Stand]] = {}
    for stand in standing(session):
        found.setdefault(deliverable_key(None, stand.item.reference), []).append(stand)
    return found


def _family_of(row: CasePatent) -> str:
    return row.family or row.publication or row.application or f"{row.country} {row.number}"


def _family_of_stand(stand: Stand) -> str:
    return stand.assessment.family or stand.assessment.publication


def _named(session: Session) -> set[tuple[int, str]]:
    """Work item and family, or publication, of every patent in a case under way or standing."""
    found = set()
    for case in session.exec(select(DeclarationCase).where(col(DeclarationCase.status).in_(STANDS | UNDER_WAY))):
        for row in patents_of(session, newest_form(session, case)):
            found.add((case.work_item_id, _family_of(row)))
            if row.publication:
                found.add((case.work_item_id, row.publication))
    return found


def _of_registers(session: Session) -> Iterator[tuple[Declaration, str, str, str, Sequence[WorkItem]]]:
    """The patents that registers list for us: the declaration, the document, the family, the number, its work items."""
    own, parties = own_names(session), Parties(session)
    rows = [row for row in session.exec(select(Declaration)) if parties.of(row.holder) in own]
    items = work_items_by_key(session, {row.deliverable_key for row in rows})
    for row in rows:
        for each in patent_rows(session, row):
            number = each.publications[0].number if each.publications else _number(each.patent)
            family = next(filter(None, (_family_id(session, one) for one in each.publications)), number)
            yield row, row.deliverable_key, family, number, items.get(row.deliverable_key, [])


def _number(patent: DeclaredPatent) -> str:
    return patent.publication or patent.application or patent.raw


def _family_id(session: Session, publication: Publication) -> str | None:
    if publication.family_ref is None:
        return None
    return session.get_one(Family, publication.family_ref).family_id
