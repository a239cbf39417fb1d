"""What the findings of readers add up to, and how far readers agree. Pure.

Two findings that agree conclude a round: the author's, if he gave one, and that of a reader who wrote none of the
chart; or those of two such readers. Where they differ a third reader decides; where all three differ the outcome is
undetermined. Whether a clause is essential commercially is concluded apart and never changes the outcome.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.assessments.statuses import Status


@dataclass(frozen=True, slots=True)
class Conclusion:
    """`outcome` None: so many readers are `missing` still. `disputed`: the first two findings differ."""

    outcome: Status | None
    commercial: bool | None
    missing: int
    disputed: bool


def conclude(author: Status | None, reviewers: Sequence[Status], commercial: Sequence[bool | None] = ()) -> Conclusion:
    """What findings add up to; `reviewers` in the order in which they were given, `commercial` of all who found."""
    found = [*([] if author is None else [author]), *reviewers]
    if len(found) < 2:
        return Conclusion(None, None, 2 - len(found), False)
    said = _agreed(commercial)
    if found[0] is found[1]:
        return Conclusion(found[0], said, 0, False)
    if len(found) == 2:
        return Conclusion(None, None, 1, True)
    outcome, votes = Counter(found[:3]).most_common(1)[0]
    return Conclusion(outcome if votes > 1 else Status.UNDETERMINED, said, 0, True)


def _agreed(said: Sequence[bool | None]) -> bool | None:
    """What more readers say than say the contrary; None where nobody says or they are even."""
    yes, no = list(said).count(True), list(said).count(False)
    return None if yes == no else yes > no


def kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Cohen's kappa of two readers over the same charts: 1 for full agreement, 0 for that of chance.

    None where it is not defined: nothing read, or both always said one and the same.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} findings against {len(second)}; both must be of the same charts")
    total = len(first)
    if not total:
        return None
    observed = sum(one == other for one, other in zip(first, second, strict=True)) / total
    ours, theirs = Counter(first), Counter(second)
    chance = sum(count * theirs[outcome] for outcome, count in ours.items()) / total**2
    return None if chance == 1 else (observed - chance) / (1 - chance)
