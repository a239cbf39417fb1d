"""The claims of the families that a release touches: what exactly a licence would give away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench.patents.models import Claim, Family, Publication


@dataclass(frozen=True, slots=True)
class PublishedClaims:
    """The independent claims of a publication, by their numbers; what depends on one is licensed with it."""

    publication: str
    claims: tuple[int, ...]


def published_claims(session: Session, families: Collection[str]) -> Mapping[str, Sequence[PublishedClaims]]:
    """By DOCDB family: the independent claims of its publications that are known and open to the viewer."""
    statement = (
        select(Family.family_id, Publication.number, Claim.number)
        .join(Publication, col(Publication.family_ref) == Family.id)
        .join(Claim, col(Claim.publication_id) == Publication.id)
        .where(col(Family.family_id).in_(families), col(Claim.independent).is_(True))
        .distinct()
        .order_by(col(Publication.number), col(Claim.number))
    )
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for family, publication, claim in session.exec(statement):
        found[family][publication].append(claim)
    return {
        family: [PublishedClaims(number, tuple(claims)) for number, claims in publications.items()]
        for family, publications in found.items()
    }
