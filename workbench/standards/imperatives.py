"""Imperative sentences, the usual form of requirements in test methods (ISO/IEC Directives Part 2:2018, 7.2); pure."""

from __future__ import annotations

import re

# Base forms that are hardly ever anything else at the start of a sentence.
_VERBS = frozenset(
    """accept add adjust allow analyse analyze apply arrange assemble assess assign attach avoid begin bring calculate
    calibrate carry choose clean close collect combine compare compute configure confirm connect consider convert cool
    cover create declare define delete deliver derive describe detach determine dilute disable discard disconnect
    dispose dissolve divide draw drive dry eliminate enable enclose engage ensure enter establish estimate evaluate
    evacuate examine exclude execute express extract feed fill fit fix flush follow generate give grind ground
    handle heat hold homogenize identify immerse incline include increase indicate inform initialize insert inspect
    install introduce inject keep lay leave let list lower lubricate maintain make melt minimize mix moisten monitor
    mount multiply obtain observe omit open operate perform pour preheat prepare present preserve press prevent proceed
    protect provide pull push put raise read reduce refer reject release remove repeat replace require reset restart
    retain retrieve return rinse rotate round run scan select send separate shake shut soak specify spread start stir
    stop submit subtract supply surround suspend take tighten titrate transfer transmit treat turn update validate
    verify wait warm wash wear weigh wet wipe withdraw write""".split()
)
# These are nouns or adjectives as often: the word after them decides.
_AMBIGUOUS = frozenset(
    """balance bend block blow bore burn cap centre center change charge check clamp clear compress condition control
    copy count cut date deposit direct display document drain drill drop dust empty exchange face film filter
    finish flow force form grade guard level lift light limit line link load lock log map mark mask match measure model
    move name note number order pack place plan plot plug position power print process program project pump quote
    range rank rate record repair report rest reverse ring sample scale screen seal secure set shape sign slow sort
    split spray stack stage state step store strip support switch tag tap tare test time touch trace track trap trim
    use vent view zero""".split()
) | {
    "open",
    "close",
    "clean",
    "dry",
    "cool",
    "heat",
    "ground",
    "round",
    "run",
    "return",
    "present",
    "cover",
    "draw",
    "fit",
    "fix",
    "list",
    "mount",
    "press",
    "read",
    "start",
    "stop",
    "supply",
    "turn",
    "warm",
    "wet",
    "release",
    "update",
    "lower",
    "feed",
    "drive",
    "fill",
    "hold",
    "increase",
    "scan",
    "transfer",
    "wash",
}
_OBJECT = frozenset(
    """a an the this that these those each every all any both its their his her our your one two three four five six
    seven eight nine ten another no some enough only it them him sufficient approximately about at least up out off
    down in into on onto to for with from by carefully until again""".split()
)
# After these a noun is certain: "use of", "tests are".
_NOUN_BEFORE = frozenset("of is are was were has have shall should may can will must and or which that".split())
_INFORMATIVE = frozenset({"see", "refer", "note"})
_ADVERBS = frozenset(
    "then next always never again also alternatively finally first second third thereafter afterwards subsequently "
    "only just either otherwise therefore if-necessary please now".split()
)
_LEAD = re.compile(
    r"^(?:if|when|whenever|where|unless|once|after|before|until|while|for|in|with|to|by|on|at|using|during|upon|as|"
    r"from|within|without|prior|following|immediately|otherwise|alternatively|starting|beginning|depending|under)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*|\d[\d.,]*|\S")
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|shall|should|may|can|will|must|does|do)\b", re.IGNORECASE)
_LONGEST_LEAD_COMMAS = 4


def is_imperative(sentence: str) -> bool:
    """Whether an English sentence or list item tells its reader to do something.

    The base form may follow adverbs ("Then rinse"), "do not", or a clause or phrase with a comma ("If it leaks, close
    the valve"). "See", "refer to" and "note that" only inform (Part 2, 15.5.3).
    """
    if _starts_imperative(sentence):
        return True
    if not _LEAD.match(sentence):
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
        return following in _OBJECT or following[:1].isdigit() or (bool(following) and not _FINITE.search(text))
    return word in _VERBS
