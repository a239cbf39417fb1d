"""How far the rules agree with sentences that were labelled by hand."""

from __future__ import annotations

import csv
from collections import Counter
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
FEWEST = 340
DOCS = Path(__file__).parents[2] / "docs" / "provisions.md"


def disagreements() -> tuple[list[str], dict[str, str]]:
    """The kind of every sentence as labelled, in order, and what differs, by sentence."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = {}
    for kind, place, binds, marks, text in rows:
        block, clause, normative, title = PLACES[place]
        (found,) = find_provisions([Block(kind=block, text=text)], kind=clause, normative=normative, title=title)
        expected = (KINDS[kind], binds, "drafting_error" if "!" in marks else None, "?" in marks)
        actual = (found.kind, found.binds, found.flag, found.doubt)
        if actual != expected:
            wrong[text] = f"{KINDS[kind]} | {found.kind.value}"
    assert len({row[4] for row in rows}) == len(rows)
    return [KINDS[row[0]] for row in rows], wrong


def test_the_rules_agree_with_labels_given_by_hand() -> None:
    labels, wrong = disagreements()
    agreement = 1 - len(wrong) / len(labels)
    assert len(labels) >= FEWEST
    assert agreement >= LEAST_AGREEMENT, f"agreement {agreement:.3f} of {len(labels)}\n" + "\n".join(wrong)


def test_the_page_about_it_says_what_is_measured() -> None:
    labels, wrong = disagreements()
    told = dict.fromkeys(KINDS.values(), 0)
    for difference in wrong.values():
        told[difference.partition(" | ")[0]] += 1
    page = DOCS.read_text(encoding="utf-8")
    for kind, count in Counter(labels).items():
        assert f"| {kind} | {count} | {count - told[kind]} |" in page
    assert f"| together | {len(labels)} | {len(labels) - len(wrong)} |" in page
    table = page.partition("disagree\n")[2].partition("##")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert {tuple(line.strip("| ").split(" | ")[:3]) for line in rows} == {
        (text, *difference.split(" | ")) for text, difference in wrong.items()
    }
