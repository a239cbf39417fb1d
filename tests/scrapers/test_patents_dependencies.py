"""The words of recorded claims tell the same dependencies as the markup that offices put around their references.

The markup is read here by itself, not by the readers of the product. As there, a reference to a claim that the
publication does not have, or that stands later, counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapers.patents import read_patents
from scrapers.patents.claims import PrintedClaim, build_claims
from scrapers.records import Publication

pytestmark = pytest.mark.shared

_DOCUMENT = re.compile(r"<(?:us-patent-(?:grant|application)|PATDOC|html)\b", re.IGNORECASE)
# A claim of the USPTO's XML since 2001, before, and of a page of Google Patents.
_CLAIM = re.compile(
    r'<claim\s[^>]*\bid="CLM-(?P<new>\d+)"[^>]*>(?P<a>.*?)</claim>'
    r'|<CLM\s[^>]*\bID="CLM-(?P<old>\d+)"[^>]*>(?P<b>.*?)</CLM>'
    r'|<div\s[^>]*\bnum="(?P<page>\d+)"[^>]*>(?P<c>.*?)</div>',
    re.DOTALL,
)
_REFERENCE = re.compile(r'<(?:claim-ref|CLREF)\s[^>]*\b(?:idref|ID)="[^"]*?0*(\d+)"')


# "according to any one of claims 1 through 8", of which the office marked the 1 alone: the words say more.
_HALF_MARKED = {("ipg080101.small.xml", 9), ("ipg080101.small.xml", 10)}


def marked_trees(path: Path) -> Iterator[dict[int, set[int]]]:
    """For each document of a file with marked references, the claims that each claim of it refers to."""
    raw = path.read_text("utf-8", "replace")
    starts = [found.start() for found in _DOCUMENT.finditer(raw)] or [0]
    for start, end in zip(starts, [*starts[1:], len(raw)], strict=True):
        tree: dict[int, set[int]] = {}
        for found in _CLAIM.finditer(raw, start, end):
            number = int(found["new"] or found["old"] or found["page"])
            body = found["a"] or found["b"] or found["c"] or ""
            named = {int(each) for each in _REFERENCE.findall(body)}
            tree[number] = {each for each in named if each < number}
        if any(tree.values()):
            yield tree


def told_trees(path: Path) -> Iterator[dict[int, set[int]]]:
    """For each publication of a file with claims, what its words alone say, without any markup."""
    for publication in read_patents(path):
        if isinstance(publication, Publication) and publication.claims:
            printed = [PrintedClaim(claim.number, claim.text) for claim in publication.claims]
            claims = build_claims(printed, publication.claims[0].language)
            if any(claim.depends_on for claim in claims):
                yield {claim.number: set(claim.depends_on) for claim in claims}


def marked_files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".xml", ".html"})
    return [path for path in found if re.search(rb"<(?:claim-ref|CLREF)\s", path.read_bytes())]


def test_words_and_markup_tell_the_same_dependencies(shared: Path) -> None:
    compared = 0
    differing = set()
    files = marked_files(shared / "recorded" / "patents")
    assert len(files) == 13
    for path in files:
        marked, told = list(marked_trees(path)), list(told_trees(path))
        assert len(marked) == len(told), path.name
        for by_markup, by_words in zip(marked, told, strict=True):
            for number, parents in by_markup.items():
                if parents and number in by_words:
                    compared += 1
                    named = {each for each in parents if each in by_words}
                    assert by_words[number] >= named, (path.name, number)
                    if by_words[number] != named:
                        differing.add((path.name, number))
    assert compared == 390
    assert differing == _HALF_MARKED
