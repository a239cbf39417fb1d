"""Whose claims are read for a publication: its own, or those of a member of its family in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from workbench.patents.models import Claim, Publication
from workbench.standards.models import Draft


@dataclass(frozen=True, slots=True)
class Member:
    """A publication with claims: `family` None where it is in none, `languages` those that its claims are in."""

    publication: int
    number: str
    family: int | None
    kind: str | None
    date: dt.date | None
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClaimSource:
    """The publication, and the language, whose claims are read; `number` is that of the publication."""

    publication: int
    number: str
    language: str


def choose_sources(members: Iterable[Member], language: str = "en") -> dict[int, ClaimSource]:
    """For each publication whose claims are read for it.

    Its own in `language`; else those of the family member that has them in `language`, a granted patent before an
    application and the later before the earlier; else its own, English first, then by language code.
    """
    every = list(members)
    best: dict[int, Member] = {}
    for member in every:
        if member.family is not None and language in member.languages:
            held = best.get(member.family)
            if held is None or _standing(member) > _standing(held):
                best[member.family] = member
    found = {}
    for member in every:
        other = None if member.family is None else best.get(member.family)
        if language in member.languages or other is None:
            spoken = min(member.languages, key=lambda each: (each != language, each != "en", each))
            found[member.publication] = ClaimSource(member.publication, member.number, spoken)
        else:
            found[member.publication] = ClaimSource(other.publication, other.number, language)
    return found


def claim_sources(
    session: Session, publications: Collection[int] | None = None, language: str = "en"
) -> dict[int, ClaimSource]:
    """As `choose_sources` for these publications, or for all; those without claims in their family are left out.

    Two statements for all publications; members of a family count whether or not they are asked for.
    """
    statement = (
        sa.select(
            col(Publication.id),
            col(Publication.number),
            col(Publication.family_ref),
            col(Publication.kind),
            col(Publication.date),
            col(Claim.language),
        )
        .join(Claim, col(Claim.publication_id) == col(Publication.id))
        .distinct()
    )
    asked = sa.select(col(Publication.id), col(Publication.number), col(Publication.family_ref))
    if publications is not None:
        families = sa.select(col(Publication.family_ref)).where(col(Publication.id).in_(publications))
        of_asked = sa.or_(col(Publication.id).in_(publications), col(Publication.family_ref).in_(families))
        statement, asked = statement.where(of_asked), asked.where(col(Publication.id).in_(publications))
    spoken: dict[int, tuple[str, int | None, str | None, dt.date | None, set[str]]] = {}
    for key, number, family, kind, date, tongue in session.execute(statement):
        spoken.setdefault(key, (number, family, kind, date, set()))[4].add(tongue)
    members = [
        Member(key, number, family, kind, date, frozenset(tongues))
        for key, (number, family, kind, date, tongues) in spoken.items()
    ]
    chosen = choose_sources(members, language)
    by_family = _by_family(members, chosen, language)
    found = {}
    for key, _number, family in session.execute(asked):
        source = chosen.get(key) or by_family.get(family)
        if source is not None:
            found[key] = source
    return found


def sources_by_language(session: Session, publication: int) -> dict[str, ClaimSource]:
    """Whose claims are read for a publication, by language, of each language that drafts are in."""
    languages = session.execute(sa.select(col(Draft.language)).distinct().order_by(col(Draft.language))).scalars().all()
    found = {each: claim_sources(session, [publication], each).get(publication) for each in languages}
    return {language: source for language, source in found.items() if source is not None}


def _by_family(
    members: Iterable[Member], chosen: dict[int, ClaimSource], language: str
) -> dict[int | None, ClaimSource]:
    """Whose claims are read for a publication of a family that has none of its own."""
    best: dict[int | None, Member] = {}
    for member in members:
        if member.family is not None:
            held = best.get(member.family)
            if held is None or (chosen[member.publication].language == language, _standing(member)) > (
                chosen[held.publication].language == language,
                _standing(held),
            ):
                best[member.family] = member
    return {family: chosen[member.publication] for family, member in best.items()}


def _standing(member: Member) -> tuple[bool, dt.date, str]:
    """Granted patents (kind codes B and C of WIPO ST.16, US E) before applications, then by date, then by number."""
    granted = (member.kind or "")[:1] in {"B", "C", "E"}
    return granted, member.date or dt.date.min, member.number
