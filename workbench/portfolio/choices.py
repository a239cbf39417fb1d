"""What people say of patents that no text needs: keep, license and so on, and annuity days. Each leaves a trace."""

from __future__ import annotations

import datetime as dt
from typing import Final, TypeVar

from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.i18n import mark
from workbench.patents.models import Family, Publication
from workbench.patents.walls import is_own
from workbench.people.gate import viewer_of
from workbench.people.permissions import Permission
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.portfolio.models import AnnuityDate, Choice, PatentChoice

MIN_REASON: Final = 10
MAX_REASON: Final = 1000
_Row = TypeVar("_Row", PatentChoice, AnnuityDate)


class ChoiceError(Exception):
    """What was said of a patent cannot be kept; `str(error)` says why and what to do."""


def choose(
    session: Session,
    viewer: Viewer,
    publication: str,
    choice: Choice,
    reason: str,
    at: dt.datetime,
    *,
    matter_id: int | None,
    seen: int | None,
) -> PatentChoice:
    """Say what is to become of the family of an own publication. Raises ChoiceError.

    `seen` is the key of the choice of that family and matter that the person had before him, None for none.
    """
    row = _own(session, viewer, publication, matter_id)
    family = family_of(session, row)
    last = last_choice(session, family, matter_id)
    _unchanged(last, seen)
    chosen = PatentChoice(
        family=family,
        publication=row.number,
        matter_id=matter_id,
        choice=choice,
        reason=_reason(reason),
        by_account=viewer.account_id,
        by=viewer.name,
        at=at,
        replaces=last.id if last else None,
    )
    _keep(session, viewer, "patent_choice", chosen, {"family": family, "choice": choice.value}, at)
    return chosen


def type_annuity(
    session: Session,
    viewer: Viewer,
    publication: str,
    due_on: dt.date | None,
    source: str,
    at: dt.datetime,
    *,
    matter_id: int | None,
    seen: int | None,
) -> AnnuityDate:
    """Say when the next annuity of an own publication is due and where that was read; None takes it back.

    `seen` is the key of the day of that matter that the person had before him. Raises ChoiceError.
    """
    row = _own(session, viewer, publication, matter_id)
    source = _one_line(source)
    if not source or len(source) > MAX_REASON:
        raise ChoiceError(mark("Say where the day was read, in at most 1000 characters."))
    last = last_annuity(session, row.number, matter_id)
    _unchanged(last, seen)
    typed = AnnuityDate(
        publication=row.number,
        matter_id=matter_id,
        due_on=due_on,
        source=source,
        by_account=viewer.account_id,
        by=viewer.name,
        at=at,
        replaces=last.id if last else None,
    )
    told = {"publication": row.number, "due_on": None if due_on is None else due_on.isoformat()}
    _keep(session, viewer, "annuity_date", typed, told, at)
    return typed


def family_of(session: Session, publication: Publication) -> str:
    """How choices name the family of a publication: by its name, or by the number of one that is in none."""
    if publication.family_ref is None:
        return publication.number
    return session.get_one(Family, publication.family_ref).family_id


def last_choice(session: Session, family: str, matter_id: int | None) -> PatentChoice | None:
    """The choice that counts of a family and a matter."""
    statement = select(PatentChoice).where(PatentChoice.family == family, PatentChoice.matter_id == matter_id)
    return session.exec(statement.order_by(col(PatentChoice.id).desc()).limit(1)).first()


def last_annuity(session: Session, publication: str, matter_id: int | None) -> AnnuityDate | None:
    """The typed day that counts of a publication and a matter."""
    statement = select(AnnuityDate).where(AnnuityDate.publication == publication, AnnuityDate.matter_id == matter_id)
    return session.exec(statement.order_by(col(AnnuityDate.id).desc()).limit(1)).first()


def _own(session: Session, viewer: Viewer, number: str, matter_id: int | None) -> Publication:
    if not viewer.may(Permission.DECIDE):
        raise ChoiceError(mark("Deciding about patents needs a role that decides; ask an IP analyst or counsel."))
    if matter_id is not None and not viewer.unlimited and matter_id not in viewer.matters:
        raise ChoiceError(mark("Choose a matter that you are in, or none."))
    own = select(Publication).where(Publication.number == number, is_own(Publication, viewer_of(session)))
    row = session.exec(own).one_or_none()
    if row is None:
        raise ChoiceError(mark("This is none of our own patents; mark the portfolio that holds it as our own first."))
    return row


def _unchanged(last: PatentChoice | AnnuityDate | None, seen: int | None) -> None:
    if (last.id if last else None) != seen:
        raise ChoiceError(mark("Somebody said something of this patent meanwhile; look at it again."))


def _reason(text: str) -> str:
    reason = _one_line(text)
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise ChoiceError(mark("Give a reason of 10 to 1000 characters: others must understand it later."))
    return reason


def _one_line(text: str) -> str:
    """The text without what cannot be shown or kept: no NUL, no half characters, no turns of direction."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _keep(
    session: Session, viewer: Viewer, entity: str, row: _Row, told: dict[str, str | None], at: dt.datetime
) -> None:
    session.add(row)
    session.flush()
    record(session, viewer, TrailAction.DECIDED, entity, key_of(row), told, matter_id=row.matter_id, at=at)
