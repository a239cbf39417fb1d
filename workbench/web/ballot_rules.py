"""The rules of ballots in force for a request: the files of the settings, else those that come with the workbench."""

from __future__ import annotations

from typing import cast

from flask import g

from workbench.ballots.rulebook import Rulebook, load_rulebook
from workbench.standards.ballots import BallotRule
from workbench.web.context import workbench


def rulebook() -> Rulebook:
    """Read once a request, so that an edit holds at once. Raises RuleFileError, which has a page of its own."""
    if "rulebook" not in g:
        g.rulebook = load_rulebook(workbench().settings)
    return cast(Rulebook, g.rulebook)


def ballot_rules() -> tuple[BallotRule, ...]:
    """The usual lengths of ballots."""
    return rulebook().lengths
