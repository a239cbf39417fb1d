"""Words for values of work items, and of drafts with their clauses, provisions and lineage."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
    "status": {
        "proposed": mark("Proposed"),
        "in_progress": mark("In progress"),
        "published": mark("Published"),
        "withdrawn": mark("Withdrawn"),
        "cancelled": mark("Cancelled"),
    },
    "type": {
        "IS": mark("International Standard"),
        "TS": mark("Technical Specification"),
        "TR": mark("Technical Report"),
        "PAS": mark("Publicly Available Specification"),
        "GUIDE": mark("Guide"),
        "ISP": mark("International Standardized Profile"),
        "IWA": mark("International Workshop Agreement"),
        "TTA": mark("Technology Trends Assessment"),
        "R": mark("Recommendation (until 1972)"),
        "DATA": mark("Data"),
        "Amd": mark("Amendment"),
        "Cor": mark("Corrigendum"),
        "Add": mark("Addendum"),
    },
    "relation": {"replaces": mark("Replaces"), "replaced_by": mark("Replaced by")},
    "precision": {"day": mark("from the project page"), "observed": mark("observed")},
    "text_language": {
        "de": mark("German"),
        "en": mark("English"),
        "es": mark("Spanish"),
        "fr": mark("French"),
        "ja": mark("Japanese"),
        "ko": mark("Korean"),
        "zh": mark("Chinese"),
    },
    "clause": {
        "foreword": mark("Foreword"),
        "introduction": mark("Introduction"),
        "clause": mark("Clause"),
        "terms": mark("Terms and definitions"),
        "term": mark("Term"),
        "annex": mark("Annex"),
        "bibliography": mark("Bibliography"),
    },
    "block": {
        "note": mark("NOTE"),
        "example": mark("EXAMPLE"),
        "warning": mark("WARNING"),
        "note_to_entry": mark("Note to entry"),
        "term_source": mark("SOURCE"),
        "table_title": mark("Table"),
        "table_note": mark("Note to the table"),
        "table_footnote": mark("Footnote of the table"),
        "figure_title": mark("Figure"),
        "figure_note": mark("Note to the figure"),
        "footnote": mark("Footnote"),
    },
    "provision": {
        "requirement": mark("Requirement"),
        "recommendation": mark("Recommendation"),
        "permission": mark("Permission"),
        "possibility": mark("Possibility"),
        "statement": mark("Statement"),
    },
    # Short marks beside a sentence: the first letters of the word, so that the mark is part of its name.
    "provision_mark": {
        "requirement": mark("REQ"),
        "recommendation": mark("REC"),
        "permission": mark("PER"),
        "possibility": mark("POS"),
        "statement": mark("STA"),
    },
    "binds": {"yes": mark("binds"), "no": mark("does not bind"), "optional": mark("optional: informative annex")},
    "lineage": {
        "unchanged": mark("unchanged"),
        "reworded": mark("reworded"),
        "renumbered": mark("renumbered"),
        "moved": mark("moved"),
        "split": mark("split"),
        "merged": mark("merged"),
        "new": mark("new"),
        "gone": mark("gone"),
    },
    "linked_by": {"machine": mark("the machine"), "person": mark("a person")},
    "carried": {
        "kept": mark("kept"),
        "review": mark("review"),
        "reopened": mark("reopened"),
    },
}
