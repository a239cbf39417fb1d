"""Who may see what, said once more apart from the gate: for each confidential table, its secrets and their readers.

What is planted in a table holds the word of the table's policy; a word in an answer to somebody whom the policy does
not name is a leak. A table of which nothing is said here belongs to matters, and is read by who may read matches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.walls.people import WALLS
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer

Sees = Callable[[Viewer, int, bool], bool]
"""Whether a viewer sees a row of a wall (0: of no matter), and whether the wall's matter is open to him (0: it is)."""


@dataclass(frozen=True)
class Policy:
    """`walled`: its rows belong to matters, those of wall 0 to none. `word` is in all of them."""

    word: str
    walled: bool
    sees: Sees

    def word_of(self, wall: int) -> str:
        return f"{self.word}{wall}" if self.walled else self.word

    def is_seen(self, viewer: Viewer, wall: int, matters: Mapping[int, int]) -> bool:
        return self.sees(viewer, wall, not wall or matters[wall] in viewer.matters)


def _walled(word: str, *permissions: Permission) -> Policy:
    return Policy(word, True, lambda viewer, wall, inside: inside and all(viewer.may(each) for each in permissions))


def _role(word: str, *permissions: Permission) -> Policy:
    return Policy(word, False, lambda viewer, wall, inside: any(viewer.may(each) for each in permissions))


def _sees_record(viewer: Viewer, wall: int, inside: bool) -> bool:
    """What was read: of a matter for its members, else for who may read patents."""
    return inside if wall else viewer.may(Permission.READ_PATENTS)


SECRET: Final = _walled("SECRET", Permission.READ_MATCHES)
PATENTS: Final = _role("PATENTWORD", Permission.READ_PATENTS)
MATCHES: Final = _role("MATCHWORD", Permission.READ_MATCHES)
OPERATED: Final = _role("OPERATEDWORD", Permission.OPERATE)
OWN: Final = _role("OTHERSOWNWORD")
"""Another person's, whom nobody but himself sees."""
MANAGED: Final = _role("MANAGEDWORD", Permission.MANAGE_MATTERS)
PLANS: Final = _walled("PLANNED", Permission.READ_PLANS)
TRAIL: Final = _walled("TRAILED", Permission.READ_TRAIL, Permission.READ_MATCHES)
MATTER: Final = Policy("MATTERNAME", True, lambda viewer, wall, inside: inside or viewer.may(Permission.MANAGE_MATTERS))
CHANGE: Final = _walled("NEWSOF", Permission.READ_PATENTS)


def _may_have_claims(viewer: Viewer) -> bool:
    """Who may read what others claim, or brings it in."""
    return viewer.may(Permission.READ_OTHERS_CLAIMS) or viewer.may(Permission.IMPORT_PATENTS)


CLAIM: Final = Policy(
    "CLAIMTEXT",
    True,
    lambda viewer, wall, inside: viewer.may(Permission.READ_PATENTS) and (inside or _may_have_claims(viewer)),
)
"""Those of portfolios that are the company's own are for whoever sees the portfolio, others' for a permission."""
FILED: Final = Policy("FILEDTEXT", True, lambda viewer, wall, inside: inside and _may_have_claims(viewer))
RECORD: Final = Policy("RECORDED", True, _sees_record)
APPLICATION: Final = _walled("WALLEDAPPLICATION")
RULES: Final = _role("RULEWORD", Permission.READ_PLANS)
OVERRIDE: Final = Policy(
    "OVERRIDDEN",
    True,
    lambda viewer, wall, inside: (
        viewer.may(Permission.MANAGE_MATTERS) or (inside and viewer.may(Permission.APPROVE_OVERRIDES))
    ),
)

POLICIES: Final[Mapping[str, Policy]] = {
    **dict.fromkeys(("run", "snapshot", "drift_report", "quarantined_record"), RECORD),
    **dict.fromkeys(("publication", "family", "extended_family_member"), PATENTS),
    **dict.fromkeys(("learned_ranking", "text_vectors", "word", "draft_pass", "claim_choice"), MATCHES),
    **dict.fromkeys(("recipient", "mailing_token", "bounce", "unsubscribing_mail"), OPERATED),
    **dict.fromkeys(("mail", "feed", "feed_event", "alert"), OWN),
    **dict.fromkeys(("matter", "matter_member"), MATTER),
    "change": CHANGE,
    "claim": CLAIM,
    "filed_claims": FILED,
    "search_entry": CLAIM,
    "matter_application": APPLICATION,
    "rule_version": RULES,
    "track_side": MANAGED,
    "trail_entry": TRAIL,
    "override": OVERRIDE,
}
POLICIES_OF_AREAS: Final[Mapping[str, Policy]] = {"plan": PLANS}
"""By how the names of an area's tables begin."""


def policy_of(table: str) -> Policy:
    """The policy of a confidential table."""
    area = next((each for begin, each in POLICIES_OF_AREAS.items() if table.startswith(begin)), SECRET)
    return POLICIES.get(table, area)


def forbidden(viewer: Viewer, matters: Mapping[int, int], tables: frozenset[str]) -> list[str]:
    """The words that no answer to a viewer may hold, given which tables there are."""
    words: dict[str, bool] = {}
    for policy in {policy_of(table) for table in tables}:
        for wall in (0, *WALLS):
            word = policy.word_of(wall)
            words[word] = words.get(word, False) or policy.is_seen(viewer, wall, matters)
    return sorted(word for word, seen in words.items() if not seen)
