"""Reads for the metrics that follow from assessments, cases and offices; each sees what the viewer sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.assessments.models import ChartVersion
from workbench.assessments.queries import Stand, is_reviewed, standing
from workbench.assessments.statuses import DECLARED, Status
from workbench.ballots.queries import ballot_views
from workbench.ballots.rulebook import Rulebook
from workbench.cases.models import CaseForm, CaseStep, DeclarationCase
from workbench.cases.registers import DeclaredFamily, declared_families
from workbench.cases.statuses import CaseStatus
from workbench.db import key_of
from workbench.declarations.models import Declaration
from workbench.declarations.reconcile import deliverable_key
from workbench.patents.models import Family, Publication
from workbench.patents.office_queries import in_parts, patent_views, patents_of
from workbench.patents.status import LegalStatus
from workbench.patents.walls import is_own
from workbench.people.gate import viewer_of
from workbench.portfolio.metrics import Metric, MetricName, MetricRow, WorkedFamily, middle, share, worked
from workbench.portfolio.overview import drafts
from workbench.standards.ballots import BallotKind

NO_OPTION = "–"
_FOUND = frozenset({Status.LIKELY_ESSENTIAL, Status.OPTION_ESSENTIAL}) | DECLARED


class Facts:
    """What several metrics are counted from, read once: where assessments stand, and what was declared."""

    def __init__(self, session: Session, rules: Rulebook, today: dt.date) -> None:
        self.session, self.rules, self.today = session, rules, today
        self.stands = standing(session)
        self.declared = declared_families(session)
        own = select(Publication.number).where(is_own(Publication, viewer_of(session)))
        self.own = frozenset(session.exec(own))
        charted = sa.select(col(ChartVersion.assessment_id)).distinct()
        self.charted = frozenset(session.execute(charted).scalars())


def metrics_of(session: Session, rules: Rulebook, today: dt.date) -> list[Metric]:
    """Every metric of this area, in their order."""
    facts = Facts(session, rules, today)
    return [
        worked(_worked(facts)),
        middle(MetricName.DECISION_DAYS, _decisions(facts), "days"),
        share(MetricName.STALE, _charts(facts), "stale"),
        share(MetricName.IN_TIME, _in_time(facts), "in_time"),
        middle(MetricName.COUNTRIES, _countries(facts), "offices"),
        Metric(MetricName.COVERED, _covered(session)),
    ]


def _family(stand: Stand) -> str:
    return stand.assessment.family or stand.assessment.publication


def _worked(facts: Facts) -> Iterator[WorkedFamily]:
    declared = {(each.document, each.family): each for each in facts.declared}
    options = _options(facts.session, facts.declared)
    for key, each in declared.items():
        paths = [f"/cases/{case}" for case in sorted(each.cases)]
        for option in options[key] or [NO_OPTION]:
            yield WorkedFamily(
                each.document, each.family, option, each.charted, each.reviewed, True, paths[0] if paths else None
            )
    rest: dict[tuple[str, str], list[Stand]] = {}
    for stand in facts.stands:
        key = (deliverable_key(None, stand.item.reference), _family(stand))
        if key not in declared and key_of(stand.assessment) in facts.charted:
            rest.setdefault(key, []).append(stand)
    for (document, family), stands in rest.items():
        reviewed = any(is_reviewed(facts.session, stand) for stand in stands)
        path = f"/assessments/{stands[0].assessment.id}"
        held = any(stand.state.on_hold_secrecy for stand in stands)
        yield WorkedFamily(document, family, NO_OPTION, True, reviewed, False, path, held)


def _options(session: Session, declared: Sequence[DeclaredFamily]) -> dict[tuple[str, str], list[str]]:
    cases = {key for each in declared for key in each.cases}
    rows = {key for each in declared for key in each.declarations}
    of_case = dict(
        session.exec(
            select(CaseForm.case_id, CaseForm.option)
            .join(DeclarationCase, col(DeclarationCase.id) == CaseForm.case_id)
            .where(col(CaseForm.case_id).in_(cases), CaseForm.revision == DeclarationCase.revision)
        ).all()
    )
    of_register = dict(
        session.exec(select(Declaration.id, Declaration.option).where(col(Declaration.id).in_(rows))).all()
    )
    return {
        (each.document, each.family): sorted(
            {of_case[key] for key in each.cases if of_case.get(key)}
            | {str(of_register[key]) for key in each.declarations if of_register.get(key)}
        )
        for each in declared
    }


def _decisions(facts: Facts) -> Iterator[MetricRow]:
    for stand in facts.stands:
        row = stand.assessment
        if row.concluded_at is not None:
            days = round((row.concluded_at - row.made_at).total_seconds() / 86_400, 1)
            yield _row(stand, {"begun": row.made_at.date(), "concluded": row.concluded_at.date(), "days": days})


def _charts(facts: Facts) -> Iterator[MetricRow]:
    for stand in facts.stands:
        if key_of(stand.assessment) in facts.charted:
            yield _row(stand, {"stale": stand.state.stale})


def _in_time(facts: Facts) -> Iterator[MetricRow]:
    """Own families that were found likely essential, or declared, for items whose DIS vote has closed."""
    closes = {}
    for view in ballot_views(facts.session, facts.rules, facts.today):
        closed = view.closes_on is not None and view.closes_on < facts.today
        if view.kind is BallotKind.DIS and closed and view.state.value != "cancelled":
            closes[key_of(view.item)] = (view.closes_on, view.basis.value == "estimated")
    sent = _sent(facts)
    seen = set()
    for stand in facts.stands:
        key = (key_of(stand.item), _family(stand))
        wanted = stand.state.status in _FOUND and stand.assessment.publication in facts.own
        if not wanted or key[0] not in closes or key in seen:
            continue
        seen.add(key)
        closed_on, estimated = closes[key[0]]
        sent_on = sent.get((deliverable_key(None, stand.item.reference), key[1]))
        in_time = sent_on is not None and closed_on is not None and sent_on <= closed_on
        yield _row(
            stand, {"vote_closed": closed_on, "vote_closed_estimated": estimated, "sent": sent_on, "in_time": in_time}
        )


def _sent(facts: Facts) -> dict[tuple[str, str], dt.date]:
    """When a family was first declared for a document: the day a case was sent, or that a register has."""
    steps = select(CaseStep.case_id, CaseStep.at).where(CaseStep.status == CaseStatus.SENT)
    cases: dict[int, dt.date] = {}
    for case, at in facts.session.exec(steps):
        cases[case] = min(at.date(), cases.get(case, dt.date.max))
    keys = {key for each in facts.declared for key in each.declarations}
    registers = select(Declaration).where(col(Declaration.id).in_(keys), col(Declaration.date).is_not(None))
    listed = {row.id: row.date for row in facts.session.exec(registers)}
    found = {}
    for each in facts.declared:
        days = [cases[key] for key in each.cases if key in cases]
        days += [day for key in each.declarations if (day := listed.get(key)) is not None]
        if days:
            found[each.document, each.family] = min(days)
    return found


def _countries(facts: Facts) -> Iterator[MetricRow]:
    """The offices in which each declared family has a patent in force."""
    names = {each.family for each in facts.declared}
    keys: dict[int, str] = {}
    for part in in_parts(sorted(names)):
        statement = select(Family.id, Family.family_id).where(col(Family.family_id).in_(part))
        keys.update({key: name for key, name in facts.session.exec(statement) if key is not None})
    patents = [
        patent
        for column, wanted in ((Publication.family_ref, sorted(keys)), (Publication.number, sorted(names)))
        for part in in_parts(wanted)
        for patent in patents_of(facts.session, col(column).in_(part))
    ]
    offices: dict[str, set[str]] = {}
    for view in patent_views(facts.session, patents, facts.today).values():
        if view.standing.status is LegalStatus.GRANTED:
            patent = view.patent
            name = patent.number if patent.family is None else keys.get(patent.family, patent.number)
            offices.setdefault(name, set()).add(patent.country)
    for each in facts.declared:
        alive = sorted(offices.get(each.family, ()))
        cells = {"document": each.document, "family": each.family, "in_force": ", ".join(alive), "offices": len(alive)}
        yield MetricRow(cells, f"/cases/{min(each.cases)}" if each.cases else None)


def _covered(session: Session) -> list[MetricRow]:
    """Normative clauses of the newest version of each text, and those covered by what people found."""
    return [
        MetricRow(
            {
                "document": line.item.reference,
                "draft": line.draft.label,
                "normative": line.normative,
                "covered": line.covered,
                "for_option": line.option,
            },
            f"/portfolio/matrix/{line.draft.id}",
        )
        for line in drafts(session)
        if line.covered is not None
    ]


def _row(stand: Stand, cells: Mapping[str, object]) -> MetricRow:
    row = stand.assessment
    told = {
        "document": stand.item.reference,
        "publication": row.publication,
        "claim": row.claim,
        "family": _family(stand),
    }
    cells = {**told, "status": stand.state.status.value, **cells}
    return MetricRow(cells, f"/assessments/{row.id}", stand.state.on_hold_secrecy)
