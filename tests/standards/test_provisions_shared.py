"""The starter sentences of the domain notes, all of which the rules must agree with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scrapers.records import Block, BlockKind, ClauseKind
from workbench.standards.provisions import Provision, find_provisions

KINDS = {
    "REQ": "requirement",
    "REC": "recommendation",
    "PER": "permission",
    "POS": "possibility",
    "STA": "statement",
    "EXT": "statement",
}
PLACES = {
    "body": (BlockKind.PARAGRAPH, ClauseKind.CLAUSE, True),
    "note": (BlockKind.NOTE, ClauseKind.CLAUSE, True),
    "ex": (BlockKind.EXAMPLE, ClauseKind.CLAUSE, True),
    "infann": (BlockKind.PARAGRAPH, ClauseKind.ANNEX, False),
    "tfn": (BlockKind.TABLE_FOOTNOTE, ClauseKind.CLAUSE, True),
}
BINDS = {"y": "yes", "n": "no", "o": "optional"}
HEADING = re.compile(r"# (?P<kind>[A-Z]{3}) (?P<place>\w+) (?P<binds>[yno])(?P<marks>[!?]*)$")


def classify(text: str, place: str) -> Provision:
    block, clause, normative = PLACES[place]
    (provision,) = find_provisions([Block(kind=block, text=text)], kind=clause, normative=normative)
    return provision


@pytest.mark.shared
def test_all_starter_sentences_are_read_as_their_authors_meant(shared: Path) -> None:
    notes = (shared / "domain" / "clauses-and-provisions.md").read_text(encoding="utf-8")
    table = notes.split("## 6.")[1].split("```")[1]
    wrong, count = [], 0
    heading = None
    for line in table.strip().splitlines():
        heading = HEADING.match(line) or heading
        if line.startswith("#"):
            continue
        assert heading is not None, line
        number, text = line.split(" ", 1)
        count += 1
        found = classify(text, heading["place"])
        expected = (
            KINDS[heading["kind"]],
            BINDS[heading["binds"]],
            "drafting_error" if "!" in heading["marks"] else None,
            "?" in heading["marks"],
        )
        actual = (found.kind, found.binds, found.flag, found.doubt)
        if actual != expected:
            wrong.append(f"{number}: expected {expected}, found {actual} by {found.reason}: {text}")
    assert count >= 60
    assert not wrong, "\n".join(wrong)
