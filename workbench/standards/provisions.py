"""Provisions of a clause: for every sentence its kind, whether it binds where it stands, and why; pure.

Rules after ISO/IEC Directives Part 2:2018: verbal forms in clause 7, places in clauses 12 to 29 and Table 8.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from scrapers.records import Block, BlockKind, ClauseKind
from workbench.standards.sentences import sentence_spans
from workbench.standards.verbal_forms import STATEMENT, Form, ProvisionKind, form_of

__all__ = ["Binds", "Flag", "Provision", "ProvisionKind", "block_spans", "clause_text", "find_provisions"]


class Binds(StrEnum):
    """Whether a provision must be met to claim conformity; `optional` in an informative annex (Part 2, 20.2)."""

    YES = "yes"
    NO = "no"
    OPTIONAL = "optional"


class Flag(StrEnum):
    """A fault of the draft itself, worth a comment."""

    DRAFTING_ERROR = "drafting_error"


@dataclass(frozen=True)
class Provision:
    """A sentence of a clause; `text` is `clause_text[start:end]`.

    `doubt` says that a person should look at it; `reason` names the rule that gave its kind.
    """

    kind: ProvisionKind
    text: str
    start: int
    end: int
    binds: Binds
    flag: Flag | None
    doubt: bool
    reason: str


@dataclass(frozen=True)
class _Clause:
    kind: ClauseKind
    normative: bool
    scope: bool


_REQ, _REC, _PER, _POS, _STA = ProvisionKind
_DIRECTING = frozenset({_REQ, _REC, _PER})

# One unit each, never a provision: names, references, formulae and code.
_NO_SENTENCES = frozenset(
    {
        BlockKind.TERM_NAME,
        BlockKind.TERM_SOURCE,
        BlockKind.TABLE_TITLE,
        BlockKind.FIGURE_TITLE,
        BlockKind.FORMULA,
        BlockKind.CODE,
        BlockKind.REFERENCE,
    }
)
# Part 2, 24.5, 25.5, 26.5, 28.5.4 and 29.5.1: no requirement, recommendation or permission.
_INFORMATIVE_BLOCKS = frozenset(
    {BlockKind.NOTE, BlockKind.EXAMPLE, BlockKind.FOOTNOTE, BlockKind.TABLE_NOTE, BlockKind.FIGURE_NOTE}
)
_SCOPE_TITLES = frozenset({"scope", "domaine d'application", "domaine d’application", "適用範囲"})
_LEADS_LIST_JA = ("次の", "次に", "次による", "以下の", "以下に")
# Sentences that every foreword carries, as ISO and IEC prescribe them; no fault of the draft.
_BOILERPLATE = (
    "shall not be held responsible for identifying",
    "Attention is drawn to the possibility that",
    "approval criteria needed for the different types of",
)
# A form inside a relative clause of a list item ("incidents which may ...") is not that of the item.
_RELATIVE = re.compile(r"\b(?:which|that|who|whose|if|when|where)\b[^;]*\b(?:may|can|cannot|might|could|should)\b")


def clause_text(blocks: Sequence[Block]) -> str:
    """The text of a clause: its blocks in order, one a line."""
    return "\n".join(block.text for block in blocks)


def block_spans(blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """The (start, end) character offsets of each block in `clause_text(blocks)`."""
    spans = []
    start = 0
    for block in blocks:
        spans.append((start, start + len(block.text)))
        start += len(block.text) + 1
    return spans


def find_provisions(
    blocks: Sequence[Block], *, kind: ClauseKind, normative: bool, language: str = "en", title: str | None = None
) -> list[Provision]:
    """The provisions of a clause, one for every sentence, in order and without overlap.

    `kind`, `normative` and `title` are those of the clause, `language` that of the draft; a Japanese sentence is known
    by its script. A row of a table is one unit. An item of a list takes the kind of the sentence that leads the list
    unless it has a verbal form of its own. In the scope (known by its title) and other places where a form may not
    stand, the kind is kept, it does not bind, and the flag says so. A sentence on an external constraint (must) is a
    statement.
    """
    place = _Clause(kind, normative, (title or "").strip().casefold() in _SCOPE_TITLES)
    found = []
    lead: Form | None = None
    for block, (offset, _) in zip(blocks, block_spans(blocks), strict=True):
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.FORMULA, BlockKind.TABLE_ROW):
            lead = None
        for start, end in _units(block):
            text = block.text[start:end]
            form = _form(block, text, language)
            if block.kind is BlockKind.LIST_ITEM and lead is not None and _follows_lead(form, text):
                form = Form(lead.kind, f"list-of-{lead.reason}", doubt=lead.doubt)
            elif block.kind is BlockKind.PARAGRAPH:
                lead = form if form.kind is not _STA and _leads_list(text) else None
            binds, misplaced = _standing(form.kind, block.kind, place)
            if kind in (ClauseKind.FOREWORD, ClauseKind.INTRODUCTION) and any(words in text for words in _BOILERPLATE):
                misplaced = False
            found.append(
                Provision(
                    kind=form.kind,
                    text=text,
                    start=offset + start,
                    end=offset + end,
                    binds=binds,
                    flag=Flag.DRAFTING_ERROR if misplaced or form.error else None,
                    doubt=form.doubt,
                    reason=form.reason,
                )
            )
    return found


def _units(block: Block) -> list[tuple[int, int]]:
    if block.kind in _NO_SENTENCES or block.kind is BlockKind.TABLE_ROW:
        return [(0, len(block.text))]
    return sentence_spans(block.text)


def _form(block: Block, text: str, language: str) -> Form:
    if block.kind in _NO_SENTENCES:
        return Form(_STA, f"in-{block.kind}")
    # A cell or a definition may begin with a base form without telling anybody to do anything.
    imperatives = block.kind not in (BlockKind.TABLE_ROW, BlockKind.DEFINITION)
    return form_of(text, language, imperatives=imperatives)


def _leads_list(text: str) -> bool:
    return text.endswith((":", "：")) or any(words in text for words in _LEADS_LIST_JA)


def _follows_lead(form: Form, text: str) -> bool:
    return form is STATEMENT or (form.kind is not _REQ and bool(_RELATIVE.search(text)))


def _standing(form: ProvisionKind, block: BlockKind, clause: _Clause) -> tuple[Binds, bool]:
    """Whether a form binds where it stands, and whether it may not stand there."""
    references = clause.kind is ClauseKind.CLAUSE and not clause.normative
    informative = clause.kind in (ClauseKind.FOREWORD, ClauseKind.BIBLIOGRAPHY)
    if block in _INFORMATIVE_BLOCKS or clause.scope or references or informative:
        return Binds.NO, form in _DIRECTING
    if clause.kind is ClauseKind.INTRODUCTION or block is BlockKind.DEFINITION:
        return Binds.NO, form is _REQ
    if form is not _REQ:
        return Binds.NO, False
    return (Binds.YES if clause.normative else Binds.OPTIONAL), False
