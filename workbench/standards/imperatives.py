"""Imperative sentences, the usual form of requirements in test methods (ISO/IEC Directives Part 2:2018, 7.2); pure."""

from __future__ import annotations

import re

# Base forms that are hardly ever anything else at the start of a sentence.
_VERBS = frozenset(
    """accept activate add adjust aggregate align allow analyse analyze anonymize apply arrange assemble assess
    assign attach authenticate authorize avoid begin bring calculate calibrate carry cease certify characterize
    choose clarify classify collect combine communicate compare compile compute configure confirm connect
    consider consult convert create crush decide declare deduct define degas delete deliver demonstrate deploy
    derive describe designate detach detect determine dilute disable discard disconnect dispose dissolve
    distribute divide eject eliminate enable enclose encode encrypt engage ensure enter erase establish estimate
    evacuate evaluate examine exclude execute expose express extract flush follow formulate generate give grind
    handle homogenize identify immerse incline include indicate inform initialize initiate inject insert inspect
    install introduce isolate iterate keep lay leave let locate lubricate maintain make melt minimize mix
    moisten monitor multiply normalize notify obey observe obtain omit operate pass peel perform pipette polish
    pour preheat prepare preserve prevent proceed prohibit protect provide publish pull purge push put quantify
    quantitate raise rebuild reconnect redo reduce refill reinstall reject reload remove repeat replace require
    resend reset resolve restart restore restrict retain retrieve rewrite rinse rotate scrape select send
    separate shake shut sieve simulate soak specify spread stipulate stir submit subtract suppress surround
    suspend synchronize tabulate take tighten titrate transmit treat unplug unscrew use validate vary ventilate
    verify wait wear weigh weld wipe withdraw wrap write""".split()
)
# These are nouns or adjectives as often: the word after them decides.
_AMBIGUOUS = frozenset(
    """balance bend block blow bore burn cap center centre change charge check clamp clean clear close compress
    condition contact control cool copy count cover cut date deposit direct display document drain draw drill
    drive drop dry dust empty exchange face feed fill film filter finish fit fix flow force form grade ground
    guard heat hold increase level lift light limit line link list load lock log lower map mark mask match
    measure model mount move name note number open order pack place plan plot plug position power present press
    print process program project pump quote range rank rate read record release repair report rest return
    reverse ring round run sample scale scan screen seal secure set shape sign slow sort split spray stack stage
    start state step stop store strip supply support switch tag tap tare test time touch trace track train
    transfer trap trim turn update vent view warm wash wet zero""".split()
)
_OBJECT = frozenset(
    """a an the this that these those each every all any both its their his her our your one two three four five six
    seven eight nine ten another no some enough only it them him sufficient approximately about at least up out off
    down in into on onto to for with from by carefully until again""".split()
)
# After these a noun is certain: "use of", "tests are".
_NOUN_BEFORE = frozenset("of is are was were has have shall should may can will must and or which case cases".split())
_INFORMATIVE = frozenset({"see", "refer", "note"})
_ADVERBS = frozenset(
    "then next always never again also alternatively finally first second third thereafter afterwards subsequently "
    "only just either otherwise therefore please now".split()
)
_LEAD = re.compile(
    r"^(?:if|when|whenever|where|unless|once|after|before|until|while|for|in|with|to|by|on|at|using|during|upon|as|"
    r"from|within|without|prior|following|immediately|otherwise|alternatively|starting|beginning|depending|under)\b",
    re.IGNORECASE,
)
_LEADING_ADVERBS = re.compile(rf"^(?:(?:{'|'.join(sorted(_ADVERBS))})\b[\s,]*)+", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*|\d[\d.,]*|\S")
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|shall|should|may|can|will|must)\b", re.IGNORECASE)
_QUANTITY = re.compile(r"^\w+ \d[\d.,]*\s?(?:[munpkM]?[gmslLVAWN]|[mµk]?l|kHz|MHz|Hz|min|h|%|°C|drops?|to|or)\b")
_LONGEST_LEAD_COMMAS = 4


def is_imperative(sentence: str) -> bool:
    """Whether an English sentence or list item tells its reader to do something.

    The base form may follow adverbs ("Then rinse"), "do not", or a clause or phrase with a comma ("If it leaks, close
    the valve"). "See", "refer to" and "note that" only inform (Part 2, 15.5.3).
    """
    if _starts_imperative(sentence):
        return True
    if not _LEAD.match(_LEADING_ADVERBS.sub("", sentence)):
        return False
    return any(_starts_imperative(rest) for rest in sentence.split(", ")[1:_LONGEST_LEAD_COMMAS])


def _starts_imperative(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text[:200])]
    position = 0
    while position < len(words) and (
        words[position] in _ADVERBS or words[position].endswith("ly") or words[position] in (",", "and", "—", ":")
    ):
        position += 1
    if position >= len(words):
        return False
    word = words[position]
    following = words[position + 1] if position + 1 < len(words) else ""
    if word == "do":
        return following in ("not", "so")
    if word in _INFORMATIVE or following in _NOUN_BEFORE:
        return False
    if word in _AMBIGUOUS:
        if following in _OBJECT or _QUANTITY.search(text):
            return True
        return position > 0 and _FINITE.search(text) is None
    return word in _VERBS
