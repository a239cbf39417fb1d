"""How far the rules agree with sentences that were labelled by hand."""

from __future__ import annotations

import csv
from pathlib import Path

from scrapers.records import Block, BlockKind, ClauseKind
from workbench.standards.provisions import find_provisions

TABLE = Path(__file__).parent / "provision_sentences.tsv"
KINDS = {
    "REQ": "requirement",
    "REC": "recommendation",
    "PER": "permission",
    "POS": "possibility",
    "STA": "statement",
}
PLACES = {
    "body": (BlockKind.PARAGRAPH, ClauseKind.CLAUSE, True, None),
    "scope": (BlockKind.PARAGRAPH, ClauseKind.CLAUSE, True, "Scope"),
    "item": (BlockKind.LIST_ITEM, ClauseKind.CLAUSE, True, None),
    "row": (BlockKind.TABLE_ROW, ClauseKind.CLAUSE, True, None),
    "warning": (BlockKind.WARNING, ClauseKind.CLAUSE, True, None),
    "note": (BlockKind.NOTE, ClauseKind.CLAUSE, True, None),
    "ex": (BlockKind.EXAMPLE, ClauseKind.CLAUSE, True, None),
    "footnote": (BlockKind.FOOTNOTE, ClauseKind.CLAUSE, True, None),
    "tfn": (BlockKind.TABLE_FOOTNOTE, ClauseKind.CLAUSE, True, None),
    "infann": (BlockKind.PARAGRAPH, ClauseKind.ANNEX, False, None),
    "intro": (BlockKind.PARAGRAPH, ClauseKind.INTRODUCTION, False, None),
    "foreword": (BlockKind.PARAGRAPH, ClauseKind.FOREWORD, False, None),
    "definition": (BlockKind.DEFINITION, ClauseKind.TERM, True, None),
    "noteentry": (BlockKind.NOTE_TO_ENTRY, ClauseKind.TERM, True, None),
}
LEAST_AGREEMENT = 0.97


def test_the_rules_agree_with_labels_given_by_hand() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = []
    for kind, place, binds, marks, text in rows:
        block, clause, normative, title = PLACES[place]
        (found,) = find_provisions([Block(kind=block, text=text)], kind=clause, normative=normative, title=title)
        expected = (KINDS[kind], binds, "drafting_error" if "!" in marks else None, "?" in marks)
        actual = (found.kind, found.binds, found.flag, found.doubt)
        if actual != expected:
            wrong.append(f"expected {expected}, found {actual} by {found.reason}: {text}")
    agreement = 1 - len(wrong) / len(rows)
    assert len(rows) >= 60
    assert agreement >= LEAST_AGREEMENT, f"agreement {agreement:.3f} of {len(rows)}\n" + "\n".join(wrong)
