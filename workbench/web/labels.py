"""Words for the values that rows hold. Each is translated where it is shown."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark
from workbench.standards.stages import group_name, stage_name
from workbench.web.text import gettext

_WORDS: Final[dict[str, dict[str, str]]] = {
    "status": {
        "proposed": mark("Proposed"),
        "in_progress": mark("In progress"),
        "published": mark("Published"),
        "withdrawn": mark("Withdrawn"),
        "cancelled": mark("Cancelled"),
    },
    "entity": {
        "work_item": mark("Work item"),
        "committee": mark("Committee"),
        "publication": mark("Publication"),
        "declaration": mark("Declaration"),
        "draft": mark("Draft"),
        "release": mark("Release"),
        "page": mark("Watched page"),
        "clause": mark("Clause"),
        "claim": mark("Claim"),
    },
    "change": {"new": mark("New"), "changed": mark("Changed"), "removed": mark("Removed")},
    "precision": {"day": mark("from the project page"), "observed": mark("observed")},
    "relation": {"replaces": mark("Replaces"), "replaced_by": mark("Replaced by")},
    # Options of the common patent policy (Guidelines for its implementation, Annex 2).
    "option": {
        "1": mark("1: free of charge"),
        "2": mark("2: on reasonable terms"),
        "3": mark("3: unwilling under 1 or 2"),
        "none": mark("none read"),
    },
    "policy": {"common": mark("Common patent policy of ITU-T, ITU-R, ISO and IEC")},
    "patent_status": {"granted": mark("Granted"), "pending": mark("Pending")},
    "alias": {"suggested": mark("Suggested"), "accepted": mark("Accepted"), "rejected": mark("Rejected")},
    "member": {"P": mark("P-member"), "O": mark("O-member")},
    "run": {
        "running": mark("Running"),
        "ok": mark("OK"),
        "unchanged": mark("Unchanged"),
        "rejected": mark("Rejected"),
        "failed": mark("Failed"),
    },
    "column": {
        "number": mark("Publication number"),
        "country": mark("Country"),
        "kind": mark("Kind"),
        "date": mark("Date"),
        "year": mark("Year"),
        "application": mark("Application"),
        "priorities": mark("Priorities"),
        "family_id": mark("Family"),
        "title": mark("Title"),
        "abstract": mark("Abstract"),
        "applicants": mark("Applicants"),
        "inventors": mark("Inventors"),
        "ipc": mark("IPC"),
        "cpc": mark("CPC"),
        "claims": mark("Claims"),
    },
    "quarantine": {
        "waiting": mark("Waiting"),
        "retried": mark("Read since"),
        "dismissed": mark("Dismissed"),
    },
    "run_kind": {"poll": mark("Poll"), "import": mark("Import"), "map": mark("Mapping")},
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
    "clause": {
        "foreword": mark("Foreword"),
        "introduction": mark("Introduction"),
        "clause": mark("Clause"),
        "terms": mark("Terms and definitions"),
        "term": mark("Term"),
        "annex": mark("Annex"),
        "bibliography": mark("Bibliography"),
    },
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
    "verdict": {
        "plausible": mark("plausible"),
        "not": mark("not on this clause"),
        "needs_expert": mark("needs an expert"),
        "open": mark("undecided"),
        "review": mark("decided, to review"),
    },
    "verdict_button": {
        "plausible": mark("Plausible"),
        "not": mark("Not"),
        "needs_expert": mark("Needs expert"),
    },
    "support": {
        "words": mark("shared words"),
        "meaning": mark("alike in meaning"),
        "missing": mark("no support"),
        "empty": mark("nothing to find"),
    },
    "signal": {
        "words": mark("Shared words"),
        "characters": mark("Shared pieces of words"),
        "meaning": mark("Meaning"),
        "score": mark("Reading priority"),
        "place": mark("Rank"),
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
    "digest_edition": {"delegate": mark("Standards delegate"), "ip": mark("IP team")},
    "mail_language": {"en": mark("English"), "ja": mark("Japanese"), "both": mark("Japanese and English")},
    "mail": {
        "pending": mark("Waiting"),
        "claimed": mark("Being sent"),
        "sent": mark("Handed over"),
        "failed": mark("Failed"),
    },
    "text_language": {
        "de": mark("German"),
        "en": mark("English"),
        "es": mark("Spanish"),
        "fr": mark("French"),
        "ja": mark("Japanese"),
        "ko": mark("Korean"),
        "zh": mark("Chinese"),
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
    "ballot": {
        "NP": mark("New work item proposal (NP)"),
        "CIB": mark("Committee internal ballot (CIB)"),
        "CD": mark("Committee draft (CD)"),
        "DIS": mark("Draft International Standard (DIS)"),
        "FDIS": mark("Final draft International Standard (FDIS)"),
        "DTS": mark("Draft Technical Specification (DTS)"),
        "DTR": mark("Draft Technical Report (DTR)"),
        "DPAS": mark("Draft Publicly Available Specification (DPAS)"),
        "SR": mark("Systematic review (SR)"),
        "WDRL": mark("Withdrawal ballot"),
    },
    "ballot_reason": {
        "opened_on_day": mark("Opening day from the project page, plus the usual length."),
        "opened_before_observed": mark(
            "First seen open on that day; the ballot may have opened earlier and may close earlier."
        ),
        "opening_unknown": mark("The ballot is open, but no source dates its opening."),
        "next_on_route": mark("Not open yet: the next ballot on the usual route."),
    },
    "field": {
        "reference": mark("Reference"),
        "committee": mark("Committee"),
        "title_en": mark("English title"),
        "title_fr": mark("French title"),
        "title": mark("Title"),
        "deliverable_type": mark("Deliverable type"),
        "supplement_type": mark("Supplement type"),
        "stage": mark("Stage"),
        "stage_history": mark("Stage history"),
        "edition": mark("Edition"),
        "publication_date": mark("Publication date"),
        "ics": mark("ICS codes"),
        "languages": mark("Languages"),
        "pages": mark("Pages"),
        "scope": mark("Scope"),
        "amends": mark("Amends"),
        "url": mark("Address"),
        "replaces": mark("Replaces"),
        "replaced_by": mark("Replaced by"),
        "missing_since": mark("No longer listed since"),
        "status": mark("Status"),
        "secretariat": mark("Secretariat"),
        "creation_date": mark("Created on"),
        "parent_iso_id": mark("Parent committee"),
        "p_members": mark("P-members"),
        "o_members": mark("O-members"),
        "claims": mark("Claims"),
        "abstract": mark("Abstract"),
        "applicants": mark("Applicants"),
        "inventors": mark("Inventors"),
        "family_id": mark("Patent family"),
        "legal_event": mark("Legal event"),
        "extended_family": mark("Extended family"),
        "register_status": mark("Status in the register"),
        "register_grant_number": mark("Grant number"),
        "register_grant_date": mark("Grant date"),
        "register_expiry_date": mark("Expiry date"),
        "register_ended_on": mark("Right ended on"),
        "register_next_fee_date": mark("Next fee due"),
        "register_holders": mark("Holders"),
        "holder": mark("Holder"),
        "deliverable": mark("Deliverable"),
        "deliverable_raw": mark("Deliverable as written"),
        "statement": mark("Number of the statement"),
        "option": mark("Option"),
        "option_raw": mark("Option as written"),
        "reciprocity": mark("Reciprocity"),
        "form_version": mark("Version of the form"),
        "patents": mark("Patents"),
        "date": mark("Date"),
        "tag": mark("Tag"),
        "licence": mark("Licence"),
        "prerelease": mark("Pre-release"),
        "name": mark("Name"),
        "text": mark("Text"),
    },
}


def label(vocabulary: str, value: str | None) -> str:
    """The word for a value in the reader's language; a value without one is shown as it is."""
    if value is None:
        return ""
    word = _WORDS[vocabulary].get(str(value))
    return str(value) if word is None else gettext(word)


def choices(vocabulary: str) -> list[tuple[str, str]]:
    """Values of a vocabulary with their words, in order, for a select field."""
    return [(value, gettext(word)) for value, word in _WORDS[vocabulary].items()]


def stage_label(code: str) -> str:
    return gettext(stage_name(code))


def group_label(code: str) -> str:
    return gettext(group_name(code))
