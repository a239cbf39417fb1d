"""Words for the values of plans, each translated where it is shown."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark
from workbench.planning.event_words import event_word
from workbench.web.plans.fact_words import FACTS
from workbench.web.text import gettext

_WORDS: Final[dict[str, dict[str, str]]] = {
    "verdict": {
        "pass": mark("passes"),
        "fail": mark("fails"),
        "unknown": mark("cannot tell"),
        "not_applicable": mark("does not apply"),
    },
    "severity": {"block": mark("Block"), "warn": mark("Warning"), "info": mark("Notice")},
    "confidence": {
        "read": mark("read in the source"),
        "secondary": mark("told by others"),
        "unverified": mark("not verified"),
    },
    "origin": {
        "typed": mark("planned"),
        "chosen": mark("chosen by the solver"),
        "scenario": mark("in this scenario"),
        "done": mark("happened, as a person says"),
        "evidence": mark("happened, as was read"),
        "stage": mark("stage reached"),
        "observed": mark("stage first seen"),
        "announced": mark("announced"),
        "estimated": mark("estimated"),
        "unknown": mark("no date known"),
        "never": mark("not planned"),
    },
    "kind": {
        "filing": mark("Filing"),
        "contribution": mark("Contribution"),
        "stage": mark("Stage"),
        "declaration": mark("Declaration"),
        "release": mark("Release"),
        "weights": mark("Weights"),
        "paper": mark("Paper or demonstration"),
        "launch": mark("Launch"),
        "secrecy": mark("Secrecy review"),
        "formality": mark("Formality"),
        "own": mark("Own event"),
    },
    "layer": {
        "application": mark("Application layer"),
        "physical_improvement": mark("Improvement of a physical operation"),
        "hardware_interface": mark("Hardware interface"),
        "base_framework": mark("Base framework"),
        "conformance_tools": mark("Conformance tools"),
        "test_harness": mark("Reference test harness"),
        "schemas": mark("Schemas"),
        "algorithm_internals": mark("Algorithm internals"),
        "weights": mark("Weights"),
        "training_data": mark("Own training data"),
        "held_out_sets": mark("Held-out evaluation sets"),
        "tuned_prompts": mark("Tuned prompts and thresholds"),
    },
    "openness": {
        "open_patent": mark("open, under own patents"),
        "open_source": mark("open source"),
        "closed": mark("kept closed"),
    },
    "theme": {
        "evaluation_method": mark("Evaluation method"),
        "interoperability": mark("Interoperability"),
        "other": mark("Other"),
    },
    "track": {"us_west": mark("US and West"), "china": mark("China"), "cleared": mark("cleared for both")},
    "template": {
        "defacto_then_dejure": mark("Open source first, then the standard"),
        "contribution_first_filed": mark("File, then contribute and declare"),
        "weights_and_paper": mark("Paper and open weights"),
    },
    "aim": {
        "earliest_release": mark("Earliest open-source release"),
        "most_slack": mark("Declare long before the enquiry vote closes"),
        "most_offices": mark("Keep most offices"),
        "least_at_once": mark("Least work at once"),
        "earliest": mark("Everything as early as can be"),
    },
    "what": {
        "plan": mark("Plan"),
        "asset": mark("Asset"),
        "event": mark("Event"),
        "fact": mark("Fact"),
        "scenario": mark("Scenario"),
        "override": mark("Finding set aside"),
        "board": mark("Constraint board"),
    },
    "field": {
        "label": mark("Own words"),
        "day": mark("Day"),
        "until": mark("Last day of the window"),
        "moment": mark("Exact time"),
        "never": mark("will not happen"),
        "done": mark("it happened"),
        "estimated": mark("estimated"),
        "confidential": mark("confidential"),
        "evidence": mark("Evidence"),
        "ignored": mark("Ruled out"),
        "repository": mark("Repository"),
        "licence": mark("Licence"),
        "application": mark("Application"),
        "layer": mark("Layer"),
        "openness": mark("What becomes of it"),
        "theme": mark("Theme"),
        "track": mark("Track"),
        "made_in": mark("Made in"),
        "training_ops": mark("Operations of its training"),
        "families": mark("Families"),
        "clauses": mark("Clauses"),
        "repositories": mark("Repositories"),
        "work_items": mark("Work items"),
        "work_item": mark("Work item"),
        "releases": mark("Goes out by"),
        "note": mark("Note"),
        "value": mark("Value"),
        "offices": mark("Offices"),
        "slack_days": mark("Days of slack"),
        "gaps": mark("Distances"),
        "template": mark("Template"),
        "closed_at": mark("Closed"),
        "dates": mark("Dates"),
        "aim": mark("Aim"),
        "rule": mark("Rule"),
        "rule_version": mark("Version"),
        "office": mark("Office"),
        "reason": mark("Reason"),
        "requested_by": mark("Asked by"),
        "requested_at": mark("Asked"),
        "decided_by": mark("Second person"),
        "decided_at": mark("Decided"),
        "granted": mark("Agreed to"),
        "regime": mark("Regime"),
        "standing": mark("Standing"),
        "as_of": mark("As of"),
        "words": mark("Words"),
    },
    "regime": {
        "us_export": mark("United States: export, first filing"),
        "us_eligibility": mark("United States: eligibility, § 101"),
        "china": mark("China"),
        "japan_secrecy": mark("Japan: secrecy and export"),
    },
    "standing": {
        "open": mark("open question"),
        "answered": mark("answered"),
        "barred": mark("barred"),
        "not_concerned": mark("not concerned"),
    },
    "aspect": {
        "regime": mark("Regime"),
        "hardware": mark("Hardware"),
        "model_and_data": mark("Model and data"),
        "ip_defence": mark("IP defence"),
        "partners": mark("Partners"),
    },
    "span": {
        "repository": mark("Repository"),
        "family": mark("Family"),
        "artefact": mark("Artefact"),
        "person": mark("Person"),
    },
    "due": {
        "surprise": mark("Happened otherwise than planned"),
        "block": mark("A rule blocks"),
        "coming": mark("Coming up"),
        "overdue": mark("Past, and nothing shows that it happened"),
        "last": mark("Last day that a rule allows"),
        "first": mark("First day that a rule allows"),
    },
}


def fact_value(value: object) -> str:
    """The value of a fact in the reader's language: yes or no, layers and other words, a number."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list | set | frozenset):
        return ", ".join(sorted(plan_word("layer", str(each)) for each in value)) or "–"
    return str(value)


def input_word(name: str) -> str:
    """What a rule asks for in words: an event, in capitals, or a fact."""
    return plan_word("event" if name.isupper() else "fact", name)


def plan_word(vocabulary: str, value: str | None) -> str:
    """The word for a value in the reader's language; a value without one is shown as it is."""
    if value is None:
        return ""
    if vocabulary == "event":
        return event_word(str(value), gettext)
    if vocabulary == "fact":
        return gettext(FACTS[value]) if value in FACTS else str(value)
    word = _WORDS[vocabulary].get(str(value))
    return str(value) if word is None else gettext(word)


_LICENCE_WORDS: Final[dict[str, dict[str, str]]] = {
    "grant": {
        "yes": mark("grants patents in words"),
        "no": mark("is silent on patents"),
        "excluded": mark("refuses patents in words"),
    },
    "scope": {
        "C": mark("claims that read on the contribution alone"),
        "C+W": mark("claims that the contribution infringes, alone or with the work it was added to"),
        "C+W0": mark("claims that the contribution infringes, with the work as it was then; later changes are outside"),
        "CV": mark("claims that the contributor's version infringes"),
        "LW": mark("claims needed to use the work as supplied"),
    },
    "ends": {
        "P-any": mark("ends for whoever sues anyone over the work; patent rights only"),
        "A-any": mark("ends for whoever sues anyone over the work; all rights"),
        "A-first": mark("ends for whoever sues first over the work; all rights"),
        "P-contrib": mark("ends for whoever sues a contributor; patent rights only"),
        "A-contrib": mark("ends for whoever sues a contributor; all rights"),
        "breach": mark("ends only for whoever breaks the terms"),
        "-": mark("has no end of its own"),
    },
    "tension": {
        "none": mark("no tension"),
        "condition": mark("a condition of the option has no counterpart in the licence"),
        "risk": mark("risk: an implied licence may be argued"),
        "conflict": mark("conflict: the licence gives free what the option would charge for"),
        "strong": mark("strong conflict: the licence gives it free and bars charging for it"),
    },
}


def licence_word(vocabulary: str, value: str) -> str:
    """What a word of the table of licences means, in the reader's language; a word of one's own as it is."""
    word = _LICENCE_WORDS[vocabulary].get(str(value))
    return str(value) if word is None else gettext(word)
