"""The content of a case's form: as people give it, as it is kept, and as it is checked and printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import PatentNumber, StandardRef
from workbench.cases.models import CaseForm, CasePatent, CasePortion, DeclarationCase
from workbench.cases.replacement import terms_of
from workbench.cases.templates import FormTemplate
from workbench.cases.validation import MAX_LINES, MAX_PATENTS, Filled, PatentRow
from workbench.db import key_of
from workbench.declarations.names import normal_name
from workbench.declarations.parties import Parties
from workbench.patents.applications import application_forms, application_key
from workbench.patents.models import ApplicationStatus, Family, Publication
from workbench.people.viewer import Viewer
from workbench.people.walls_models import MatterApplication
from workbench.standards.carry_over import text_hash
from workbench.standards.lineage_queries import clause_nodes_of
from workbench.standards.models import WorkItem

GRANTED: Final = "granted"
MAX_ENTRIES: Final = 100
MAX_PORTIONS: Final = 2000


@dataclass(frozen=True, slots=True)
class PatentEntry:
    """A patent as a person gives it. `claims` are those declared, none for all; `released` says that the number of an
    application which is not published may leave the house."""

    country: str
    number: str
    status: str
    title: str = ""
    publication: str | None = None
    application: str | None = None
    claims: tuple[int, ...] = ()
    assessment_id: int | None = None
    released: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What a version of a form says: entries and marks of the form, patents, and clauses as (draft, place)."""

    entries: Mapping[str, str]
    marks: frozenset[str] = frozenset()
    patents: Sequence[PatentEntry] = ()
    portions: Sequence[tuple[int, int]] = field(default=())


def newest_form(session: Session, case: DeclarationCase) -> CaseForm:
    """The newest version of a case's form."""
    return session.exec(select(CaseForm).where(CaseForm.case_id == case.id, CaseForm.revision == case.revision)).one()


def patents_of(session: Session, form: CaseForm) -> Sequence[CasePatent]:
    """The patents of a version of a form, in its order."""
    statement = select(CasePatent).where(CasePatent.form_id == form.id)
    return session.exec(statement.order_by(col(CasePatent.position))).all()


def portions_of(session: Session, form: CaseForm) -> Sequence[CasePortion]:
    """The clauses that a version of a form is about, in reading order."""
    statement = select(CasePortion).where(CasePortion.form_id == form.id)
    return session.exec(statement.order_by(col(CasePortion.draft_id), col(CasePortion.clause_order))).all()


def filled_of(form: CaseForm, patents: Iterable[CasePatent]) -> Filled:
    """A version of a form as it is checked and printed."""
    rows = tuple(PatentRow(row.status, row.country, row.number, row.title, may_print(row)) for row in patents)
    return Filled(form.entries, frozenset(form.marks), rows)


def names_another_holder(session: Session, case: DeclarationCase) -> bool:
    """Whether a correction names a holder that is not the party of the old one, however either is written."""
    if case.corrects_id is None:
        return False
    old = newest_form(session, session.get_one(DeclarationCase, case.corrects_id)).entries.get("holder_name", "")
    new = newest_form(session, case).entries.get("holder_name", "")
    parties = Parties(session)
    return bool(new) and parties.of(old) != parties.of(new) and normal_name(old) != normal_name(new)


def may_print(row: CasePatent) -> bool:
    """Whether the number of a patent may leave the house."""
    return row.published or row.released


def unreleased_numbers(rows: Iterable[CasePatent]) -> set[str]:
    """Every way in which a number that may not leave the house is known."""
    found: set[str | None] = set()
    for row in rows:
        if not may_print(row):
            found |= {row.number, row.application, row.publication}
    return {number for number in found if number}


def content_of(session: Session, form: CaseForm) -> Content:
    """A version of a form as a person would give it, to write the next one."""
    patents = tuple(
        PatentEntry(
            row.country,
            row.number,
            row.status,
            row.title,
            row.publication,
            row.application,
            tuple(row.claims),
            row.assessment_id,
            row.released,
        )
        for row in patents_of(session, form)
    )
    portions = tuple((row.draft_id, row.clause_order) for row in portions_of(session, form))
    return Content(form.entries, frozenset(form.marks), patents, portions)


def keep(
    session: Session,
    viewer: Viewer,
    case: DeclarationCase,
    template: FormTemplate,
    content: Content,
    revision: int,
    at: dt.datetime,
) -> CaseForm:
    """Keep a version of a case's form with its patents and clauses; what is not clean text is made so."""
    entries = {plain(name)[:60]: plain(text) for name, text in content.entries.items()}
    entries = {name: text for name, text in list(entries.items())[:MAX_ENTRIES] if text}
    marks = frozenset(plain(name)[:60] for name in content.marks)
    terms = terms_of(template, Filled(entries, marks))
    form = CaseForm(
        case_id=key_of(case),
        revision=revision,
        entries=entries,
        marks=sorted(marks),
        option=terms.option,
        ticks=sorted(terms.ticks),
        by_account=viewer.account_id,
        by=viewer.name,
        at=at,
    )
    session.add(form)
    session.flush()
    for position, patent in enumerate(content.patents[:MAX_PATENTS], 1):
        session.add(_patent(session, case, form, position, patent))
    for draft_id, places in _by_draft(content.portions).items():
        add_portions(session, form, draft_id, places)
    session.flush()
    return form


def add_portions(session: Session, form: CaseForm, draft_id: int, places: Set[int]) -> None:
    """Name clauses of a draft on a form, by their places; those that the draft does not have are left out."""
    nodes = {node.key: node for node in clause_nodes_of(session, draft_id)}
    for place in sorted(places & nodes.keys()):
        session.add(
            CasePortion(
                case_id=form.case_id,
                form_id=key_of(form),
                draft_id=draft_id,
                clause_order=place,
                hash=text_hash(nodes[place]),
            )
        )


def plain(text: str) -> str:
    """A text as both databases take it, of bounded length."""
    kept = "".join(character for character in text.replace("\r\n", "\n") if character >= " " or character in "\n\t")
    return kept.encode("utf-8", "replace").decode()[:MAX_LINES].strip()


def document_entries(item: WorkItem) -> dict[str, str]:
    """The document as the form asks for it: its kind by who publishes it, number and title."""
    try:
        number = str(StandardRef.parse(item.reference).undated)
    except InvalidIdentifierError:
        number = item.reference
    publishers = number.split(" ")[0]
    kind = {"ISO/IEC": "ISO_IEC", "ISO": "ISO", "IEC": "IEC"}.get(publishers, "")
    return {"doc_type": kind, "doc_number": number, "doc_title": item.title_en or item.title_fr or ""}


def docdb_number(country: str, number: str) -> str | None:
    """A number as it is printed in docdb form, `JP.7000001.B2`; None where it cannot be read."""
    text = number if number[:2].isalpha() else f"{country}{number}"
    try:
        return str(PatentNumber.parse(text))
    except InvalidIdentifierError:
        return None


def holders_now(session: Session, application: str | None) -> list[str]:
    """The holders that a register names for an application now; none where no register was read."""
    if application is None:
        return []
    statement = select(ApplicationStatus).where(ApplicationStatus.application_key == application_key(application))
    row = session.exec(statement).one_or_none()
    return [] if row is None else sorted(row.holders or row.applicants)


def _by_draft(portions: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for draft_id, place in list(portions)[:MAX_PORTIONS]:
        found.setdefault(draft_id, set()).add(place)
    return found


def _patent(session: Session, case: DeclarationCase, form: CaseForm, position: int, patent: PatentEntry) -> CasePatent:
    country = plain(patent.country).upper()[:2]
    number, application = plain(patent.number)[:400], plain(patent.application or "")[:80] or None
    publication = _publication(session, patent.publication or docdb_number(country, number), application)
    family = None
    if publication is not None and publication.family_ref is not None:
        family = session.get_one(Family, publication.family_ref).family_id
    application = application or (publication.application if publication else None)
    return CasePatent(
        case_id=key_of(case),
        form_id=key_of(form),
        position=position,
        country=country,
        number=number,
        status=plain(patent.status)[:20],
        title=plain(patent.title)[:400],
        publication=publication.number if publication else None,
        application=application,
        family=family,
        claims=sorted({claim for claim in patent.claims if 0 < claim < 10_000}),
        holders=holders_now(session, application),
        assessment_id=patent.assessment_id,
        published=(publication is not None or patent.status == GRANTED) and not _walled(session, application),
        released=patent.released,
    )


def _publication(session: Session, number: str | None, application: str | None) -> Publication | None:
    """The publication of a patent that the store has: by its own number, with or without kind, or its application."""
    conditions: list[sa.ColumnElement[bool]] = []
    if number:
        country, _, rest = number.partition(".")
        doc_number, _, kind = rest.partition(".")
        alike = sa.and_(col(Publication.country) == country, col(Publication.doc_number) == doc_number)
        conditions.append(col(Publication.number) == number if kind else alike)
    if application:
        conditions.append(col(Publication.application).in_(application_forms(application)))
    if not conditions:
        return None
    statement = select(Publication).where(sa.or_(*conditions))
    return session.exec(statement.order_by(col(Publication.date).desc(), col(Publication.number))).first()


def _walled(session: Session, application: str | None) -> bool:
    """Whether an application was put behind a matter's wall: then it is a secret whatever else is known of it."""
    if application is None:
        return False
    key = application_key(application)
    return session.exec(select(MatterApplication).where(MatterApplication.application_key == key)).first() is not None
