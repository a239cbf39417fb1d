"""All rules that ballots are read by, from the files of the settings or those that come with the workbench."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from workbench.ballots.limits import LimitRules, load_limits
from workbench.ballots.obligations import ObligationRules, load_obligations
from workbench.settings import Settings
from workbench.standards.ballots import BallotRule, load_ballot_rules
from workbench.standards.deadlines import DeadlineRules, load_deadline_rules
from workbench.standards.tallies import TallyRule, load_tally_rules


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Lengths, tests, deadlines, duties of P-members, limit dates, and the days on which nobody here works."""

    lengths: tuple[BallotRule, ...]
    tallies: tuple[TallyRule, ...]
    deadlines: DeadlineRules
    obligations: ObligationRules
    limits: LimitRules
    closed_days: frozenset[dt.date]


def load_rulebook(settings: Settings) -> Rulebook:
    """Read every file. Raises RuleFileError, one line that names file, place and remedy."""
    return Rulebook(
        load_ballot_rules(settings.ballot_rules),
        load_tally_rules(settings.tally_rules),
        load_deadline_rules(settings.deadline_rules),
        load_obligations(settings.obligation_rules),
        load_limits(settings.limit_rules),
        frozenset(settings.closed_days),
    )
