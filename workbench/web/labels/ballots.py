"""Words for values of ballots, votes and the times to vote."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
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
    "ballot_state": {"open": mark("Open"), "closed": mark("Closed"), "cancelled": mark("Cancelled")},
    "ballot_reason": {
        "opened_on_day": mark("Opening day from the project page, plus the usual length."),
        "opened_before_observed": mark(
            "First seen open on that day; the ballot may have opened earlier and may close earlier."
        ),
        "opening_unknown": mark("The ballot is open, but no source dates its opening."),
        "next_on_route": mark("Not open yet: the next ballot on the usual route."),
    },
    "basis": {"announced": mark("announced"), "estimated": mark("estimated")},
    "level": {"iso": mark("ISO"), "national": mark("National body"), "company": mark("Company")},
    "member": {"P": mark("P-member"), "O": mark("O-member")},
    "answer": {
        "yes": mark("Yes"),
        "no": mark("No"),
        "abstain": mark("Abstain"),
        "confirm": mark("Confirm"),
        "revise": mark("Revise or amend"),
        "withdraw": mark("Withdraw the standard"),
    },
    "outcome": {
        "approved": mark("approved"),
        "not_approved": mark("not approved"),
        "undetermined": mark("undetermined"),
        "confirm": mark("confirm"),
        "revise": mark("revise or amend"),
        "withdraw": mark("withdraw"),
    },
    "condition": {
        "two_thirds_p": mark("At least two thirds of the P-members voting in favour: 3 × yes ≥ 2 × (yes + no)"),
        "simple_p": mark("More P-members in favour than against: yes > no"),
        "quarter_all": mark("At most a quarter of all votes negative: 4 × no ≤ yes + no"),
        "experts": mark("Enough P-members in favour name an expert"),
        "no_objection": mark("Nobody objects"),
        "review": mark("One action has a simple majority of the P-members voting: 2 × votes for it > votes"),
    },
    "standing": {
        "kept": mark("kept"),
        "due": mark("due"),
        "at_risk": mark("at risk"),
        "broken": mark("broken"),
    },
    "limit_state": {
        "met": mark("met"),
        "ahead": mark("ahead"),
        "at_risk": mark("at risk: to decide"),
        "past": mark("past the time to decide"),
    },
}
