"""Why two clauses are linked, in the field's words: messages with values, English as they stand and translatable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.i18n import mark
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.similarity import Row, dice, is_unspaced, normalise, shared, title_key, tokens

Value = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that speaks for a link: a message of the catalogues and the values of its placeholders."""

    message: str
    values: tuple[tuple[str, Value], ...] = ()

    @property
    def text(self) -> str:
        """The fact in English."""
        return self.message % {name: _listed(value) for name, value in self.values}


def fact(message: str, **values: Value) -> Fact:
    """A fact; each message has its placeholders as keywords."""
    return Fact(message, tuple(sorted(values.items())))


def _listed(value: Value) -> str | int:
    if not isinstance(value, tuple):
        return value
    return " and ".join(filter(None, (", ".join(value[:-1]), value[-1])))


SAME = mark("same text")
SAME_TITLE = mark("same title, no text of its own")
SAME_NUMBER = mark("same number")
SAME_BUT_REFERENCES = mark("same text but for references that follow the renumbering: %(references)s")
NUMBER = mark("number %(old)s → %(new)s")
NUMBER_GIVEN = mark("had no number, now %(new)s")
NUMBER_TAKEN = mark("number %(old)s, now without a number")
MOVED = mark("now under %(new)s, before under %(old)s")
MOVED_UP = mark("now at the first level, before under %(old)s")
MOVED_DOWN = mark("now under %(new)s, before at the first level")
MOVED_TO_ANNEX = mark("now an annex")
MOVED_FROM_ANNEX = mark("no longer an annex")
STALE = mark("refers to %(references)s, which has another number now")
WORDS_KEPT = mark("%(kept)s %% of the words kept")
TEXT_KEPT = mark("%(kept)s %% of the text kept")
WORDS_ADDED = mark("%(added)s %% of the words are new")
TEXT_ADDED_TO = mark("%(added)s %% of the text is new")
WORDS_SAME = mark("same words, but their order, punctuation or symbols changed")
TEXT_ADDED = mark("had no text, has text now")
TEXT_REMOVED = mark("text removed")
TITLE_KEPT = mark("title unchanged")
TITLE_CHANGED = mark("title changed from “%(old)s” to “%(new)s”")
TITLE_GIVEN = mark("title “%(new)s” added")
TITLE_TAKEN = mark("title “%(old)s” removed")
NOW_INFORMATIVE = mark("was normative, is informative now")
NOW_NORMATIVE = mark("was informative, is normative now")
STANDING = mark("part of the text went into or out of a note, an example or a footnote")
PROVISIONS_KEPT = mark("%(kept)s of %(all)s provisions kept word for word")
SPLIT = mark("text of %(old)s is now in %(new)s")
MERGED = mark("text of %(old)s is now in %(new)s")
NEW = mark("no clause of the earlier draft has this text")
GONE = mark("no clause of the later draft has this text")
BY_PERSON = mark("linked by a person")
NEW_BY_PERSON = mark("marked as new by a person")
GONE_BY_PERSON = mark("marked as gone by a person")
REMARK = mark("remark: %(remark)s")


def words_of(nodes: Sequence[ClauseNode]) -> Row:
    """The words of the texts of these clauses; of their titles where none has text."""
    words = Counter(word for node in nodes for word in tokens(node.text))
    return words or Counter(word for node in nodes for word in tokens(node.title or ""))


def similarity(old: Sequence[ClauseNode], new: Sequence[ClauseNode]) -> float:
    """The words that the texts of clauses have in common, 0 to 1 in hundredths (twice those in common by all)."""
    ours, theirs = (any(node.text for node in nodes) for nodes in (old, new))
    return round(dice(words_of(old), words_of(new)), 2) if ours == theirs else 0.0


def number_facts(old: ClauseNode, new: ClauseNode) -> list[Fact]:
    """Whether and how the number changed."""
    if old.number == new.number:
        return []
    if old.number is None:
        return [fact(NUMBER_GIVEN, new=new.number or "")]
    if new.number is None:
        return [fact(NUMBER_TAKEN, old=old.number)]
    return [fact(NUMBER, old=old.number, new=new.number)]


def place_facts(old: ClauseNode | None, new: ClauseNode | None) -> list[Fact]:
    """Which clause it stood under and stands under now; None for the first level."""
    if old is None and new is None:
        return []
    if new is None:
        return [fact(MOVED_UP, old=_heading(old))]
    if old is None:
        return [fact(MOVED_DOWN, new=_heading(new))]
    return [fact(MOVED, old=_heading(old), new=_heading(new))]


def _heading(node: ClauseNode | None) -> str:
    if node is None:
        return ""
    return " ".join(filter(None, (node.number, f"“{node.title}”" if node.title else None))) or node.name


def wording_facts(old: ClauseNode, new: ClauseNode) -> list[Fact]:
    """How much of the wording of a clause was kept."""
    return [*_text_facts(old, new), *_title_facts(old, new), *_standing_facts(old, new), *_provision_facts(old, new)]


def _text_facts(old: ClauseNode, new: ClauseNode) -> list[Fact]:
    if not old.text or not new.text:
        return [fact(TEXT_REMOVED)] if old.text else [fact(TEXT_ADDED)] if new.text else []
    if normalise(old.text) == normalise(new.text):
        return [fact(SAME)]
    before, after = Counter(tokens(old.text)), Counter(tokens(new.text))
    if before == after:
        return [fact(WORDS_SAME)]
    common = shared(before, after)
    found = [fact(TEXT_KEPT if is_unspaced(old.text) else WORDS_KEPT, kept=_percent(common, before.total()))]
    if common < after.total():
        added = _percent(after.total() - common, after.total())
        found.append(fact(TEXT_ADDED_TO if is_unspaced(new.text) else WORDS_ADDED, added=added))
    return found


def _percent(part: int, whole: int) -> int:
    """A share in hundredths; 0 and 100 only where it is none or all."""
    if not whole or part in (0, whole):
        return 100 if part else 0
    return min(99, max(1, round(100 * part / whole)))


def _title_facts(old: ClauseNode, new: ClauseNode) -> list[Fact]:
    if title_key(old.title) == title_key(new.title):
        return [fact(TITLE_KEPT)] if old.title else []
    if not old.title:
        return [fact(TITLE_GIVEN, new=new.title or "")]
    if not new.title:
        return [fact(TITLE_TAKEN, old=old.title)]
    return [fact(TITLE_CHANGED, old=old.title, new=new.title)]


def _standing_facts(old: ClauseNode, new: ClauseNode) -> list[Fact]:
    if old.normative != new.normative:
        return [fact(NOW_NORMATIVE if new.normative else NOW_INFORMATIVE)]
    if normalise(old.text) == normalise(new.text) and normalise(old.informative) != normalise(new.informative):
        return [fact(STANDING)]
    return []


def _provision_facts(old: ClauseNode, new: ClauseNode) -> list[Fact]:
    if not old.provisions or not new.provisions:
        return []
    kept = shared(Counter(old.provisions), Counter(new.provisions))
    return [fact(PROVISIONS_KEPT, kept=kept, all=len(old.provisions))]
