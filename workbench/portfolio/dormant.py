"""Dormant patents (休眠特許): own families in force that no text needs and nobody declared, with their annuities.

Whether a product uses a patent is not known here: whoever chooses says so in the reason. What the viewer may not see
counts for nothing, so that a family somebody else works on behind a wall may be listed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.assessments.models import Assessment
from workbench.assessments.statuses import Status
from workbench.cases.models import CaseForm, CasePatent, DeclarationCase
from workbench.cases.statuses import STANDS, UNDER_WAY
from workbench.db import settings_of
from workbench.declarations.models import DeclaredPatent
from workbench.history.queries import FilterError
from workbench.patents.applications import application_key
from workbench.patents.models import Family, Portfolio, PortfolioMember, Publication
from workbench.patents.office_queries import Patent, PatentView, in_parts, patent_views, patents_of
from workbench.patents.status import Expiry, LegalStatus
from workbench.patents.walls import is_own
from workbench.people.completeness import need_all
from workbench.people.gate import viewer_of
from workbench.people.permissions import Permission
from workbench.portfolio.annuities import Annuity, AnnuityRules, PatentDays, load_annuity_rules, next_annuity
from workbench.portfolio.models import AnnuityDate, Choice, PatentChoice

DORMANT_FILTERS: Final = ("q", "choice", "need", "office", "portfolio", "before", "family")
DORMANT_SORTS: Final = ("annuity", "family", "ends", "choice")
NO_CHOICE: Final = "none"
WAITS: Final = "waits"
"""Instead of a choice, in filters: nobody chose; somebody has to choose, for the first time or again."""
KEPT_FOR: Final = dt.timedelta(days=330)
"""How long a word to keep a patent holds: past the next yearly annuity, not past the one after it."""
_OPEN: Final = frozenset({Status.CANDIDATE, Status.CHARTING, Status.IN_REVIEW, Status.UNDETERMINED})


class Need(StrEnum):
    """NONE: nobody found that a text needs it. OPEN: people assess it, or could not tell."""

    NONE = "none"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class InForce:
    """A granted member of a family: until when, and when its next annuity is due."""

    view: PatentView
    annuity: Annuity | None
    typed: AnnuityDate | None

    @property
    def number(self) -> str:
        return self.view.patent.number

    @property
    def office(self) -> str:
        return self.view.patent.country


@dataclass(frozen=True)
class Dormant:
    """A family that no text needs, as on the day `asked_on`. `title` and its language are those of `publication`.

    `annuity` is the first that is due of its members, `ends` the last end; `choice` is the last word, if any.
    """

    family: str
    need: Need
    members: Sequence[InForce]
    choice: PatentChoice | None
    asked_on: dt.date
    title: str | None = None
    title_language: str | None = None

    @property
    def publication(self) -> str:
        """The member that stands for the family."""
        return self.members[0].number

    @property
    def annuity(self) -> Annuity | None:
        return min((each.annuity for each in self.members if each.annuity), key=lambda each: each.day, default=None)

    @property
    def ends(self) -> Expiry | None:
        known = [each.view.expiry for each in self.members if each.view.expiry]
        return max(known, key=lambda each: each.date, default=None)

    @property
    def waits(self) -> bool:
        """Whether somebody has to choose: nobody did, or said long ago to keep it."""
        if self.choice is None:
            return True
        return self.choice.choice is Choice.KEEP and self.choice.at.date() < self.asked_on - KEPT_FOR


def dormant_families(
    session: Session, today: dt.date, filters: Mapping[str, str] | None = None, *, sort: str = "annuity"
) -> list[Dormant]:
    """The dormant families that the filters (`DORMANT_FILTERS`) leave, in an order of `DORMANT_SORTS`.

    `choice` is one of `models.Choice` or `none`, `need` one of `Need` or empty for those of no need, `before` the day
    by which an annuity is due. Raises FilterError, AnnuityRulesError; IncompleteError for who may not know what was
    assessed or declared.
    """
    need_all(session, Permission.READ_PATENTS, Permission.READ_MATCHES, Permission.READ_CASES)
    given = {name: text for name, value in (filters or {}).items() if (text := value.strip())}
    _check(given)
    rules = load_annuity_rules(settings_of(session).annuity_rules)
    own = _by_family(session, _own(session, given))
    needs = _needs(session, own)
    wanted = Need(given.get("need", Need.NONE))
    left = {family: own[family] for family, need in needs.items() if need is wanted}
    views = patent_views(session, [each for members in left.values() for each in members], today)
    typed = _typed(session)
    choices = _choices(session)
    found = []
    for family, members in left.items():
        granted = [views[each.key] for each in members if views[each.key].standing.status is LegalStatus.GRANTED]
        in_force = [_in_force(rules, view, typed.get(view.patent.number), today) for view in _one_each(granted)]
        if in_force:
            found.append(Dormant(family, needs[family], in_force, choices.get(family), today))
    # Titles are read where words are looked for in them; who shows rows reads those of the rows he shows.
    return _ordered(_filtered(with_titles(session, found) if "q" in given else found, given), sort)


def of_family(session: Session, family: str, today: dt.date) -> Dormant | None:
    """One family, whatever its need; None where it is not among the own ones in force that nobody declared."""
    for need in Need:
        for each in with_titles(session, dormant_families(session, today, {"need": need, "family": family})):
            return each
    return None


def waiting(session: Session, today: dt.date, until: dt.date) -> list[Dormant]:
    """Families that nobody chose for, with an annuity that is due until a day, the first due first."""
    found = dormant_families(session, today, {"before": until.isoformat()})
    return [each for each in found if each.waits]


def choices_of(session: Session, family: str) -> Sequence[PatentChoice]:
    """Everything that was chosen for a family, as far as the viewer may know of it, the last first."""
    statement = select(PatentChoice).where(PatentChoice.family == family)
    return session.exec(statement.order_by(col(PatentChoice.id).desc())).all()


def annuity_dates_of(session: Session, numbers: Collection[str]) -> Sequence[AnnuityDate]:
    """Every annuity day that was typed of publications, the last first."""
    statement = select(AnnuityDate).where(col(AnnuityDate.publication).in_(numbers))
    return session.exec(statement.order_by(col(AnnuityDate.id).desc())).all()


def _check(given: Mapping[str, str]) -> None:
    for name in given.keys() - set(DORMANT_FILTERS):
        raise FilterError(f"dormant patents cannot be filtered by {name}; they can by: {', '.join(DORMANT_FILTERS)}")
    if given.get("choice", NO_CHOICE) not in {NO_CHOICE, WAITS, *Choice}:
        raise FilterError(f"choice: {given['choice']!r} is none of {', '.join((NO_CHOICE, WAITS, *Choice))}")
    if given.get("need", Need.NONE) not in set(Need):
        raise FilterError(f"need: {given['need']!r} is none of {', '.join(Need)}")
    try:
        dt.date.fromisoformat(given.get("before", "2000-01-01"))
    except ValueError as error:
        raise FilterError(f"before: {given['before']!r} is no date; write it like 2026-12-04") from error


def _own(session: Session, given: Mapping[str, str]) -> list[Patent]:
    conditions = [is_own(Publication, viewer_of(session))]
    if family := given.get("family"):
        named = sa.select(col(Family.id)).where(col(Family.family_id) == family)
        conditions.append(sa.or_(col(Publication.family_ref).in_(named), col(Publication.number) == family))
    if portfolio := given.get("portfolio"):
        held = (
            sa.select(col(PortfolioMember.publication_id))
            .join(Portfolio, col(Portfolio.id) == col(PortfolioMember.portfolio_id))
            .where(col(Portfolio.name) == portfolio)
        )
        inside = sa.select(col(Publication.family_ref)).where(col(Publication.id).in_(held))
        conditions.append(sa.or_(col(Publication.id).in_(held), col(Publication.family_ref).in_(inside)))
    return patents_of(session, *conditions)


def _by_family(session: Session, patents: Iterable[Patent]) -> dict[str, list[Patent]]:
    members = list(patents)
    refs = sorted({each.family for each in members if each.family is not None})
    names: dict[int, str] = {}
    for part in in_parts(refs):
        named = sa.select(col(Family.id), col(Family.family_id)).where(col(Family.id).in_(part))
        names.update((key, name) for key, name in session.execute(named))
    found: dict[str, list[Patent]] = {}
    alone: dict[str, list[Patent]] = {}
    for each in members:
        if each.family is not None:
            found.setdefault(names[each.family], []).append(each)
        else:
            alone.setdefault(application_key(each.application) if each.application else each.number, []).append(each)
    # What no source puts into a family is called by the last publication of its application.
    found.update((max(group, key=_published).number, group) for group in alone.values())
    return found


def _needs(session: Session, own: Mapping[str, Sequence[Patent]]) -> dict[str, Need]:
    """The need of each family; those that a text needs, or that were declared, are left out."""
    statuses: dict[str, set[Status]] = {}
    assessed = sa.select(col(Assessment.family), col(Assessment.publication), col(Assessment.status)).distinct()
    for family, publication, status in session.execute(assessed):
        statuses.setdefault(family or publication, set()).add(status)
    declared = _declared(session)
    found = {}
    for family, members in own.items():
        known = set().union(*(statuses.get(name, ()) for name in (family, *(each.number for each in members))))
        known.discard(Status.NOT_ESSENTIAL)
        if known - _OPEN or family in declared or any(not declared.isdisjoint(_names(each)) for each in members):
            continue
        found[family] = Need.OPEN if known else Need.NONE
    return found


def _names(patent: Patent) -> tuple[str, ...]:
    return (patent.number, application_key(patent.application)) if patent.application else (patent.number,)


def _declared(session: Session) -> set[str]:
    """Families, publications and applications that a case under way or standing, or a register, names."""
    in_cases = (
        sa.select(col(CasePatent.family), col(CasePatent.publication), col(CasePatent.application))
        .join(CaseForm, col(CaseForm.id) == col(CasePatent.form_id))
        .join(
            DeclarationCase,
            sa.and_(
                col(DeclarationCase.id) == col(CaseForm.case_id),
                col(DeclarationCase.revision) == col(CaseForm.revision),
            ),
        )
        .where(col(DeclarationCase.status).in_(STANDS | UNDER_WAY))
    )
    in_registers = sa.select(sa.literal(None), col(DeclaredPatent.publication), col(DeclaredPatent.application))
    found = set()
    for statement in (in_cases, in_registers):
        for family, publication, application in session.execute(statement):
            found |= {family, publication, application_key(application) if application else None}
    return found - {None}


def _typed(session: Session) -> dict[str, AnnuityDate]:
    """The last day that was typed of each publication."""
    return {row.publication: row for row in session.exec(select(AnnuityDate).order_by(col(AnnuityDate.id)))}


def _choices(session: Session) -> dict[str, PatentChoice]:
    """The last choice for each family."""
    return {row.family: row for row in session.exec(select(PatentChoice).order_by(col(PatentChoice.id)))}


def _published(patent: Patent) -> tuple[dt.date, str]:
    return patent.date or dt.date.min, patent.number


def _one_each(views: Iterable[PatentView]) -> list[PatentView]:
    """One publication of each application, the last published: what one patent is called by."""
    found: dict[str, PatentView] = {}
    for view in sorted(views, key=lambda each: _published(each.patent)):
        found[view.patent.application or view.patent.number] = view
    return sorted(found.values(), key=lambda each: each.patent.number)


def _in_force(rules: AnnuityRules, view: PatentView, typed: AnnuityDate | None, today: dt.date) -> InForce:
    register = view.register
    # The grant as the facts tell it that make it granted; the earliest of them is the grant itself.
    granted = [basis.date for basis in view.standing.basis if basis.date is not None]
    days = PatentDays(
        view.patent.country,
        None if register is None else register.filing_date,
        register.grant_date if register is not None and register.grant_date else min(granted, default=None),
        view.expiry.date if view.expiry else None,
        None if typed is None else typed.due_on,
        None if register is None else register.next_fee_date,
    )
    return InForce(view, next_annuity(rules, days, today), typed)


def with_titles(session: Session, rows: Sequence[Dormant]) -> list[Dormant]:
    """The rows with the titles of the publications that stand for them."""
    titles: dict[str, tuple[str | None, str | None]] = {}
    for part in in_parts([each.publication for each in rows]):
        known = sa.select(col(Publication.number), col(Publication.title), col(Publication.title_language))
        for number, title, tongue in session.execute(known.where(col(Publication.number).in_(part))):
            titles[number] = (title, tongue)
    return [
        replace(each, title=title, title_language=tongue)
        for each in rows
        for title, tongue in [titles.get(each.publication, (None, None))]
    ]


def _filtered(rows: Sequence[Dormant], given: Mapping[str, str]) -> list[Dormant]:
    tests: list[Callable[[Dormant], bool]] = []
    if words := given.get("q", "").casefold().split()[:12]:
        tests.append(lambda row: all(word in _text(row) for word in words))
    if given.get("choice") == WAITS:
        tests.append(lambda row: row.waits)
    elif choice := given.get("choice"):
        tests.append(lambda row: (row.choice.choice.value if row.choice else NO_CHOICE) == choice)
    if office := given.get("office", "").upper():
        tests.append(lambda row: any(each.office == office for each in row.members))
    if "before" in given:
        day = dt.date.fromisoformat(given["before"])
        tests.append(lambda row: row.annuity is not None and row.annuity.day <= day)
    return [row for row in rows if all(test(row) for test in tests)]


def _text(row: Dormant) -> str:
    return " ".join((row.family, row.title or "", *(each.number for each in row.members))).casefold()


def _ordered(rows: Sequence[Dormant], sort: str) -> list[Dormant]:
    key, far = sort.removeprefix("-"), dt.date.max
    keys: dict[str, Callable[[Dormant], Any]] = {
        "annuity": lambda row: (row.annuity.day if row.annuity else far, row.family),
        "family": lambda row: row.family,
        "ends": lambda row: (row.ends.date if row.ends else far, row.family),
        "choice": lambda row: (row.choice.choice.value if row.choice else "", row.family),
    }
    return sorted(rows, key=keys[key], reverse=sort.startswith("-"))
