"""All rules that ballots are read by, from the files of the settings or those that come with the workbench."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from workbench.ballots.limits import LimitRules, LimitRulesError, load_limits
from workbench.ballots.obligations import ObligationRules, ObligationRulesError, load_obligations
from workbench.settings import Settings
from workbench.standards.ballots import BallotRule, BallotRulesError, load_ballot_rules
from workbench.standards.deadlines import DeadlineRules, DeadlineRulesError, load_deadline_rules
from workbench.standards.tallies import TallyRule, TallyRulesError, load_tally_rules

RULE_ERRORS: Final = (BallotRulesError, TallyRulesError, DeadlineRulesError, ObligationRulesError, LimitRulesError)


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
    """Read every file. Raises one of RULE_ERRORS, one line that names file, place and remedy."""
    return Rulebook(
        load_ballot_rules(settings.ballot_rules),
        load_tally_rules(settings.tally_rules),
        load_deadline_rules(settings.deadline_rules),
        load_obligations(settings.obligation_rules),
        load_limits(settings.limit_rules),
        frozenset(settings.closed_days),
    )
