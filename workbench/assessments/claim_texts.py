"""What a chart reads as the text of a claim: its own words and those of the claims that it takes over.

A dependent claim includes every limitation of the claim it refers to (37 CFR 1.75(c)), so that a chart of its own words
alone would leave elements out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import Session

from workbench.db import key_of
from workbench.mapping.decisions import claim_hash
from workbench.mapping.elements import Element, split_elements
from workbench.mapping.evidence_reader import BETWEEN_CLAIMS, texts_above
from workbench.patents.models import Claim


def whole_texts(session: Session, claims: Iterable[Claim]) -> dict[int, str]:
    """The texts of claims by key, behind each what it takes over, the nearest first, parted by blank lines."""
    every = list(claims)
    above = texts_above(session, every)
    return {key_of(claim): BETWEEN_CLAIMS.join(filter(None, (claim.text, above.get(key_of(claim))))) for claim in every}


def hashes_now(session: Session, claims: Iterable[Claim]) -> dict[int, frozenset[str]]:
    """By key, the hashes of what a pin may hold of a claim that is as it was: all of it, or, as older pins do, its own
    words."""
    every = list(claims)
    whole = whole_texts(session, every)
    return {key_of(claim): frozenset((claim_hash(claim.text), claim_hash(whole[key_of(claim)]))) for claim in every}


def chart_elements(text: str, language: str) -> list[Element]:
    """The elements of a pinned text; none goes on from one claim into the next."""
    found: list[Element] = []
    start = 0
    for part in text.split(BETWEEN_CLAIMS):
        for each in split_elements(part, language):
            found.append(replace(each, index=len(found), start=each.start + start, end=each.end + start))
        start += len(part) + len(BETWEEN_CLAIMS)
    return found
