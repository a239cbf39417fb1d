"""Reads for the fortress: who has how many publications, and what of parties gathers at the clauses of a draft."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.assessments.models import Assessment, AssessmentPin
from workbench.assessments.pins import ASSESSMENT
from workbench.assessments.queries import state_of
from workbench.assessments.statuses import counts_in_coverage
from workbench.declarations.parties import Parties
from workbench.history.queries import FilterError
from workbench.i18n import mark
from workbench.mapping.models import Match
from workbench.patents.models import Claim, Family, Publication
from workbench.patents.office_queries import in_parts, patent_views, patents_of
from workbench.patents.status import LegalStatus
from workbench.patents.walls import is_own, need_others, reads_others
from workbench.people.completeness import need_all
from workbench.people.gate import viewer_of
from workbench.people.permissions import Permission
from workbench.portfolio.fortress import Assessed, Candidate, Fortress, Member, OnClause, measure
from workbench.portfolio.landscape_queries import NO_PARTY, TOP, TOPS, parties_of
from workbench.standards.attachments import attached_in
from workbench.standards.models import Clause, Draft, WorkItem

FORTRESS_FILTERS: Final = ("draft", "clause", "top", "party", "other", "all_kinds")
_NOTHING: Final = OnClause()


@dataclass(frozen=True, slots=True)
class ChosenClause:
    """A clause of the draft that was chosen."""

    key: int
    order: int
    number: str | None
    title: str | None
    level: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What is measured: the draft, its clauses (all, or one by number and those below), and how far down the ranking.

    Only normative clauses with a text count, unless `all_kinds`.
    """

    draft_id: int
    clause: str = ""
    top: int = TOP
    all_kinds: bool = False


@dataclass(frozen=True)
class Held:
    """A party and its measures."""

    party: str
    fortress: Fortress


@dataclass(frozen=True)
class Measured:
    """A draft, the clauses that are meant, and the measures of one or two parties; `missing` are names of nobody."""

    draft: Draft
    item: WorkItem
    terms: Terms
    clauses: Sequence[ChosenClause]
    held: Sequence[Held]
    missing: Sequence[str]

    def on(self, clause: ChosenClause) -> list[OnClause]:
        """What gathers at a clause, by party."""
        return [each.fortress.by_clause.get(clause.order, _NOTHING) for each in self.held]


class Holders:
    """Which publications each party has, by the accepted names of one state of the store."""

    def __init__(self, session: Session) -> None:
        self._parties = Parties(session)
        self._of: dict[str, list[tuple[int, str, int | None]]] = {}
        resolve = parties_of(session)
        statement = sa.select(
            col(Publication.id),
            col(Publication.number),
            col(Publication.family_ref),
            sa.cast(Publication.applicants, sa.Text),
        )
        for key, number, family, applicants in session.execute(statement):
            for party in resolve(applicants):
                self._of.setdefault(party, []).append((key, number, family))

    def largest(self, count: int) -> list[tuple[str, int]]:
        """The parties with the most publications, and how many."""
        sizes = Counter({party: len(found) for party, found in self._of.items() if party != NO_PARTY})
        return sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))[:count]

    def named(self, text: str) -> str | None:
        """The party that a name stands for, in any case of letters; None where nobody is called so."""
        party = self._parties.of(text)
        if party in self._of:
            return party
        folded = text.casefold()
        return next((name for name in sorted(self._of) if name.casefold() == folded), None)

    def of(self, party: str) -> Sequence[tuple[int, str, int | None]]:
        """Key, number and key of the family of each publication of a party."""
        return self._of.get(party, [])


def terms_of(filters: Mapping[str, str]) -> Terms:
    """What the filters (`FORTRESS_FILTERS`) ask for. Raises FilterError."""
    draft, top = filters.get("draft", "").strip(), filters.get("top", "").strip() or str(TOP)
    if not (draft.isascii() and draft.isdigit() and len(draft) < 10):
        raise FilterError("draft: give the key of a draft")
    if top not in map(str, TOPS):
        raise FilterError(f"top: {top!r} is none of {', '.join(map(str, TOPS))}")
    return Terms(int(draft), filters.get("clause", "").strip(), int(top), bool(filters.get("all_kinds", "").strip()))


def chosen_clauses(session: Session, terms: Terms) -> list[ChosenClause]:
    """The clauses that are meant, in reading order."""
    conditions: list[sa.ColumnElement[bool]] = [col(Clause.draft_id) == terms.draft_id]
    if terms.clause:
        below = col(Clause.number).startswith(f"{terms.clause}.", autoescape=True)
        conditions.append(sa.or_(col(Clause.number) == terms.clause, below))
    if not terms.all_kinds:
        conditions += [col(Clause.normative).is_(True), col(Clause.text) != ""]
    columns = (Clause.id, Clause.order, Clause.number, Clause.title, Clause.level)
    statement = sa.select(*columns).where(*conditions).order_by(col(Clause.order))  # type: ignore[call-overload]
    return [ChosenClause(*row) for row in session.execute(statement)]


def measured(session: Session, filters: Mapping[str, str], held: Holders, today: dt.date) -> Measured | None:
    """What the filters (`FORTRESS_FILTERS`) ask for; None where there is no such draft.

    Raises FilterError, and IncompleteError for a party of whose claims some are hidden from the session's viewer.
    """
    need_all(session, Permission.READ_PATENTS, Permission.READ_MATCHES)
    terms = terms_of(filters)
    draft = session.get(Draft, terms.draft_id)
    if draft is None:
        return None
    clauses = chosen_clauses(session, terms)
    asked = [name for name in (filters.get("party", ""), filters.get("other", "")) if name]
    known = [(name, held.named(name)) for name in asked]
    found = [
        Held(party, fortress_of(session, draft, terms, clauses, held, party, today))
        for party in dict.fromkeys(party for _, party in known if party is not None)
    ]
    item = session.get_one(WorkItem, draft.work_item_id)
    return Measured(draft, item, terms, clauses, found, [name for name, party in known if party is None])


def fortress_of(
    session: Session,
    draft: Draft,
    terms: Terms,
    clauses: Sequence[ChosenClause],
    held: Holders,
    party: str,
    today: dt.date,
) -> Fortress:
    """The measures of a party. Raises IncompleteError where some of its claims are hidden from the session's viewer."""
    mine = {key: (number, family) for key, number, family in held.of(party)}
    if not reads_others(viewer_of(session)) and not set(mine) <= _own(session):
        need_others(session, mark("choose a party all of whose patents are our own"))
    names = _family_names(session, {family for _, family in mine.values() if family is not None})
    named = {key: number if family is None else names[family] for key, (number, family) in mine.items()}
    candidates = list(_candidates(session, terms, clauses, named))
    assessed = list(_assessed(session, draft, {number: named[key] for key, (number, _) in mine.items()}))
    families = {each.family for each in candidates} | {each.family for each in assessed}
    keys = [key for key, family in named.items() if family in families]
    return measure(
        [each.order for each in clauses],
        candidates,
        assessed,
        _in_force(session, [(key, mine[key][1]) for key in keys], names, today),
        _inventors(session, keys, named),
        today,
    )


def _own(session: Session) -> set[int]:
    """The keys of the company's own publications."""
    own = sa.select(col(Publication.id)).where(is_own(Publication, viewer_of(session)))
    return set(session.execute(own).scalars())


def _candidates(
    session: Session, terms: Terms, clauses: Sequence[ChosenClause], named: Mapping[int, str]
) -> Iterator[Candidate]:
    """Through the claims of the party: their matches are fewer than those of the draft, however many others have."""
    orders = {each.key: each.order for each in clauses}
    claims: dict[int, tuple[int, bool]] = {}
    for part in in_parts(sorted(named)):
        of_party = sa.select(col(Claim.id), col(Claim.publication_id), col(Claim.independent))
        for claim, publication, independent in session.execute(of_party.where(col(Claim.publication_id).in_(part))):
            claims[claim] = (publication, independent)
    for part in in_parts(sorted(claims)):
        # Sums, so that no database goes through all matches of the draft instead.
        matched = sa.select(col(Match.claim_id), col(Match.clause_id)).where(
            col(Match.claim_id).in_(part),
            (col(Match.draft_id) + 0) == terms.draft_id,
            (col(Match.rank) + 0) <= terms.top,
        )
        for claim, clause in session.execute(matched):
            if clause in orders:
                publication, independent = claims[claim]
                yield Candidate(orders[clause], named[publication], claim, independent)


def _assessed(session: Session, draft: Draft, families: Mapping[str, str]) -> Iterator[Assessed]:
    """The assessments of a party's publications (`families` by number) that stand in the draft."""
    places = {each.id: each.carried.clauses for each in attached_in(session, draft, {ASSESSMENT})}
    for part in in_parts(sorted(places)):
        statement = (
            select(AssessmentPin.id, Assessment)
            .join(Assessment, col(Assessment.id) == AssessmentPin.assessment_id)
            .where(col(AssessmentPin.id).in_(part))
        )
        for pin, row in session.exec(statement):
            if row.publication in families and pin is not None:
                covers = counts_in_coverage(state_of(row)) and not row.stale
                for order in places[pin]:
                    yield Assessed(order, families[row.publication], covers, row.on_hold_secrecy)


def _in_force(
    session: Session, held: Sequence[tuple[int, int | None]], names: Mapping[int, str], today: dt.date
) -> Iterator[Member]:
    """The granted members of the families of publications, given by key and family."""
    refs = sorted({family for _, family in held if family is not None})
    alone = [key for key, family in held if family is None]
    patents = [
        patent
        for keys, column in ((refs, Publication.family_ref), (alone, Publication.id))
        for part in in_parts(keys)
        for patent in patents_of(session, col(column).in_(part))
    ]
    for view in patent_views(session, patents, today).values():
        if view.standing.status is LegalStatus.GRANTED:
            patent, ends = view.patent, view.expiry
            family = patent.number if patent.family is None else names[patent.family]
            yield Member(family, patent.country, ends.date if ends else None, bool(ends and ends.estimated))


def _inventors(session: Session, keys: Sequence[int], named: Mapping[int, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for part in in_parts(keys):
        statement = sa.select(col(Publication.id), sa.cast(Publication.inventors, sa.Text))
        for key, inventors in session.execute(statement.where(col(Publication.id).in_(part))):
            found.setdefault(named[key], set()).update(filter(None, json.loads(inventors or "[]")))
    return found


def _family_names(session: Session, keys: set[int]) -> dict[int, str]:
    names: dict[int, str] = {}
    for part in in_parts(sorted(keys)):
        statement = sa.select(col(Family.id), col(Family.family_id)).where(col(Family.id).in_(part))
        names.update((key, name) for key, name in session.execute(statement))
    return names
