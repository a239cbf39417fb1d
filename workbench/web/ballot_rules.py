"""The ballot lengths in force for this application: the file of the settings, else those that come with it."""

from __future__ import annotations

from flask import current_app

from workbench.standards.ballots import BallotRule, load_ballot_rules
from workbench.web.context import workbench

_KEY = "ballot_rules"


def ballot_rules() -> tuple[BallotRule, ...]:
    """Read once an application; start it anew after an edit."""
    if _KEY not in current_app.extensions:
        current_app.extensions[_KEY] = load_ballot_rules(workbench().settings.ballot_rules)
    rules: tuple[BallotRule, ...] = current_app.extensions[_KEY]
    return rules
